"""Causes that lie with a channel's filters: they do not let through what was changed.

A filter is blamed for what was changed only if no channel that is asked about lets any of it through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.why.causes.events import delivery_of
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import in_calendars, lets_through, or_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.checks import Facts
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.why.evidence import Evidence

_MOST_SHOWN = 5


def calendar_gone(evidence: Evidence) -> Iterator[ProbableCause]:
    """A filter names calendars that the account does not have any more."""
    if not isinstance(evidence.calendars, tuple):
        return
    existing = {each.calendar_id for each in evidence.calendars if not each.calendar_deleted}
    for channel in evidence.examined:
        gone = [each for each in channel.calendar_ids if each not in existing]
        if gone:
            is_all = len(gone) == len(channel.calendar_ids)
            names = ", ".join(map(evidence.calendar, gone))
            yield ProbableCause(
                CauseCode.FILTER_CALENDAR_GONE,
                Likelihood.CERTAIN if is_all else Likelihood.LIKELY,
                f"the channel {channel.channel_id} is limited to {'calendars' if len(gone) > 1 else 'a calendar'} that "
                f"no longer exist{'' if len(gone) > 1 else 's'}: {names}",
                _recreate(
                    evidence,
                    channel,
                    [each for each in channel.calendar_ids if each in existing],
                    managed=channel.only_managed,
                ),
                _filter(evidence, channel),
                channel.channel_id,
            )


def calendar_readonly(evidence: Evidence) -> Iterator[ProbableCause]:
    """A filter names only calendars that cannot be edited, such as bank holidays. Beside other channels it may."""
    readonly = {each.calendar_id for each in or_empty(evidence.calendars) if each.calendar_readonly}
    limited = [each for each in evidence.examined if each.calendar_ids and readonly.issuperset(each.calendar_ids)]
    for channel in limited:
        if not _notifies_something(evidence, channel):
            names = ", ".join(map(evidence.calendar, channel.calendar_ids))
            yield ProbableCause(
                CauseCode.FILTER_CALENDAR_READONLY,
                Likelihood.LIKELY if len(limited) == len(evidence.examined) else Likelihood.POSSIBLE,
                f"the channel {channel.channel_id} is limited to calendars that their owner cannot edit: {names}",
                _recreate(evidence, channel, managed=channel.only_managed),
                (*_filter(evidence, channel), ("calendar_readonly", "true")),
                channel.channel_id,
            )


def excludes_change(evidence: Evidence) -> Iterator[ProbableCause]:
    """What was changed is in other calendars than those of the filter."""
    changed = _not_notified(evidence)
    for channel in evidence.examined if changed else ():
        if any(in_calendars(channel, event) for event in changed):
            continue
        calendars = list(dict.fromkeys(event.calendar_id for event in changed))
        where = ", ".join(map(evidence.calendar, calendars))
        yield ProbableCause(
            CauseCode.FILTER_EXCLUDES_CHANGE,
            _certainty(evidence),
            f"{_subject(evidence, changed)} in {where}, and the channel {channel.channel_id} is limited to "
            f"{', '.join(map(evidence.calendar, channel.calendar_ids))}",
            _recreate(evidence, channel, (*channel.calendar_ids, *calendars), managed=channel.only_managed),
            (*_filter(evidence, channel), *_events(evidence, changed)),
            channel.channel_id,
        )


def only_managed(evidence: Evidence) -> Iterator[ProbableCause]:
    """The filter lets only the application's own events through (see `evidence.lets_through`)."""
    changed = _not_notified(evidence)
    for channel in evidence.examined:
        if not channel.only_managed:
            continue
        outside = [event for event in changed if in_calendars(channel, event)]
        if not outside and changed:
            continue
        sentence = f"the channel {channel.channel_id} only notifies users' changes to events that you manage"
        yield ProbableCause(
            CauseCode.ONLY_MANAGED,
            _certainty(evidence) if outside else Likelihood.POSSIBLE,
            f"{sentence}; {_subject(evidence, outside)} not one of them" if outside else sentence,
            _recreate(evidence, channel, channel.calendar_ids),
            (("filters.only_managed", "true"), *_events(evidence, outside)),
            channel.channel_id,
        )


def _not_notified(evidence: Evidence) -> list[Event]:
    """Return what users changed, if no channel lets any of it through."""
    changed = [event for event in evidence.changed if delivery_of(evidence, event) is None]
    if any(lets_through(channel, event) for channel in evidence.examined for event in evidence.changed):
        return []
    # What the application wrote itself would not be notified by any channel.
    return [event for event in changed if event.event_id is None or evidence.question.event is not None]


def _notifies_something(evidence: Evidence, channel: Channel) -> bool:
    is_changed = any(in_calendars(channel, event) for event in evidence.changed)
    return is_changed or any(each.notification.type == "change" for each in evidence.deliveries_of(channel))


def _certainty(evidence: Evidence) -> Likelihood:
    return Likelihood.LIKELY if evidence.question.event is None else Likelihood.CERTAIN


def _subject(evidence: Evidence, events: list[Event]) -> str:
    if evidence.question.event is not None:
        return f"the event '{events[0].summary}' is"
    return "the event that was changed recently is" if len(events) == 1 else "the events that were changed recently are"


def _recreate(evidence: Evidence, channel: Channel, calendar_ids: Iterable[str] = (), *, managed: bool = False) -> str:
    """Return how to get a channel with other filters: there is no call that changes one."""
    calendars = [part for each in dict.fromkeys(calendar_ids) for part in ("--calendar", each)]
    only_managed = ["--only-managed"] if managed else []
    create = evidence.command("channels", "create", "--callback-url", channel.callback_url, *calendars, *only_managed)
    return f"{create} && {evidence.command('channels', 'close', channel.channel_id)}"


def _filter(evidence: Evidence, channel: Channel) -> Facts:
    return tuple(
        ("filters.calendar_ids", f"{each} {evidence.calendar_names.get(each, '')}".rstrip())
        for each in channel.calendar_ids
    )


def _events(evidence: Evidence, events: Iterable[Event]) -> Facts:
    return tuple(
        ("changed", f"'{event.summary}' in {evidence.calendar(event.calendar_id)}, at {_time(event)}")
        for event in list(events)[:_MOST_SHOWN]
    )


def _time(event: Event) -> str:
    return f"{event.updated:%Y-%m-%d %H:%M:%S} UTC" if event.updated else "an unknown time"
