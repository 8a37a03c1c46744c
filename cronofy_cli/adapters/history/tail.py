"""Noticing what is added to the history while one looks at it, whoever adds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.query import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history.query import Criteria
    from cronofy_cli.adapters.history.store import History
    from cronofy_cli.core.notifications.deliveries import Delivery

PAUSE_S: Final = 0.05
"""How often is looked. Asking whether anything changed reads one page of memory."""


def follow(
    history: History, after_id: int, pause: Callable[[float], object], *, criteria: Criteria = EVERYTHING
) -> Iterator[list[Delivery]]:
    """Yield what is received here after `after_id` and fits, as it comes, and an empty list when there is nothing new.

    It never ends by itself. `pause` lets a time pass between two looks.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    criteria = criteria._replace(is_received=True)
    seen_version: int | None = None
    while True:
        version = history.data_version()
        if version != seen_version:
            seen_version = version
            newest_id = history.newest_id()
            yield from history.between(after_id + 1, newest_id, criteria=criteria)
            after_id = newest_id
        yield []
        pause(PAUSE_S)
