"""What was looked at and found in order, and what could not be looked at: the rest of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.doctor.callback import TLS
from cronofy_cli.errors import CronofyError
from cronofy_cli.why.answer import Looked, Unseen
from cronofy_cli.why.causes.events import delivery_of
from cronofy_cli.why.evidence import Changes, Heard, lets_through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence


def looked_at(evidence: Evidence) -> tuple[Looked, ...]:
    """Return what was looked at, in the order of the way."""
    return (
        *_account(evidence),
        *_channels(evidence),
        *_events(evidence),
        *_callbacks(evidence),
        *_deliveries(evidence),
    )


def unseen(evidence: Evidence) -> tuple[Unseen, ...]:
    """Return what could not be looked at, and what would make it possible."""
    return (
        *_failed(evidence),
        *_not_probed(evidence),
        *_without_secret(evidence),
        *_from_outside(evidence),
        *_not_received_here(evidence),
        *_not_told_yet(evidence),
    )


def _account(evidence: Evidence) -> Iterator[Looked]:
    account, place = evidence.account, evidence.asker.place
    if isinstance(account, UserInfo):
        name = account.email or account.name or account.sub
        source = evidence.asker.token_source
        yield Looked("account", f"{name}, data center {place.data_center.name}, token from {source}")
        connected = sum(profile.profile_connected for profile in account.profiles)
        yield Looked("profiles", f"{connected} of {len(account.profiles)} connected")


def _channels(evidence: Evidence) -> Iterator[Looked]:
    if isinstance(evidence.channels, tuple):
        examined = evidence.examined
        yield Looked("channels", f"{len(evidence.channels)} open, {len(examined)} of them asked about")
        for channel in examined:
            calendars = ", ".join(map(evidence.calendar, channel.calendar_ids)) or "all calendars"
            managed = ", managed events only" if channel.only_managed else ""
            yield Looked("channel", f"{channel.channel_id}, {calendars}{managed}, posts to {channel.callback_url}")


def _events(evidence: Evidence) -> Iterator[Looked]:
    event = evidence.asked_event
    if event is not None:
        changed = f"{event.updated:%Y-%m-%d %H:%M:%S} UTC" if event.updated else "an unknown time"
        where = evidence.calendar(event.calendar_id)
        told = delivery_of(evidence, event)
        by = f", told by delivery #{told.id}" if told is not None else ""
        yield Looked("event", f"'{event.summary}' ({event.event_uid}) in {where}, changed last at {changed}{by}")
    if isinstance(evidence.changes, Changes):
        number = len(evidence.changes.events)
        some = "no event was" if not number else "1 event was" if number == 1 else f"{number} events were"
        more = "" if evidence.changes.is_complete else " at least"
        hint = ", so nothing had to be notified" if not number else ""
        yield Looked("changes", f"{some}{more} changed in the last 24 hours{hint}")


def _callbacks(evidence: Evidence) -> Iterator[Looked]:
    for url, checks in (evidence.probes or {}).items():
        fine = [check for check in checks if check.state is CheckState.OK]
        if fine and not any(check.state is CheckState.FAILED for check in checks):
            yield Looked("callback", f"{url}: {fine[-1].finding}")


def _deliveries(evidence: Evidence) -> Iterator[Looked]:
    for channel in evidence.examined:
        received = evidence.deliveries_of(channel)
        if received:
            yield Looked("deliveries", f"{channel.channel_id}: the last of {len(received)} is {_told(received[-1])}")


def _failed(evidence: Evidence) -> Iterator[Unseen]:
    """Yield what failed to be found out."""
    known: tuple[tuple[str, object], ...] = (
        ("account", evidence.account),
        ("channels", evidence.channels),
        ("calendars", evidence.calendars),
        ("changes", evidence.changes),
        ("event", evidence.event),
        ("history", evidence.heard),
        *((f"context {context.name}", context.channels) for context in evidence.elsewhere.contexts),
    )
    for what, found in known:
        if isinstance(found, CronofyError):
            yield Unseen(what, found.message, found.hint or "")
    for url, checks in (evidence.probes or {}).items():
        for check in checks:
            if check.state is CheckState.SKIPPED and check.name != TLS:
                yield Unseen("callback", f"{url}: {check.finding}", check.remedy)


def _not_probed(evidence: Evidence) -> Iterator[Unseen]:
    if evidence.probes is None and evidence.examined:
        yield Unseen("callback", "callback URLs were not tried", "leave out --no-probe")


def _without_secret(evidence: Evidence) -> Iterator[Unseen]:
    if evidence.asker.has_client_secret:
        return
    what = "whether the handler takes what Cronofy signs, and whether signatures match"
    yield Unseen("signature", f"no client secret is known: {what}", evidence.command("auth", "secret", "add", "LABEL"))


def _from_outside(evidence: Evidence) -> Iterator[Unseen]:
    if not evidence.probes or not evidence.asker.place.data_center.is_real:
        return
    yield Unseen("outside", "callback URLs were tried from this machine, not from Cronofy's network")
    if evidence.asker.is_behind_proxy:
        reason = "this machine uses a proxy, and callback URLs are not tried through it"
        yield Unseen("proxy", reason, "ask from a machine with a direct way out")


def _not_received_here(evidence: Evidence) -> Iterator[Unseen]:
    if not isinstance(evidence.heard, Heard):
        return
    for channel in evidence.examined:
        if not evidence.deliveries_of(channel):
            reason = f"nothing of {channel.channel_id} was received on this machine: what its handler did is not known"
            yield Unseen("deliveries", reason)


def _not_told_yet(evidence: Evidence) -> Iterator[Unseen]:
    """Yield a user's change that should have been told to a listener here, and was not yet."""
    for channel in evidence.examined:
        waiting = [
            event
            for event in evidence.changed
            if event.event_id is None and lets_through(channel, event) and delivery_of(evidence, event) is None
        ]
        if waiting and evidence.deliveries_of(channel):
            reason = f"'{waiting[0].summary}' was changed, and no notification of it has arrived here"
            yield Unseen("pending", f"{reason}: providers can be slow, and Cronofy tries again after a failure")


def _told(delivery: Delivery) -> str:
    signed = "verified" if delivery.verdict.state is SignatureState.VALID else f"signature {delivery.verdict.state}"
    at = f"{delivery.request.received_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"#{delivery.id} ({delivery.notification.label}) at {at}, {signed}, answered {delivery.answer_status}"
