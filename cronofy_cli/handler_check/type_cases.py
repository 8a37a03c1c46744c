"""Cases about what is in a body: every type, one of tomorrow, a body without a type, unknown fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.samples import FUTURE_TYPE, SAMPLES, Surface
from cronofy_cli.handler_check.case import DELIVERY_RULES, TYPES, Case, Expectation, Importance, Moment, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.samples import Sample
    from cronofy_cli.handler_check.case import Workshop
    from cronofy_cli.outbound.request import Post

_UNKNOWN_TYPE: Final = Reason(
    "Cronofy adds types; a handler that fails on one is sent it again for 24 hours, then the channel is closed",
    "a route or a switch without a default; answer 200 and do nothing",
    DELIVERY_RULES,
)
_UNKNOWN_FIELDS: Final = Reason(
    "Cronofy adds fields at any time and asks clients to ignore what they do not know",
    "a schema that forbids further fields",
    "/developers/api/",
)
_FILTERS: Final = Reason(
    "a channel can be limited to calendars and to managed events", "a strict schema of the channel", TYPES
)
_NO_NOTIFICATION: Final = Reason(
    "what real-time scheduling posts when it is completed has no 'notification'; its URL can be the same one",
    "body['notification']['type'] is read without checking that it is there",
    "/developers/workflow-triggers/scheduling-triggers/",
)


def type_cases(workshop: Workshop) -> Iterator[Case]:
    """Yield the cases about types and fields."""
    for sample in SAMPLES:
        if sample.type is not None and sample.name != FUTURE_TYPE:
            body = workshop.change(Moment.TYPES) if sample.name == "change" else workshop.body(sample.name)
            post, sent = workshop.signed(body), f"{_article(sample.name)} {sample.name}"
            yield _case(sample.name, sent, _known(sample), post, _importance(sample))
    unknown = workshop.signed(workshop.body(FUTURE_TYPE))
    yield _case("unknown", f"a type that does not exist yet, {FUTURE_TYPE}", _UNKNOWN_TYPE, unknown)
    without = workshop.signed(workshop.body("real_time_scheduling_completed"))
    yield _case("no_notification", "a body without 'notification'", _NO_NOTIFICATION, without, Importance.SHOULD)
    filters = '{"calendar_ids":["cal_n23kjnwrw2_sakdnawerd3"],"only_managed":false}'
    filtered = workshop.signed(workshop.change(Moment.TYPES + 1, f"channel.filters={filters}"))
    yield _case("filtered_channel", "a change from a channel with filters", _FILTERS, filtered)
    fields = ('notification.priority={"level":1}', "channel.scheduling_conversations={}", "sent_by=null")
    further = workshop.signed(workshop.change(Moment.TYPES + 2, *fields))
    yield _case("unknown_fields", "a change with fields that do not exist yet", _UNKNOWN_FIELDS, further)


def _known(sample: Sample) -> Reason:
    why = f"it means: {sample.meaning}"
    if sample.surface is not Surface.CHANNEL:
        why += f". It goes to the URL of {_article(sample.surface)} {sample.surface}, which can be the same"
    return Reason(why, "the handler fails on the type; see its log", sample.docs)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _importance(sample: Sample) -> Importance:
    return Importance.MUST if sample.surface is Surface.CHANNEL else Importance.SHOULD


def _case(name: str, sent: str, reason: Reason, post: Post, importance: Importance = Importance.MUST) -> Case:
    return Case(f"types.{name}", importance, sent, Expectation.ACCEPTED, reason, (post,))
