"""Server-sent events: what arrived as a page's filter has it, that something else has changed, and the run's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.inspector.documents import ProblemDocument
from cronofy_cli.inspector.lasting_reader import LastingReader
from cronofy_cli.inspector.listing import shows_gaps
from cronofy_cli.inspector.rows import gap_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cronofy_cli.adapters.history import Gap
    from cronofy_cli.inspector.around import Around
    from cronofy_cli.inspector.feed import Feed
    from cronofy_cli.inspector.filters import Filter
    from cronofy_cli.inspector.run_state import RunState

_ALIVE_S: Final = 10.0
"""How often a stream that has nothing to say shows that it lives."""


def events(around: Around, run_state: RunState, feed: Feed, wanted: Filter, after: int | None) -> Iterator[bytes]:
    """Yield events until the run ends. `after` is the newest delivery that the page has; None if it has none."""
    yield _event("state", run_state.now())
    data_version, state_version, replaced = -1, feed.state_version, feed.replaced
    with LastingReader(around) as reader:
        seen = feed.newest_id if after is None else after
        gaps = _NewGaps(reader, wanted, _received_at(reader, after) or around.now())
        while not feed.has_ended:
            if feed.state_version != state_version:
                state_version = feed.state_version
                yield _event("state", run_state.now())
            if feed.data_version != data_version:
                is_first, data_version = data_version == -1, feed.data_version
                newest_id = feed.newest_id
                if feed.replaced != replaced or (is_first and _is_of_another(reader, seen)):
                    replaced, seen = feed.replaced, newest_id
                    yield _event("replaced", None)
                yield _news(reader, feed, wanted, seen, newest_id)
                seen = max(seen, newest_id)
                if ended := gaps.take():
                    yield _event("gaps", [gap_document(gap) for gap in ended])
            if not feed.wait_for_news(data_version, state_version, _ALIVE_S):
                yield b":\n\n"


class _NewGaps:
    """The gaps that have ended since a moment, each once."""

    def __init__(self, reader: LastingReader, wanted: Filter, since: datetime) -> None:
        self._reader = reader
        self._wanted = wanted
        self._since = since
        self._taken = 0

    def take(self) -> list[Gap]:
        """Return those that were not returned yet, where the page shows gaps."""
        if not shows_gaps(self._wanted):
            return []
        try:
            ended = self._reader.history().gaps(self._since)
        except HistoryUnavailable:
            return []
        new, self._taken = ended[self._taken :], len(ended)
        return new


def _received_at(reader: LastingReader, number: int | None) -> datetime | None:
    """Return when the newest delivery that a page has came: what it does not know yet is later."""
    try:
        found = None if number is None else reader.history().get(number)
    except HistoryUnavailable:
        return None
    return None if found is None else found.request.received_at


def _is_of_another(reader: LastingReader, seen: int) -> bool:
    """Whether a page knows a delivery that this history never had."""
    try:
        return seen > reader.history().newest_id()
    except HistoryUnavailable:
        return False


def _news(reader: LastingReader, feed: Feed, wanted: Filter, seen: int, newest_id: int) -> bytes:
    error = feed.problem
    if error is None:
        if newest_id <= seen:
            return _event("touched", None)
        try:
            return _event("rows", feed.rows_since(reader.history(), wanted, seen, newest_id), newest_id)
        except HistoryUnavailable as unavailable:
            error = unavailable
    return _event("problem", ProblemDocument(error.code, error.message, error.hint))


def _event(name: str, document: object, last_id: int | None = None) -> bytes:
    identifier = b"" if last_id is None else b"id: %d\n" % last_id
    return b"event: %s\n%sdata: %s\n\n" % (name.encode(), identifier, msgspec.json.encode(document))
