"""Keeping a session ready: the watchdog notices, the session mends, and what was missed in the gap is read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.watchdog import Mending, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from queue import SimpleQueue

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.tunnels.interface import TunnelEvent
    from cronofy_cli.listen.changes.catch_up import Backfill
    from cronofy_cli.listen.session import Session
    from cronofy_cli.listen.watchdog import Gap, Pace


class Teller(Protocol):
    """Who is told about losses and gaps."""

    def remark(self, text: str) -> None:
        """Say something to people."""

    def trouble(self, error: CronofyError) -> None:
        """Say what went wrong."""

    def gap(self, gap: Gap) -> None:
        """Tell of a time in which nothing may have arrived."""


class Announcement(Protocol):
    """What tells programs that the run is ready, and must not when it is not."""

    def withdraw(self) -> None:
        """It is not ready any more."""

    def renew(self) -> None:
        """It is ready again, perhaps at another address."""


class NoAnnouncement:
    """Tells nobody."""

    def withdraw(self) -> None:
        """Tell nobody."""

    def renew(self) -> None:
        """Tell nobody."""


class Keeper:
    """Puts a watchdog to a session."""

    def __init__(
        self,
        session: Session,
        teller: Teller,
        backfill: Backfill | None,
        history: History,
        max_offline_s: float,
        on_given_up: Callable[[], None],
        clock: Callable[[], datetime],
        *,
        announcement: Announcement | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`backfill` reads what was missed, if that is wanted; the history belongs to the watchdog's thread."""
        self._session = session
        self._teller = teller
        self._backfill = backfill
        self._history = history
        self._max_offline_s = max_offline_s
        self._on_given_up = on_given_up
        self._clock = clock
        self._announcement = announcement or NoAnnouncement()
        self._pace = pace

    @contextmanager
    def watching(self, events: SimpleQueue[TunnelEvent]) -> Iterator[None]:
        """Look after the session inside the `with`."""
        watchdog = Watchdog(
            Mending(self._session.is_alive, self._session.check_channel, lambda: self._session.recover(watchdog.sleep)),
            events=events,
            clock=self._clock,
            on_trouble=self._teller.trouble,
            on_lost=self._lost,
            on_gap=self._over,
            on_given_up=self._given_up,
            max_offline_s=self._max_offline_s,
            pace=self._pace,
        )
        watchdog.start()
        try:
            yield
        finally:
            watchdog.stop()

    def _lost(self, reason: str) -> None:
        self._announcement.withdraw()
        self._teller.remark(f" not ready: {reason}; trying to recover")

    def _over(self, gap: Gap) -> None:
        self._teller.gap(gap)
        try:
            self._announcement.renew()
            self._history.mark_gap(gap.started, gap.ended, gap.reason)
        except CronofyError as error:
            self._teller.trouble(error)
        channel = self._session.channel
        if self._backfill is not None and channel is not None:
            self._backfill.read_gap(channel, gap.started)

    def _given_up(self) -> None:
        self._teller.remark(f" gave up after {self._max_offline_s:.0f} s without a way for notifications to arrive")
        self._on_given_up()
