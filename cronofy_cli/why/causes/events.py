"""Causes that lie with an event: Cronofy does not see it, or its change is one that is never notified."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.api.sync_window import DAYS_AHEAD, sync_window
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.times import parse_time
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, tzinfo

    from cronofy_cli.core.api.sync_window import Days
    from cronofy_cli.core.events.event import Event, EventTime
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence

_NEXT_SECOND = timedelta(seconds=1)


def unknown(evidence: Evidence) -> Iterator[ProbableCause]:
    """Cronofy shows no such event."""
    if evidence.question.event is None or evidence.event != ():
        return
    window = _window(evidence)
    yield ProbableCause(
        CauseCode.EVENT_UNKNOWN,
        Likelihood.LIKELY,
        f"Cronofy has no event '{evidence.question.event}': the name is misspelt, or it is outside the sync window or "
        "in a calendar that is not connected",
        f"check its title, date and calendar: {evidence.command('events', 'read', '--include-managed')}; "
        f"{evidence.command('calendars', 'list')}",
        (("sync_window", f"{window.first} until {window.end}"), ("searched", "deleted, moved and managed events too")),
        evidence.question.event,
    )


def outside_window(evidence: Evidence) -> Iterator[ProbableCause]:
    """The event is where Cronofy does not look; managed events are known at all times.

    Docs: /developers/api/events/read-events/.
    """
    event, window = evidence.asked_event, _window(evidence)
    if event is None or event.event_id is not None or delivery_of(evidence, event) is not None:
        return
    start, end = _day(evidence, event.start), _day(evidence, event.end)
    if start is None or end is None or (start < window.end and end >= window.first):
        return
    yield ProbableCause(
        CauseCode.EVENT_OUTSIDE_WINDOW,
        Likelihood.CERTAIN,
        f"'{event.summary}' on {start} is outside the sync window: changes there are not notified",
        "wait until it is inside; that it enters the window can be read, but is not notified: "
        + evidence.command("events", "read", "--window-edge"),
        (("start", str(start)), ("sync_window", f"{window.first} until {window.end}")),
        event.event_uid,
    )


def entered_window(evidence: Evidence) -> Iterator[ProbableCause]:
    """The event entered the window because time passed, which is not notified.

    Docs: /developers/faqs/recommended-sync/.
    """
    event = evidence.asked_event
    start = _day(evidence, event.start) if event is not None else None
    if event is None or start is None or event.updated is None or event.event_id is not None or event.deleted:
        return
    entered = start - timedelta(days=DAYS_AHEAD - 1)
    changed = event.updated.astimezone(_zone(evidence)).date()
    if start not in _window(evidence) or changed >= entered:
        return
    yield ProbableCause(
        CauseCode.EVENT_ENTERED_WINDOW,
        Likelihood.CERTAIN,
        f"'{event.summary}' entered the sync window on {entered} and has not been changed since {changed}: "
        "an event that enters it only because time passes is not notified",
        f"read the far end of the window every week: {evidence.command('events', 'read', '--window-edge')}",
        (("start", str(start)), ("updated", f"{event.updated:%Y-%m-%d %H:%M:%S} UTC"), ("entered", str(entered))),
        event.event_uid,
    )


def own_change(evidence: Evidence) -> Iterator[ProbableCause]:
    """The application made the change itself, through the API, which is never notified.

    Docs: /developers/push-notifications/.
    """
    changed = evidence.changed
    if not changed or any(event.event_id is None or delivery_of(evidence, event) is not None for event in changed):
        return
    first, is_asked = changed[0], evidence.question.event is not None
    untouched = all(event.created is not None and event.created == event.updated for event in changed)
    what = f"'{first.summary}' is" if is_asked else f"all {len(changed)} events that were changed recently are"
    yield ProbableCause(
        CauseCode.OWN_CHANGE,
        Likelihood.CERTAIN if is_asked and untouched else Likelihood.LIKELY,
        f"{what} managed by this application: its own changes through the API are never notified, only those of "
        "users in their calendars",
        "change it in the calendar itself, as its owner"
        + (": cronofy simulator edit move" if evidence.access.place.data_center.name == "simulator" else ""),
        tuple(
            ("event", f"{event.event_id} '{event.summary}', created {event.created}, changed {event.updated}")
            for event in changed[:5]
        ),
        first.event_uid if is_asked else "",
    )


def delivery_of(evidence: Evidence, event: Event) -> Delivery | None:
    """Return the notification received here of an event's last change, if there is one."""
    received = (delivery for channel in evidence.examined for delivery in evidence.deliveries_of(channel))
    changed = event.updated
    return next((each for each in received if changed is not None and _notifies(each, changed, evidence)), None)


def _notifies(delivery: Delivery, changed: datetime, evidence: Evidence) -> bool:
    since = delivery.notification.changes_since
    if since is None or delivery.verdict.state is SignatureState.INVALID:
        return False
    try:
        return parse_time(since) <= changed <= delivery.request.received_at - evidence.ahead + _NEXT_SECOND
    except ValueError:
        return False


def _window(evidence: Evidence) -> Days:
    return sync_window(evidence.cronofys_now.astimezone(_zone(evidence)).date())


def _zone(evidence: Evidence) -> tzinfo:
    tzid = evidence.account.zoneinfo if isinstance(evidence.account, UserInfo) else None
    try:
        return find_zone(tzid or "Etc/UTC")
    except WrongUsage:  # this machine's database does not have it
        return UTC


def _day(evidence: Evidence, time: EventTime | None) -> date | None:
    if time is None or time.moment is None:
        return None if time is None else time.day
    return time.moment.astimezone(_zone(evidence)).date()
