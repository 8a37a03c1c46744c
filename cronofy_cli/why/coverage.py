"""What was checked and found in order, and what could not be checked: the rest of the conclusion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError
from cronofy_cli.evidence.callback_way import TLS
from cronofy_cli.why.causes.events import delivery_of
from cronofy_cli.why.conclusion import Observation, Omission
from cronofy_cli.why.evidence import Changes, HistoryEvidence, gap_text, lets_through

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence

_NEXT_SECOND = timedelta(seconds=1)
"""Times of events are whole seconds."""


def checked(evidence: Evidence) -> tuple[Observation, ...]:
    """Return what was checked, from the account to the application."""
    return (
        *_account(evidence),
        *_channels(evidence),
        *_events(evidence),
        *_callbacks(evidence),
        *_deliveries(evidence),
        *_gaps(evidence),
    )


def not_checked(evidence: Evidence) -> tuple[Omission, ...]:
    """Return what could not be checked, and what would make it possible."""
    return (
        *_failed(evidence),
        *_not_probed(evidence),
        *_without_secret(evidence),
        *_from_outside(evidence),
        *_not_received_here(evidence),
        *_not_notified_yet(evidence),
    )


def _account(evidence: Evidence) -> Iterator[Observation]:
    account, place = evidence.account, evidence.access.place
    if isinstance(account, UserInfo):
        name = account.email or account.name or account.sub
        source = evidence.access.token_source
        yield Observation("account", f"{name}, data center {place.data_center.name}, token from {source}")
        connected = sum(profile.profile_connected for profile in account.profiles)
        yield Observation("profiles", f"{connected} of {len(account.profiles)} connected")


def _channels(evidence: Evidence) -> Iterator[Observation]:
    if isinstance(evidence.channels, tuple):
        examined = evidence.examined
        yield Observation("channels", f"{len(evidence.channels)} open, {len(examined)} examined")
        for channel in examined:
            calendars = ", ".join(map(evidence.calendar, channel.calendar_ids)) or "all calendars"
            managed = ", managed events only" if channel.only_managed else ""
            yield Observation("channel", f"{channel.channel_id}, {calendars}{managed}, posts to {channel.callback_url}")


def _events(evidence: Evidence) -> Iterator[Observation]:
    event = evidence.asked_event
    if event is not None:
        changed = f"{event.updated:%Y-%m-%d %H:%M:%S} UTC" if event.updated else "an unknown time"
        where = evidence.calendar(event.calendar_id)
        delivery = delivery_of(evidence, event)
        by = f", notified by delivery #{delivery.id}" if delivery is not None else ""
        yield Observation("event", f"'{event.summary}' ({event.event_uid}) in {where}, last changed at {changed}{by}")
    if isinstance(evidence.changes, Changes):
        number = len(evidence.changes.events)
        least = "" if evidence.changes.is_complete else "at least "
        changed = "no event was" if not number else "1 event was" if number == 1 else f"{number} events were"
        rest = ", so there was nothing to notify" if not number else ""
        yield Observation("changes", f"{least}{changed} changed in the last 24 hours{rest}")


def _callbacks(evidence: Evidence) -> Iterator[Observation]:
    for url, checks in (evidence.probes or {}).items():
        fine = [check for check in checks if check.state is CheckState.OK]
        if fine and not any(check.state is CheckState.FAILED for check in checks):
            yield Observation("callback", f"{url}: {fine[-1].finding}")


def _deliveries(evidence: Evidence) -> Iterator[Observation]:
    for channel in evidence.examined:
        received = evidence.deliveries_of(channel)
        if received:
            last = _described(received[-1])
            yield Observation("deliveries", f"{channel.channel_id}: {len(received)} received, the last is {last}")


def _gaps(evidence: Evidence) -> Iterator[Observation]:
    for gap in evidence.gaps[-1:]:
        number = len(evidence.gaps)
        times = "once" if number == 1 else f"{number} times"
        yield Observation("listener", f"interrupted {times} in the last 24 hours, the last time {gap_text(gap)}")


def _failed(evidence: Evidence) -> Iterator[Omission]:
    """Yield what could not be found out."""
    known: tuple[tuple[str, object], ...] = (
        ("account", evidence.account),
        ("channels", evidence.channels),
        ("calendars", evidence.calendars),
        ("changes", evidence.changes),
        ("event", evidence.event),
        ("history", evidence.history),
        *((f"context {context.name}", context.channels) for context in evidence.other_contexts),
    )
    for what, found in known:
        if isinstance(found, CronofyError):
            yield Omission(what, found.message, found.hint or "")
    for url, checks in (evidence.probes or {}).items():
        for check in checks:
            if check.state is CheckState.SKIPPED and check.name != TLS:
                yield Omission("callback", f"{url}: {check.finding}", check.hint)


def _not_probed(evidence: Evidence) -> Iterator[Omission]:
    if evidence.probes is None and evidence.examined:
        yield Omission("callback", "callback URLs were not tried", "run it without --no-probe")


def _without_secret(evidence: Evidence) -> Iterator[Omission]:
    if evidence.access.has_client_secret:
        return
    what = "whether the handler accepts what Cronofy signs, and whether signatures match"
    hint = evidence.command("auth", "secret", "add", "LABEL")
    yield Omission("signature", f"no client secret is known: {what}", hint)


def _from_outside(evidence: Evidence) -> Iterator[Omission]:
    if not evidence.probes or not evidence.access.place.data_center.is_real:
        return
    yield Omission("outside", "callback URLs were tried from this machine, not from Cronofy's network")
    if evidence.access.is_behind_proxy:
        reason = "this machine uses a proxy, and callback URLs are not tried through it"
        yield Omission("proxy", reason, "run it on a machine with a direct connection")


def _not_received_here(evidence: Evidence) -> Iterator[Omission]:
    if not isinstance(evidence.history, HistoryEvidence):
        return
    for channel in evidence.examined:
        if not evidence.deliveries_of(channel):
            reason = f"nothing for {channel.channel_id} was received on this machine: how its handler responds"
            yield Omission("deliveries", f"{reason} to Cronofy is not known")


def _not_notified_yet(evidence: Evidence) -> Iterator[Omission]:
    """Yield a user's change of which a listener here should have been notified, and was not yet."""
    for channel in evidence.examined:
        received = evidence.deliveries_of(channel)
        opened_at = _opened_at(received, evidence)
        waiting = [
            event
            for event in evidence.changed
            if event.event_id is None
            and (event.updated is None or opened_at is None or event.updated + _NEXT_SECOND > opened_at)
            and lets_through(channel, event)
            and delivery_of(evidence, event) is None
        ]
        if waiting and received:
            reason = f"'{waiting[0].summary}' was changed, and no notification of it has arrived here"
            yield Omission("pending", f"{reason}: providers can be slow, and Cronofy retries after a failure")


def _opened_at(received: Sequence[Delivery], evidence: Evidence) -> datetime | None:
    """Return when a channel was opened, by Cronofy's clock, if it is known: nothing older is notified to it."""
    if not received or received[0].notification.type != "verification":
        return None
    return received[0].request.received_at - evidence.ahead


def _described(delivery: Delivery) -> str:
    state = delivery.verdict.state
    signed = "verified" if state is SignatureState.VALID else f"signature {state}"
    at = f"{delivery.request.received_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"#{delivery.id} ({delivery.notification.label}) at {at}, {signed}, response {delivery.answer}"
