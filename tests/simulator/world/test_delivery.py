"""The rules of delivery, on a virtual clock."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.signature import ClientSecret, SignatureState, judge
from cronofy_cli.simulator.messages.notification_body import notification_body, notification_headers
from cronofy_cli.simulator.world.delivery import (
    Callback,
    Change,
    Notification,
    Outbox,
    OutboxState,
    concerns,
    delivery_rules,
)
from cronofy_cli.simulator.world.model import Channel
from cronofy_cli.simulator.world.seed import HOME, WORK
from cronofy_cli.simulator.world.settings import CHANNEL_LIFETIME_S, RETRY_DELAYS_S
from tests.simulator.worlds import MAIN, NOW

if TYPE_CHECKING:
    from datetime import datetime

SUB = "acc_1"
ALL = Channel(channel_id="chn_all", callback_url="http://x.test/all", account_id=SUB)
ONLY_HOME = Channel(channel_id="chn_home", callback_url="http://x.test/home", calendar_ids=(HOME,), account_id=SUB)
ONLY_MANAGED = Channel(
    channel_id="chn_managed", callback_url="http://x.test/managed", only_managed=True, account_id=SUB
)
RULES = delivery_rules(0.3, RETRY_DELAYS_S, CHANNEL_LIFETIME_S, 1)
DAY = timedelta(hours=24)


def after(seconds: float) -> datetime:
    """A moment."""
    return NOW + timedelta(seconds=seconds)


def change(at: datetime = NOW) -> Change:
    """An owner's edit."""
    return Change(at, SUB, HOME)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (ALL, [True, True, True, True]),
        (ONLY_HOME, [True, True, False, False]),
        (ONLY_MANAGED, [False, True, False, True]),
    ],
)
def test_filters_decide_whom_a_change_concerns(channel: Channel, expected: list[bool]) -> None:
    """A channel hears of its calendars, and with `only_managed` of edits to the application's events alone."""
    changes = [
        Change(NOW, SUB, calendar, frozenset({MAIN} if managed else ()))
        for calendar in (HOME, WORK)
        for managed in (False, True)
    ]

    assert [concerns(channel, one) for one in changes] == expected


def test_nobody_hears_of_another_account_or_of_their_own_changes() -> None:
    """A channel is of one account, and an application's channels are silent about what it wrote itself."""
    of_another_account = Change(NOW, "acc_2", HOME)
    own = Change(NOW, SUB, HOME, frozenset({MAIN}), made_by=MAIN)
    of_another_application = Change(NOW, SUB, HOME, frozenset({"other"}), made_by="other")

    assert [concerns(ALL, one) for one in (of_another_account, own, of_another_application)] == [False, False, True]


def test_only_concerned_channels_get_a_notification() -> None:
    """A change is planned for the channels that it concerns and for no other."""
    outbox = Outbox(RULES)
    outbox.note_change(change(), (ALL, ONLY_HOME, ONLY_MANAGED))

    assert [notification.channel_id for notification in outbox.take_due(after(1))] == ["chn_all", "chn_home"]


def test_changes_close_together_share_a_notification() -> None:
    """Changes within the window are one notification, due when the first one's window ends, telling of the first."""
    outbox = Outbox(RULES)
    for seconds in (0.2, 0.1, 0.45):
        outbox.note_change(change(after(seconds)), (ALL,))

    assert outbox.next_due() == after(0.4)
    assert outbox.take_due(after(0.39)) == []
    (notification,) = outbox.take_due(after(0.4))
    assert notification.changes_since == after(0.1)
    assert outbox.next_due() is None


def test_the_earliest_of_what_is_planned_comes_next() -> None:
    """Whatever is planned first, an attempt or the end of a channel, decides how long can be waited."""
    outbox = Outbox(RULES)
    for seconds in (60, 20, 40):
        outbox.push("chn_home", "verification", after(seconds))
    assert outbox.next_due() == after(20)

    outbox.push("chn_all", "verification", NOW - DAY)
    (failing,) = outbox.take_due(NOW - DAY)
    outbox.failed(failing, NOW - DAY)
    assert outbox.next_due() == after(15) - DAY
    outbox.take_due(after(15) - DAY)
    assert outbox.next_due() == NOW


def test_a_change_while_another_is_on_its_way_is_told_separately() -> None:
    """What was sent already cannot tell of a later change."""
    outbox = Outbox(RULES)
    outbox.note_change(change(), (ALL,))
    (first,) = outbox.take_due(after(1))

    outbox.note_change(change(after(1.1)), (ALL,))
    outbox.succeeded(first)

    assert [one.changes_since for one in outbox.take_due(after(2))] == [after(1.1)]


def test_failures_are_tried_again_by_the_schedule() -> None:
    """The pauses grow from 15 seconds to 10 hours; ten attempts fit into 24 hours, and then it is given up."""
    outbox = Outbox(RULES)
    outbox.push("chn_all", "verification", NOW)
    attempts: list[datetime] = []
    now: datetime | None = NOW
    while now is not None:
        (notification,) = outbox.take_due(now)
        attempts.append(now)
        now = outbox.failed(notification, now)

    pauses = [int((later - earlier).total_seconds()) for earlier, later in pairwise(attempts)]
    assert pauses == [15, 60, 300, 900, 3600, 7200, 14400, 21600, 36000]
    assert attempts[-1] < NOW + DAY


def test_a_channel_without_a_success_dies_after_24_hours() -> None:
    """24 hours after the first failure the channel is due for closing, not a moment before."""
    outbox = Outbox(RULES)
    outbox.push("chn_all", "verification", NOW)
    while due := outbox.take_due(moment := outbox.next_due() or NOW):
        for notification in due:
            outbox.failed(notification, moment)

    assert outbox.next_due() == NOW + DAY
    assert outbox.dead_channels(NOW + DAY - timedelta(seconds=1)) == []
    assert outbox.dead_channels(NOW + DAY) == ["chn_all"]


def test_a_success_ends_the_24_hours() -> None:
    """Any notification of the channel that succeeds keeps it alive."""
    outbox = Outbox(RULES)
    outbox.push("chn_all", "verification", NOW)
    outbox.push("chn_all", "profile_disconnected", NOW)
    failing, fine = outbox.take_due(NOW)
    outbox.failed(failing, NOW)
    outbox.succeeded(fine)

    assert outbox.dead_channels(NOW + 2 * DAY) == []


def test_a_new_change_is_told_soon_although_an_older_one_waits() -> None:
    """A waiting retry joins the new change's notification, which tells of the older one too."""
    outbox = Outbox(RULES)
    outbox.note_change(change(), (ALL,))
    (first,) = outbox.take_due(after(1))
    outbox.failed(first, after(1))

    outbox.note_change(change(after(5)), (ALL,))

    (both,) = outbox.take_due(after(5.3))
    assert (both.changes_since, both.attempt) == (NOW, 1)
    assert outbox.take_due(after(60)) == []


def test_a_failure_joins_the_change_that_came_meanwhile() -> None:
    """A channel has one waiting change, also when the older one fails after the newer one came."""
    outbox = Outbox(RULES)
    outbox.note_change(change(), (ALL,))
    (first,) = outbox.take_due(after(1))
    outbox.note_change(change(after(2)), (ALL,))

    outbox.failed(first, after(2.1))

    assert [one.changes_since for one in outbox.take_due(after(100))] == [NOW]


def test_the_schedule_is_scaled() -> None:
    """The factor makes pauses and the 24 hours shorter, not the coalescing window."""
    rules = delivery_rules(0.3, RETRY_DELAYS_S, CHANNEL_LIFETIME_S, 0.001)

    assert rules.retry_delays[0] == timedelta(milliseconds=15)
    assert rules.channel_lifetime == timedelta(seconds=86.4)
    assert rules.coalesce_window == timedelta(seconds=0.3)


def test_a_closed_channel_is_forgotten() -> None:
    """Nothing that belongs to a closed channel is sent, tried again or closed once more."""
    outbox = Outbox(RULES)
    for channel_id in ("chn_all", "chn_home"):
        outbox.push(channel_id, "verification", NOW)
    on_its_way, _ = outbox.take_due(NOW)
    outbox.push("chn_all", "change", NOW)

    outbox.forget_channel("chn_all")

    assert outbox.failed(on_its_way, NOW) is None
    assert outbox.take_due(after(60)) == []
    assert outbox.dead_channels(NOW + DAY) == []


def test_what_is_on_its_way_is_stored_as_waiting() -> None:
    """After a restart, what was being sent is sent again, and failing channels keep their 24 hours."""
    outbox = Outbox(RULES)
    outbox.push("chn_all", "verification", NOW)
    outbox.push("chn_home", "gdpr_requested", NOW, {"why": "asked"})
    failing, _ = outbox.take_due(NOW)
    outbox.failed(failing, NOW)
    stored = msgspec.json.decode(msgspec.json.encode(outbox.state()), type=OutboxState)

    restarted = Outbox(RULES, stored)

    assert [(one.type, one.attempt, one.fields) for one in restarted.take_due(after(15))] == [
        ("gdpr_requested", 1, {"why": "asked"}),
        ("verification", 2, {}),
    ]
    assert restarted.dead_channels(NOW + DAY) == ["chn_all"]


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=30))
def test_every_change_is_told(edits: list[tuple[float, bool]]) -> None:
    """However edits and failures fall, each change is covered by a later success whose `changes_since` includes it."""
    outbox = Outbox(RULES)
    told: list[tuple[datetime, datetime]] = []

    def deliver(now: datetime, *, fine: bool) -> None:
        for notification in outbox.take_due(now):
            if fine:
                outbox.succeeded(notification)
                assert notification.changes_since is not None
                told.append((notification.changes_since, now))
            else:
                outbox.failed(notification, now)

    for seconds, fine in sorted(edits):
        deliver(after(seconds), fine=fine)
        outbox.note_change(change(after(seconds)), (ALL,))
    deliver(after(10_000), fine=True)

    for seconds, _ in edits:
        assert any(since <= after(seconds) <= at for since, at in told)


def test_callbacks_of_an_event_are_forgotten_that_are_still_to_come() -> None:
    """What is due by now is sent all the same, and what belongs to another event, or to a channel, stays."""
    outbox = Outbox(RULES)
    for uid, seconds in (("evt_1", -1), ("evt_1", 0), ("evt_1", 1), ("evt_2", 1)):
        callback = Callback(url="http://x.test/", application=MAIN, content={}, event_uid=uid)
        outbox.push_callback("event_subscription", after(seconds), {"at": seconds, "of": uid}, callback)
    outbox.push("chn_all", "verification", after(1))

    outbox.forget_callbacks("evt_1", NOW)

    left = [one.fields for one in outbox.take_due(after(60))]
    assert left == [{"at": -1, "of": "evt_1"}, {"at": 0, "of": "evt_1"}, {"at": 1, "of": "evt_2"}, {}]


def test_a_body_is_compact_and_rounded_down() -> None:
    """A change's body has whole seconds rounded down, no spaces, and the channel as it was asked for."""
    notification = Notification(number=1, channel_id="chn_home", type="change", due_at=NOW, changes_since=after(16.987))

    body = notification_body(notification, ONLY_HOME, scheduling_conversations=True, layout="compact")

    assert body.decode() == (
        '{"notification":{"type":"change","changes_since":"2026-04-15T12:00:16Z"},"channel":{"channel_id":"chn_home",'
        f'"callback_url":"http://x.test/home","filters":{{"calendar_ids":["{HOME}"]}},"scheduling_conversations":{{}}}}}}'
    )


def test_scheduling_conversations_can_be_left_out() -> None:
    """The undocumented key is emitted by choice; what a channel asked for is always shown."""
    plain = Notification(number=1, channel_id="chn_all", type="verification", due_at=NOW)
    asked = msgspec.structs.replace(ALL, conversations_enabled=True)

    assert b"scheduling" not in notification_body(plain, ALL, scheduling_conversations=False, layout="compact")
    body = notification_body(plain, asked, scheduling_conversations=False, layout="compact")
    assert b'"scheduling_conversations":{"enabled":true}' in body


def test_every_active_secret_signs() -> None:
    """The header has a digest per client secret, comma-separated, each over the raw body."""
    body = b'{"notification":{"type":"verification"}}'

    headers = notification_headers(body, ("old", "new"))

    assert headers["Cronofy-HMAC-SHA256"].count(",") == 1
    for secret in ("old", "new"):
        verdict = judge(headers["Cronofy-HMAC-SHA256"], body, [ClientSecret(secret, secret)])
        assert verdict.state is SignatureState.VALID
    assert headers["User-Agent"].startswith("cronofy-simulator/")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
