"""Healthy set-ups: `why` blames nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.adapters.callback_probe.tls_servers import serving
from tests.scripts.listening import edit, listening
from tests.why.scenes import DAY_S, OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.why.scenes import Scene

# Each setting is one in which nothing is wrong, and returns the options to ask with.


def nothing_has_changed(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    return ()


def a_change_that_was_told(scene: Scene) -> tuple[str, ...]:
    handler = scene.handler(200)
    scene.channel(handler.url)
    scene.simulator.add_event(calendar="Work")
    handler.wait_for(1, "change")
    return ()


def a_listener_at_work(scene: Scene) -> tuple[str, ...]:
    listener = scene.enter(listening(scene.cli))
    edit(scene.cli, "add", "Lunch")
    listener.wait_for("delivery")
    return ("--event", "Lunch")


def a_filter_that_fits(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.simulator.add_event(calendar="Work")
    scene.simulator.add_event(calendar="Home")
    return ()


def a_channel_for_each_calendar(scene: Scene) -> tuple[str, ...]:
    url = scene.handler(200).url
    for name in ("Home", "Work", "Bank Holidays"):
        scene.channel(f"{url}/{name.split()[0]}", calendar_ids=[scene.simulator.calendar_id(name)])
    scene.simulator.add_event(calendar="Home")
    return ()


def a_users_edit_of_a_managed_event(scene: Scene) -> tuple[str, ...]:
    handler = scene.handler(200)
    scene.channel(handler.url, only_managed=True)
    scene.simulator.write_event(scene.simulator.calendar_id("Work"), "booking-42")
    (event,) = scene.simulator.events(only_managed="true")
    scene.edit(event["event_uid"], summary="Moved by its owner")
    handler.wait_for(1, "change")
    scene.simulator.add_event(calendar="Home")
    return ()


def a_managed_event_whose_edit_was_told(scene: Scene) -> tuple[str, ...]:
    channel_id = scene.listened()
    scene.simulator.write_event(scene.simulator.calendar_id("Work"), "booking-42")
    (event,) = scene.simulator.events(only_managed="true")
    scene.edit(event["event_uid"], summary="Moved by its owner")
    scene.await_attempts(2)
    return ("--event", "booking-42", "--channel", channel_id)


def writes_of_the_application_among_others(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    scene.simulator.write_event(scene.simulator.calendar_id("Work"), "booking-42")
    scene.simulator.add_event(calendar="Work")
    return ()


def another_profile_is_disconnected(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.act("apple", "disconnect")
    return ()


def another_profile_is_syncing(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.act("apple", "initial_sync", required=True)
    return ()


def an_event_that_was_told_before_the_trouble(scene: Scene) -> tuple[str, ...]:
    scene.listened()
    scene.simulator.add_event(calendar="Home", summary="Lunch")
    scene.await_attempts(2)
    scene.act("google", "disconnect")
    scene.await_attempts(3)
    return ("--event", "Lunch")


def a_profile_that_was_reconnected(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    for act in ("disconnect", "reconnect"):
        scene.act("google", act)
    return ()


def a_complete_chain(scene: Scene) -> tuple[str, ...]:
    url, server = scene.enter(serving(scene.authorities().valid(), 200, 200))
    scene.channel(url)
    server.wait_for_requests(1)
    return ()


def a_handler_that_wants_signatures(scene: Scene) -> tuple[str, ...]:
    scene.cli.environment |= {"CRONOFY_DATA_CENTER": scene.simulator.url, "CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN}
    scene.channel(scene.handler(401).url)
    return ()


def refused_once_and_mended(scene: Scene) -> tuple[str, ...]:
    scene.listened([ClientSecret("misread", "CRN_misread")])
    scene.listen_again([OURS])
    scene.simulator.request("POST", "/simulator/push", 202, json={"type": "change"})
    scene.await_attempts(2)
    return ()


def an_application_that_was_restarted(scene: Scene) -> tuple[str, ...]:
    handler = scene.handler(500, 200)
    scene.enter(listening(scene.cli, handler.url, "--retries", "0"))
    scene.await_forwards(1)
    scene.simulator.add_event()
    scene.await_forwards(2)
    return ()


def after_ten_quiet_days(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    scene.await_attempts(1)
    scene.advance(10 * DAY_S)
    return ()


HEALTHY: Final = [
    nothing_has_changed,
    a_change_that_was_told,
    a_listener_at_work,
    a_filter_that_fits,
    a_channel_for_each_calendar,
    a_users_edit_of_a_managed_event,
    a_managed_event_whose_edit_was_told,
    writes_of_the_application_among_others,
    another_profile_is_disconnected,
    another_profile_is_syncing,
    an_event_that_was_told_before_the_trouble,
    a_profile_that_was_reconnected,
    a_complete_chain,
    a_handler_that_wants_signatures,
    refused_once_and_mended,
    an_application_that_was_restarted,
    after_ten_quiet_days,
]


@pytest.mark.parametrize("setting", HEALTHY, ids=lambda setting: setting.__name__)
def test_nobody_is_blamed(setting: Callable[[Scene], tuple[str, ...]], scene: Scene) -> None:
    """When nothing is wrong the answer is that, and the exit code is 0."""
    found = scene.why(*setting(scene))

    assert found.document["causes"] == []
    assert (found.document["verdict"], found.exit_code, found.stderr) == ("nothing_wrong_found", 0, "")


def test_what_was_looked_at_is_told(scene: Scene) -> None:
    """The answer names the account, the channel, what its handler answered, and what was changed."""
    channel_id = scene.channel(scene.handler(200).url)

    found = scene.why()

    assert found.finding("account").startswith("janed@company.com, data center simulator")
    assert channel_id in found.finding("channel")
    assert ": 200 after " in found.finding("callback")
    assert found.finding("changes") == "no event was changed in the last 24 hours, so there was nothing to notify"


def test_a_change_that_was_told_is_named(scene: Scene) -> None:
    """Asked about an event whose change has arrived here, the answer names the delivery that told of it."""
    found = scene.why(*an_event_that_was_told_before_the_trouble(scene))

    assert found.finding("event").endswith(", notified by delivery #2")


def test_a_change_before_the_channel_is_not_awaited(scene: Scene) -> None:
    """What a run before has received, for a channel that is closed since, is not said to be missing."""
    with listening(scene.cli) as before:
        edit(scene.cli, "add", "Lunch")
        before.wait_for("delivery")
    scene.advance(120)
    scene.enter(listening(scene.cli))

    found = scene.why()

    assert "pending" not in [each["what"] for each in found.document["not_checked"]]


def test_what_could_not_be_looked_at_is_told(scene: Scene) -> None:
    """Without a client secret, probes and deliveries, each is named with what would make it possible."""
    a_handler_that_wants_signatures(scene)

    found = scene.why("--no-probe")

    assert found.unseen == ["callback", "signature", "deliveries"]
    assert "run it without --no-probe" in [each["hint"] for each in found.document["not_checked"]]


def test_no_probe(scene: Scene) -> None:
    """With --no-probe nothing is posted to the handler."""
    handler = scene.handler(200)
    scene.channel(handler.url)
    handler.wait_for(1)

    scene.why("--no-probe")

    assert len(handler.received()) == 1


def test_one_verification_is_posted(scene: Scene) -> None:
    """The handler gets one verification that looks like Cronofy's own: of its channel, with a right signature."""
    handler = scene.handler(200)
    channel_id = scene.channel(handler.url)
    handler.wait_for(1)

    scene.why()

    sent, probe = handler.received("verification")
    assert (json.loads(probe.body), probe.channel_id) == (json.loads(sent.body), channel_id)
    assert scene.cronofy("verify", scene.saved(probe.body), "--signature", probe.headers["Cronofy-HMAC-SHA256"]).lines
    assert len(handler.received()) == 2


def test_a_listener_of_ours_gets_no_probe(scene: Scene) -> None:
    """Asking leaves no trace among the deliveries of a listener."""
    scene.listened()

    found = scene.why()

    with scene.history() as history:
        assert [delivery.notification.type for delivery in history.latest(10)] == ["verification"]
    assert "a listener responds there" in found.finding("callback")
