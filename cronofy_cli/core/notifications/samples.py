"""The kinds of notification that can be sent by hand: their names, what they mean, and changing their fields.

Pure: the current time comes with the `Setting`. The bodies themselves are in `sample_bodies`.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications import sample_bodies
from cronofy_cli.core.notifications.notification import MEANINGS
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cronofy_cli.core.notifications.sample_bodies import Body, Setting


class Surface(StrEnum):
    """What a callback URL was registered for. Cronofy signs what it posts to all of them in the same way."""

    CHANNEL = "channel"
    SMART_INVITE = "smart invite"
    EVENT_SUBSCRIPTION = "event subscription"
    EMBEDDED_SCHEDULER = "embedded scheduler"
    REAL_TIME_SCHEDULING = "real-time scheduling"


@dataclass(frozen=True, slots=True)
class Sample:
    """A kind of notification, and how to make one."""

    name: str
    """How the user calls it: its type, or its interaction where one type has several."""
    type: str | None
    """`notification.type`; None for a body without one."""
    surface: Surface
    meaning: str
    docs: str
    """The path of its page."""
    make: Callable[[Setting], Body]


FUTURE_TYPE: Final = "some_future_type"
"""No real type. Receivers must ignore what they do not know (docs: /developers/push-notifications/)."""

_NOTIFICATIONS: Final = "/developers/api/push-notifications/"
_CONVERSATIONS: Final = "/developers/api-alpha/scheduling-conversations/push-notifications/"
_CONFERENCING: Final = "/developers/api/conferencing-services/subscriptions/"
_MEETING_AGENTS: Final = "/developers/api/meeting-agents/callbacks/"


def _plain(type_: str, docs: str = _NOTIFICATIONS) -> Sample:
    return Sample(type_, type_, Surface.CHANNEL, MEANINGS[type_], docs, partial(sample_bodies.plain, type_=type_))


def _conversation(type_: str) -> Sample:
    make = partial(sample_bodies.scheduling_conversation, type_=type_)
    return Sample(type_, type_, Surface.CHANNEL, MEANINGS[type_], _CONVERSATIONS, make)


def _interaction(name: str, meaning: str, docs: str, make: Callable[[Setting], Body]) -> Sample:
    return Sample(name, "event_subscription", Surface.EVENT_SUBSCRIPTION, meaning, docs, make)


def _meeting_agent(name: str, state: str, meaning: str) -> Sample:
    make = partial(sample_bodies.meeting_agent, interaction=name, state=state)
    return _interaction(name, meaning, _MEETING_AGENTS, make)


def _conferencing(name: str, meaning: str, *, is_assigned: bool) -> Sample:
    make = partial(sample_bodies.conferencing, interaction=name, is_assigned=is_assigned)
    return _interaction(name, meaning, _CONFERENCING, make)


SAMPLES: Final[tuple[Sample, ...]] = (
    _plain("verification"),
    Sample("change", "change", Surface.CHANNEL, MEANINGS["change"], _NOTIFICATIONS, sample_bodies.change),
    _plain("profile_disconnected", "/developers/faqs/profile-reconnection-process/"),
    _plain("profile_initial_sync_completed"),
    _plain("conferencing_profile_disconnected"),
    _plain("gdpr_requested"),
    _conversation("scheduling_conversation_joined"),
    _conversation("scheduling_conversation_updated"),
    Sample(
        FUTURE_TYPE,
        FUTURE_TYPE,
        Surface.CHANNEL,
        "no real type: receivers must ignore what they do not know",
        "/developers/push-notifications/",
        partial(sample_bodies.plain, type_=FUTURE_TYPE),
    ),
    Sample(
        "smart_invite",
        "smart_invite",
        Surface.SMART_INVITE,
        MEANINGS["smart_invite"],
        "/developers/api/smart-invites/invite-callback/",
        sample_bodies.smart_invite,
    ),
    _meeting_agent("meeting_agent_activated", "created", "a meeting agent was set to work on an event"),
    _meeting_agent("meeting_agent_complete", "complete", "a meeting agent has finished"),
    _meeting_agent("meeting_agent_failed", "failed", "a meeting agent could not do its work"),
    _conferencing("conferencing_assigned", "an event got its conference", is_assigned=True),
    _conferencing("conferencing_failing", "an event gets no conference", is_assigned=False),
    _interaction(
        "event_trigger",
        "an event is about to start, or has ended",
        "/developers/api/event-triggers/",
        sample_bodies.event_trigger,
    ),
    Sample(
        "scheduling_request_time_chosen",
        "scheduling_request_time_chosen",
        Surface.EMBEDDED_SCHEDULER,
        MEANINGS["scheduling_request_time_chosen"],
        "/developers/embedded-scheduler/receiving-updates/",
        sample_bodies.scheduling_request,
    ),
    Sample(
        "real_time_scheduling_completed",
        None,
        Surface.REAL_TIME_SCHEDULING,
        "a time was chosen; this body has no notification and no type",
        "/developers/workflow-triggers/scheduling-triggers/",
        sample_bodies.real_time_scheduling,
    ),
)
"""Every kind that is known, those of channels first."""


def find_sample(name: str) -> Sample:
    """Return the kind with this name, or the first one with this type: `event_subscription` has several.

    Raises:
        WrongUsage: there is none.
    """
    for sample in SAMPLES:
        if name == sample.name:
            return sample
    for sample in SAMPLES:
        if name == sample.type:
            return sample
    suggestion = did_you_mean(name, [sample.name for sample in SAMPLES])
    raise WrongUsage(
        f"there is no notification type '{name}'{suggestion}",
        hint="see: cronofy trigger --list",
    )


def encode_body(body: Body) -> bytes:
    """Return compact JSON in UTF-8. Cronofy's own layout is not documented; do not depend on it."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair is legal in JSON, and only as an escape.
        return json.dumps(body, separators=(",", ":")).encode()


def with_fields(body: Body, assignments: Iterable[str]) -> Body:
    """Return a copy of `body` in which each `KEY=VALUE` is done, in order.

    A key is a dotted path, such as `notification.changes_since` or `participants.0.sub`; objects on the way that are
    missing are made. A value that is JSON is meant as JSON, anything else is a text.

    Raises:
        WrongUsage: an assignment cannot be read, or its path leads through something that is no object or array.
    """
    changed = copy.deepcopy(body)
    for assignment in assignments:
        path, equals, value = assignment.partition("=")
        keys = path.split(".")
        if not equals or not all(keys):
            raise WrongUsage(f"--set does not take '{assignment}'", hint="write it as --set notification.type=change")
        _assign(changed, keys, _json_or_text(value))
    return changed


def _assign(body: Body, keys: list[str], value: object) -> None:
    place: object = body
    for depth, key in enumerate(keys, 1):
        is_last = depth == len(keys)
        if isinstance(place, dict):
            if is_last:
                place[key] = value
            place = place.setdefault(key, {})
        elif isinstance(place, list) and key.isdecimal() and int(key) < len(place):
            if is_last:
                place[int(key)] = value
            place = place[int(key)]
        else:
            path = ".".join(keys[: depth - 1])
            raise WrongUsage(
                f"--set cannot reach '{'.'.join(keys)}': '{path}' has no '{key}'",
                hint="see the body first: add --print-body",
            )


def _json_or_text(text: str) -> object:
    try:
        value: object = json.loads(text)
        # Python's own reader takes NaN, and numbers that no float holds.
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return text
    return value
