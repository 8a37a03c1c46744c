"""The table: each cause of silence is set up with a real simulator, and `why` names it first."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.cli import evidence_sources
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, PERSONAL_TOKEN, SimulatorSettings
from cronofy_cli.why.conclusion import CauseCode
from tests.adapters.callback_probe.tls_servers import Authorities, answering, serving
from tests.scripts.listening import listening
from tests.simulator.running import running
from tests.simulator.sign_in import sign_in
from tests.why.conftest import FAR_LIMITS
from tests.why.scenes import DAY_S, OURS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.why.scenes import Scene

OTHER_SECRET: Final = "CRN_of_another_application"

# Each setting sets one cause up, and returns the options to ask with.


def no_channel(scene: Scene) -> tuple[str, ...]:
    scene.simulator.add_event(calendar="Work")
    return ()


def a_token_of_another_data_center(scene: Scene) -> tuple[str, ...]:
    at_address(scene, "tok_of_another_data_center")
    return ()


def a_personal_token(scene: Scene) -> tuple[str, ...]:
    at_address(scene, PERSONAL_TOKEN)
    return ()


def a_scope_that_reads_nothing(scene: Scene) -> tuple[str, ...]:
    at_address(scene, str(sign_in(scene.simulator, "write_only")["access_token"]))
    return ()


def a_plan_without_notifications(scene: Scene) -> tuple[str, ...]:
    scene.simulator.request("POST", "/simulator/faults", 201, json={"path_prefix": "/v1/channels", "status": 402})
    return ()


def a_context_of_another_data_center(scene: Scene) -> tuple[str, ...]:
    keep_context(scene, Context("acme", data_center="uk"), StoredSecrets(access_token="tok_uk"))
    scene.cli.environment |= {"CRONOFY_DATA_CENTER": scene.simulator.url, "CRONOFY_CONTEXT": "acme"}
    return ()


def a_token_of_another_account(scene: Scene) -> tuple[str, ...]:
    at_address(scene, ACCESS_TOKEN)
    account = ContextAccount("acc_of_ada", "ada@company.com")
    keep_context(scene, Context("acme", data_center=scene.simulator.url, account=account), StoredSecrets())
    scene.cli.environment["CRONOFY_CONTEXT"] = "acme"
    return ("--channel", "chn_of_ada")


def a_channel_of_another_data_center(scene: Scene) -> tuple[str, ...]:
    other = scene.enter(running(SimulatorSettings(port=0)))
    url = scene.listener(context=other.url)
    channel_id = str(other.open_channel(url)["channel_id"])
    scene.wait_until(lambda: bool(other.get("/simulator/deliveries")["deliveries"]))
    return ("--channel", channel_id)


def a_channel_of_another_context(scene: Scene) -> tuple[str, ...]:
    other = scene.enter(running(SimulatorSettings(port=0)))
    keep_context(scene, Context("acme", data_center=other.url), StoredSecrets(access_token=ACCESS_TOKEN))
    return ("--channel", str(other.open_channel(scene.handler(200).url)["channel_id"]))


def notifications_of_another_application(scene: Scene) -> tuple[str, ...]:
    secret = StoredClientSecret("main", OTHER_SECRET, datetime.now(UTC))
    keep_context(scene, Context("acme", data_center="uk"), StoredSecrets(client_secrets=(secret,)))
    url = scene.listener()
    other = scene.enter(running(SimulatorSettings(port=0, client_secrets=(OTHER_SECRET,))))
    other.open_channel(url)
    scene.wait_until(lambda: bool(other.get("/simulator/deliveries")["deliveries"]))
    return ()


def a_day_of_failures(scene: Scene) -> tuple[str, ...]:
    scene.cronofy("channels", "create", "--callback-url", scene.closed_address())
    scene.await_attempts(1)
    scene.advance(DAY_S)
    scene.wait_until(lambda: not scene.simulator.get("/v1/channels")["channels"])
    return ()


def a_day_without_the_listener(scene: Scene) -> tuple[str, ...]:
    url = scene.closed_address().replace("/hook", "/r/aListenerThatIsGone_22")
    channel_id = scene.channel(url)
    scene.run_of(url, channel_id, is_live=False)
    scene.await_attempts(1)
    scene.advance(DAY_S)
    scene.wait_until(lambda: not scene.simulator.get("/v1/channels")["channels"])
    return ("--channel", channel_id)


def a_channel_closed_by_somebody(scene: Scene) -> tuple[str, ...]:
    created = scene.cronofy("channels", "create", "--callback-url", scene.handler(200).url, "--json").json
    scene.simulator.request("DELETE", f"/v1/channels/{created['channel_id']}", 202)
    return ("--channel", str(created["channel_id"]))


def a_channel_that_nobody_knows(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    return ("--channel", "chn_54cf7c7cb4ad4c1027000001")


def an_address_without_a_channel(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    return ("--url", scene.handler(200).url)


def a_disconnected_profile(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.act("google", "disconnect")
    return ()


def a_first_sync(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    scene.act("google", "initial_sync", required=True)
    return ()


def a_filter_on_a_removed_calendar(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.remove_calendar("Work")
    scene.simulator.add_event(calendar="Home")
    return ()


def a_filter_on_a_readonly_calendar(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Bank Holidays")])
    scene.simulator.add_event(calendar="Home")
    return ()


def a_filter_on_another_calendar(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.simulator.add_event(calendar="Home", summary="Lunch")
    return ()


def a_filter_on_managed_events(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url, only_managed=True)
    scene.simulator.add_event(calendar="Home", summary="Lunch")
    return ()


def an_event_moved_out_of_the_window(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    uid = str(scene.simulator.add_event(summary="Far away")["event_uid"])
    scene.edit(uid, start=(datetime.now(UTC) + timedelta(days=230)).isoformat())
    return ("--event", "far away")


def an_event_that_slid_into_the_window(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    scene.advance(20 * DAY_S)
    return ("--event", "Annual conference")


def an_event_beyond_the_window(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    return ("--event", "Lease renewal")


def a_change_by_the_application(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    scene.simulator.write_event(scene.simulator.calendar_id("Work"), "booking-42")
    return ("--event", "booking-42")


def changes_by_the_application_alone(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(200).url)
    for number in range(3):
        scene.simulator.write_event(scene.simulator.calendar_id("Work"), f"booking-{number}")
    return ()


def a_change_by_the_application_that_was_caught_up_on(scene: Scene) -> tuple[str, ...]:
    channel_id = scene.listened()
    scene.simulator.write_event(scene.simulator.calendar_id("Work"), "booking-42")
    scene.make_up_notification(channel_id)
    return ("--event", "booking-42")


def a_listener_that_was_killed(scene: Scene) -> tuple[str, ...]:
    url = scene.closed_address().replace("/hook", "/r/aListenerThatIsGone_22")
    scene.run_of(url, scene.channel(url), is_live=False)
    return ()


def a_tunnel_that_leads_elsewhere(scene: Scene) -> tuple[str, ...]:
    url = scene.handler(404).url.replace("/hook", "/r/aTunnelThatIsGone__22-")
    scene.run_of(url, scene.channel(url), is_live=True)
    return ()


def a_name_that_does_not_resolve(scene: Scene) -> tuple[str, ...]:
    scene.channel("http://hooks..example/cronofy")
    return ()


def nobody_at_the_port(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.closed_address())
    return ()


def a_handler_that_hangs(scene: Scene) -> tuple[str, ...]:
    handler = scene.handler(200)
    handler.hang.clear()
    scene.channel(handler.url)
    return ()


def something_else_at_the_port(scene: Scene) -> tuple[str, ...]:
    port = scene.enter(answering(b"SSH-2.0-OpenSSH_9.9\r\n"))
    scene.channel(f"http://127.0.0.1:{port}/hook")
    return ()


def a_redirect(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(302).url)
    return ()


def no_route(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(404).url)
    return ()


def a_handler_that_fails(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(500).url)
    return ()


def a_handler_with_another_secret(scene: Scene) -> tuple[str, ...]:
    scene.channel(scene.handler(401).url)
    return ()


def a_listener_with_a_misread_secret(scene: Scene) -> tuple[str, ...]:
    scene.listened([ClientSecret("mine", f"{OURS.value} ")])
    return ()


def an_application_that_refuses(scene: Scene) -> tuple[str, ...]:
    listener = scene.enter(listening(scene.cli, scene.handler(200, 500).url, "--ack", "app"))
    scene.simulator.add_event()
    listener.wait_for("delivery")
    return ()


def an_application_that_is_not_there(scene: Scene) -> tuple[str, ...]:
    scene.enter(listening(scene.cli, scene.closed_address(), "--retries", "0"))
    scene.await_forwards(1)
    return ()


TABLE: Final = [
    (no_channel, CauseCode.NO_CHANNEL, "certain"),
    (a_token_of_another_data_center, CauseCode.TOKEN_REJECTED, "likely"),
    (a_personal_token, CauseCode.PERSONAL_TOKEN, "certain"),
    (a_scope_that_reads_nothing, CauseCode.SCOPE_MISSING, "certain"),
    (a_plan_without_notifications, CauseCode.PLAN_WITHOUT_NOTIFICATIONS, "certain"),
    (a_context_of_another_data_center, CauseCode.CONTEXT_MISMATCH, "likely"),
    (a_token_of_another_account, CauseCode.OTHER_ACCOUNT, "certain"),
    (a_channel_of_another_data_center, CauseCode.OTHER_DATA_CENTER, "certain"),
    (a_channel_of_another_context, CauseCode.OTHER_DATA_CENTER, "certain"),
    (notifications_of_another_application, CauseCode.OTHER_APPLICATION, "certain"),
    (a_day_of_failures, CauseCode.CLOSED_AFTER_FAILURES, "certain"),
    (a_day_without_the_listener, CauseCode.CLOSED_AFTER_FAILURES, "certain"),
    (a_channel_closed_by_somebody, CauseCode.CHANNEL_CLOSED, "certain"),
    (a_channel_that_nobody_knows, CauseCode.CHANNEL_UNKNOWN, "certain"),
    (an_address_without_a_channel, CauseCode.URL_WITHOUT_CHANNEL, "certain"),
    (a_disconnected_profile, CauseCode.PROFILE_DISCONNECTED, "certain"),
    (a_first_sync, CauseCode.INITIAL_SYNC_INCOMPLETE, "likely"),
    (a_filter_on_a_removed_calendar, CauseCode.FILTER_CALENDAR_GONE, "certain"),
    (a_filter_on_a_readonly_calendar, CauseCode.FILTER_CALENDAR_READONLY, "likely"),
    (a_filter_on_another_calendar, CauseCode.FILTER_EXCLUDES_CHANGE, "likely"),
    (a_filter_on_managed_events, CauseCode.ONLY_MANAGED, "likely"),
    (an_event_moved_out_of_the_window, CauseCode.EVENT_OUTSIDE_WINDOW, "certain"),
    (an_event_that_slid_into_the_window, CauseCode.EVENT_ENTERED_WINDOW, "certain"),
    (an_event_beyond_the_window, CauseCode.EVENT_UNKNOWN, "likely"),
    (a_change_by_the_application, CauseCode.OWN_CHANGE, "certain"),
    (changes_by_the_application_alone, CauseCode.OWN_CHANGE, "likely"),
    (a_change_by_the_application_that_was_caught_up_on, CauseCode.OWN_CHANGE, "certain"),
    (a_listener_that_was_killed, CauseCode.LISTENER_GONE, "certain"),
    (a_tunnel_that_leads_elsewhere, CauseCode.TUNNEL_GONE, "certain"),
    (a_name_that_does_not_resolve, CauseCode.CALLBACK_NAME_NOT_RESOLVED, "certain"),
    (nobody_at_the_port, CauseCode.CALLBACK_UNREACHABLE, "certain"),
    (a_handler_that_hangs, CauseCode.CALLBACK_TIMEOUT, "certain"),
    (something_else_at_the_port, CauseCode.CALLBACK_NO_RESPONSE, "certain"),
    (a_redirect, CauseCode.CALLBACK_REDIRECTS, "certain"),
    (no_route, CauseCode.CALLBACK_NO_HANDLER, "certain"),
    (a_handler_that_fails, CauseCode.CALLBACK_FAILS, "certain"),
    (a_handler_with_another_secret, CauseCode.CALLBACK_REJECTS_SIGNATURE, "certain"),
    (a_listener_with_a_misread_secret, CauseCode.SIGNATURE_REJECTED, "certain"),
    (an_application_that_refuses, CauseCode.RESPONSES_FAIL, "certain"),
    (an_application_that_is_not_there, CauseCode.FORWARDS_FAIL, "certain"),
]


@pytest.mark.parametrize(("setting", "code", "likelihood"), TABLE, ids=[row[0].__name__ for row in TABLE])
def test_the_cause_is_named_first(
    setting: Callable[[Scene], tuple[str, ...]],
    code: CauseCode,
    likelihood: str,
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cause that was set up comes first, with its hint and what it rests on, and the exit code is 1."""
    if setting is a_handler_that_hangs:
        monkeypatch.setattr(evidence_sources, "PROBE_LIMITS", replace(FAR_LIMITS, answer_s=1))
    found = scene.why(*setting(scene))

    assert (found.codes[:1], found.first["likelihood"]) == ([code], likelihood)
    assert found.first["hint"]
    assert found.first["evidence"]
    assert (found.document["verdict"], found.exit_code) == ("cause_found", 1)


@pytest.mark.parametrize(
    ("make", "failure"),
    [
        (Authorities.incomplete_chain, "certificate_chain_incomplete"),
        (Authorities.expired, "certificate_expired"),
        (Authorities.wrong_host, "certificate_wrong_host"),
        (Authorities.self_signed, "certificate_self_signed"),
        (Authorities.old_protocol, "tls_too_old"),
    ],
)
def test_tls_that_cronofy_refuses(make: Callable[[Authorities], ssl.SSLContext], failure: str, scene: Scene) -> None:
    """A callback URL whose TLS fails is named first, with what is wrong with it."""
    with refusing_tls(scene, make) as url:
        scene.channel(url)
        found = scene.why()

    assert (found.codes[:1], found.first["likelihood"]) == ([CauseCode.CALLBACK_TLS], "certain")
    assert found.first["evidence"]["failure"] == failure


@contextmanager
def refusing_tls(scene: Scene, make: Callable[[Authorities], ssl.SSLContext]) -> Iterator[str]:
    """Serve a handler that no client with a right mind talks to."""
    with serving(make(scene.authorities())) as (url, _):
        yield url


def at_address(scene: Scene, token: str) -> None:
    """Make the simulator's address the data center, with a token of the environment."""
    scene.cli.environment |= {"CRONOFY_DATA_CENTER": scene.simulator.url, "CRONOFY_ACCESS_TOKEN": token}


def keep_context(scene: Scene, context: Context, secrets: StoredSecrets) -> None:
    """Sign in to a context, its secrets in a file."""
    scene.cli.environment["CRONOFY_CONFIG_DIR"] = str(scene.cli.folder / "config")
    kept = context._replace(secret_place=SecretPlace.FILE)
    save_context(user_file(scene.cli.environment), kept)
    SecretStore(scene.cli.environment, warn=lambda _: None).save(kept, secrets)
