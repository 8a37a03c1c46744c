"""Noticing what is added to the history while one looks at it, whoever adds it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.query import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history.query import Criteria
    from cronofy_cli.adapters.history.store import History
    from cronofy_cli.core.notifications.deliveries import Delivery

T = TypeVar("T")
PAUSE_S: Final = 0.05
"""How often is looked. Asking whether anything changed reads one page of memory, or what a server has sent."""
AWAY_LIMIT_S: Final = 60.0
"""How long a server that cannot be reached is waited for."""
AWAY_PAUSE_S: Final = 0.5


def patiently(ask: Callable[[], T], pause: Callable[[float], object]) -> T:
    """Return what is read from the history; a server that is away is waited for, as `follow` does.

    Raises:
        HistoryUnavailable: the store cannot be read, or its server was away for too long.
    """
    away_since_s: float | None = None
    while True:
        try:
            return ask()
        except HistoryAway as error:
            away_since_s = _waited_since(away_since_s, error)
        pause(AWAY_PAUSE_S)


def follow(
    history: History, after_id: int, pause: Callable[[float], object], *, criteria: Criteria = EVERYTHING
) -> Iterator[list[Delivery]]:
    """Yield what is received here after `after_id` and fits, as it comes, and an empty list when there is nothing new.

    It never ends by itself. `pause` lets a time pass between two looks.

    Raises:
        HistoryUnavailable: the store cannot be read, or its server was away for too long.
    """
    criteria = criteria._replace(is_received=True)
    seen_version: int | None = None
    away_since_s: float | None = None
    while True:
        pause_s = PAUSE_S
        try:
            version = history.data_version()
            if version != seen_version:
                newest_id = history.newest_id()
                for found in history.between(after_id + 1, newest_id, criteria=criteria):
                    yield found
                    # What is damaged is left out, which may be all of it.
                    after_id = max((each.id or 0 for each in found), default=after_id)
                seen_version, after_id = version, newest_id
            away_since_s = None
        except HistoryAway as error:
            # A server that is started again has lost nothing: it goes on where it was.
            away_since_s = _waited_since(away_since_s, error)
            pause_s = AWAY_PAUSE_S
        yield []
        pause(pause_s)


def _waited_since(moment_s: float | None, error: HistoryAway) -> float:
    """Return since when it is away, by default now; when that is too long ago, raise the error."""
    moment_s = moment_s or monotonic()
    if monotonic() - moment_s > AWAY_LIMIT_S:
        raise error
    return moment_s
