"""The list: parts of it by key, never by counting from the top, how much there is, and the strip of times above it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.inspector.documents import BucketDocument, CountDocument, PageDocument, StripDocument
from cronofy_cli.inspector.rows import gap_document, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import Gap, History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.inspector.filters import Filter

MOST_ROWS: Final = 200
COUNTED: Final = 1_000
_LOOKED_AT: Final = 20_000
"""Deliveries that an expression is asked about at a time."""
_BUCKETS: Final = 60
_IN_STRIP: Final = 2_000
"""The newest deliveries that the strip is about."""
_FOUND_IN_STRIP: Final = 500
"""Those of a search, which have to be looked for."""
_NEWEST: Final = 2**62
_TRIES: Final = 3
"""A count is of one moment; in a burst that never pauses the last one is taken."""


def page(
    history: History, wanted: Filter, now: datetime, *, before: int | None = None, after: int | None = None, limit: int
) -> PageDocument:
    """Return a part of the list: the newest, those before a number, or the first ones after it.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    limit = max(1, min(limit, MOST_ROWS))
    newest_id = history.newest_id()
    next_before: int | None = None
    if after is not None:
        found = _after(history, wanted, after, limit)
    else:
        found, next_before = _before(history, wanted, before or _NEWEST, limit)
    beside = after if after is not None else before
    return PageDocument(
        rows=rows_of(history, found, now),
        gaps=tuple(map(gap_document, _gaps(history, wanted, found, beside))),
        next_before=next_before,
        newest_id=newest_id,
        command=wanted.command,
    )


def count(history: History, wanted: Filter) -> CountDocument:
    """Return how many fit, up to a limit, and how many there are.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    newest_id, counted = history.newest_id(), _counted(history, wanted)
    for _ in range(_TRIES):
        if history.newest_id() == newest_id:
            break
        newest_id, counted = history.newest_id(), _counted(history, wanted)
    return replace(counted, newest_id=newest_id)


def _counted(history: History, wanted: Filter) -> CountDocument:
    total = history.total()
    if wanted.where is not None:
        return CountDocument(None, is_more=False, total=total, unindexed=0)
    if wanted.is_everything:
        return CountDocument(total, is_more=False, total=total, unindexed=0)
    found = history.count(wanted.criteria, COUNTED + 1)
    unindexed = history.search.unindexed() if wanted.criteria.search is not None else 0
    return CountDocument(min(found, COUNTED), is_more=found > COUNTED, total=total, unindexed=unindexed)


def strip(history: History, wanted: Filter) -> StripDocument:
    """Return how the newest deliveries that fit are spread over time.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    times = history.times(wanted.criteria, _IN_STRIP if wanted.criteria.search is None else _FOUND_IN_STRIP)
    if not times:
        return StripDocument(None, None, ())
    first, last = min(moment for _, moment, _ in times), max(moment for _, moment, _ in times)
    width = max((last - first) / _BUCKETS, timedelta(seconds=1))
    failed = history.forwards.failed_between(min(times)[0], max(times)[0])
    counts, bad = [0] * _BUCKETS, [0] * _BUCKETS
    for number, moment, is_strange in times:
        place = min(int((moment - first) / width), _BUCKETS - 1)
        counts[place] += 1
        bad[place] += is_strange or number in failed
    starts = [first + width * place for place in range(_BUCKETS)]
    gaps = history.gaps(first)
    buckets = [
        BucketDocument(counts[place], bad[place], _is_in_gap(gaps, start, start + width))
        for place, start in enumerate(starts)
    ]
    return StripDocument(to_utc_millis(first), to_utc_millis(first + width * _BUCKETS), tuple(buckets))


def shows_gaps(wanted: Filter) -> bool:
    """Whether gaps stand in the list: only where nothing is left out, or all that needs a look is asked for."""
    return wanted.is_everything or wanted.criteria.needs_look


def matching(deliveries: Iterable[Delivery], wanted: Filter) -> list[Delivery]:
    """Return those that fit a filter's expression."""
    where = wanted.where
    return [each for each in deliveries if where is None or where.fits_body(each.request.body)]


def _before(history: History, wanted: Filter, before: int, limit: int) -> tuple[list[Delivery], int | None]:
    """Return the newest ones before a number, and where to go on."""
    found: list[Delivery] = []
    looked_at, last = 0, before
    chunk = limit + 1 if wanted.where is None else 500
    for delivery in history.newest_first(wanted.criteria, before_id=before, chunk=chunk):
        if len(found) == limit or looked_at == _LOOKED_AT:
            return found, last
        looked_at, last = looked_at + 1, delivery.id or 0
        found += matching([delivery], wanted)
    return found, None


def _after(history: History, wanted: Filter, after: int, limit: int) -> list[Delivery]:
    found: list[Delivery] = []
    for part in history.between(after + 1, criteria=wanted.criteria, chunk=limit):
        found += matching(part, wanted)
        if len(found) >= limit:
            break
    return found[:limit][::-1]


def _gaps(history: History, wanted: Filter, found: Sequence[Delivery], beside: int | None) -> Iterable[Gap]:
    """Yield the gaps among deliveries and up to the one beside them, where they are shown; without one, the newest."""
    if not found or not shows_gaps(wanted):
        return
    edge = None if beside is None else history.get(beside)
    moments = [each.request.received_at for each in (found[0], found[-1], *([edge] if edge is not None else []))]
    yield from (gap for gap in history.gaps(min(moments)) if beside is None or gap.ended <= max(moments))


def _is_in_gap(gaps: Iterable[Gap], start: datetime, end: datetime) -> bool:
    return any(gap.started < end and gap.ended > start for gap in gaps)
