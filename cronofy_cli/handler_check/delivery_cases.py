"""Cases about how notifications come: quickly enough, twice, in the wrong order, large, many at once.

docs: /developers/push-notifications/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cronofy_cli.handler_check.case import DELIVERY_RULES, TYPES, Case, Expectation, Importance, Moment, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.handler_check.case import Workshop
    from cronofy_cli.outbound.request import Post

AT_ONCE: Final = 20
_IN_TURN: Final = 3
_HOUR: Final = 3600
_CALENDARS: Final = 1500
"""Some 60 kB of their ids."""

_LIMIT: Final = Reason(
    "Cronofy waits 5 seconds; what is not answered by then has failed and is sent again",
    "the work is done before the answer; put it into a queue and answer at once",
    DELIVERY_RULES,
    is_about_time=True,
)
_HEADROOM: Final = Reason(
    "an idle machine answers faster than a busy one; half the limit is soon the whole of it",
    _LIMIT.usual_cause,
    DELIVERY_RULES,
    is_about_time=True,
)
_TWICE: Final = Reason(
    "a notification whose answer was lost is sent again: the same bytes a second time",
    "a unique key in a database, or an error for what is done already; answer 200 and do nothing",
    DELIVERY_RULES,
)
_DISORDER: Final = Reason(
    "one that failed comes again after fresher ones; no order is promised",
    "the handler takes only what is newer than the last; answer 200 and read from the earliest changes_since",
    DELIVERY_RULES,
)
_BURST: Final = Reason(
    "an account with many channels, or a bulk edit, makes many notifications at the same moment",
    "one worker, or a lock, that lets them wait for each other",
    DELIVERY_RULES,
    is_about_time=True,
)
_LARGE: Final = Reason(
    "a channel can be limited to any number of calendars, and each body repeats their ids",
    "a limit on request bodies, in the framework or in a proxy before it",
    TYPES,
)


def timing_cases(workshop: Workshop) -> Iterator[Case]:
    """Yield the cases about the time that an answer takes."""
    sent = f"{_IN_TURN} changes, one after another"
    first = _series(workshop, Moment.TIMING)
    yield Case("time.within_limit", Importance.MUST, sent, Expectation.ACCEPTED, _LIMIT, first)
    second = _series(workshop, Moment.TIMING + _IN_TURN)
    yield Case("time.headroom", Importance.SHOULD, sent, Expectation.QUICKLY_ACCEPTED, _HEADROOM, second)


def delivery_cases(workshop: Workshop) -> Iterator[Case]:
    """Yield the cases about repetition, order and load; the burst last, because it can leave a handler busy."""
    change = _change(workshop, Moment.DELIVERY)
    yield _case("repetition.duplicate", "the same change twice", _TWICE, change, change)
    fresh, late = _change(workshop, Moment.DELIVERY + 1), _change(workshop, -_HOUR)
    yield _case("repetition.out_of_order", "a change, then one from an hour before", _DISORDER, fresh, late)
    large = _change(workshop, Moment.DELIVERY + 2, *range(_CALENDARS))
    yield _case("load.large_body", "a change of about 60 kB", _LARGE, large)
    burst = tuple(_change(workshop, Moment.DELIVERY + 3, number) for number in range(AT_ONCE))
    yield _case("load.at_once", f"{AT_ONCE} changes at once", _BURST, *burst, at_once=True)


def _series(workshop: Workshop, moment: int) -> tuple[Post, ...]:
    return tuple(_change(workshop, moment + number) for number in range(_IN_TURN))


def _change(workshop: Workshop, moment: int, *calendars: int) -> Post:
    """Return a change, of a channel that is limited to made-up calendars if some are numbered."""
    ids = [f"cal_n23kjnwrw2_sakdnawerd3{number:09}" for number in calendars]
    filters = (f"channel.filters.calendar_ids={json.dumps(ids)}",) if ids else ()
    return workshop.signed(workshop.change(moment, *filters))


def _case(id_: str, sent: str, reason: Reason, *posts: Post, at_once: bool = False) -> Case:
    return Case(id_, Importance.MUST, sent, Expectation.ACCEPTED, reason, posts, at_once)
