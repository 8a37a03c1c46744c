"""What is new in events that were read, by the event cache; without one, by the events themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.errors import EventCacheUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.errors import CronofyError


class ChangeDetector:
    """Compares with the cache. Used inside a `with`, by one thread.

    A failure of the cache is reported once; then nothing is known of earlier states.
    """

    def __init__(self, open_cache: Callable[[], EventCache], on_trouble: Callable[[CronofyError], None]) -> None:
        """The cache is opened when it is first needed."""
        self._open_cache = open_cache
        self._on_trouble = on_trouble
        self._cache: EventCache | None = None
        self._is_reported = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._cache is not None:
            self._cache.close()

    def observe(self, events: Sequence[bytes], changes_since: str) -> tuple[EventChange, ...]:
        """Return what is new in these events, and remember them."""
        try:
            changes = self._opened().observe(events, changes_since)
        except EventCacheUnavailable as error:
            self._report(error)
            without_state = (compare(None, event, changes_since) for event in events)
            return tuple(change for change in without_state if change is not None)
        self._is_reported = False
        return changes

    def _opened(self) -> EventCache:
        if self._cache is None:
            self._cache = self._open_cache()
        return self._cache

    def _report(self, error: EventCacheUnavailable) -> None:
        if not self._is_reported:
            self._is_reported = True
            self._on_trouble(error)
