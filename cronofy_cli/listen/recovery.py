"""Keeping a session ready: the watchdog notices, the session recovers, and what was missed in the gap is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.history import Gap, History
    from cronofy_cli.listen.changes.catch_up import CatchUp
    from cronofy_cli.listen.reporter import Reporter
    from cronofy_cli.listen.session import Session


class Announcement(Protocol):
    """What tells programs that the run is ready, and must not when it is not."""

    def withdraw(self, reason: str) -> None:
        """It is not ready any more."""

    def renew(self) -> None:
        """It is ready again, perhaps at another address."""


class RecoveryLoop:
    """What the watchdog of a session is given to look at, and to call."""

    def __init__(
        self,
        session: Session,
        reporter: Reporter,
        announcement: Announcement,
        *,
        open_history: Callable[[], History],
        max_offline_s: float,
        on_given_up: Callable[[], None],
        catch_up: CatchUp | None = None,
        look_around: Callable[[], None] | None = None,
    ) -> None:
        """`catch_up` reads what was missed, if that is wanted. `look_around` is called now and then."""
        self.is_alive = session.is_alive
        self.check_channel = session.check_channel
        self.recover = session.recover
        self.trouble = reporter.trouble
        self._session = session
        self._reporter = reporter
        self._announcement = announcement
        self._open_history = open_history
        self._max_offline_s = max_offline_s
        self._on_given_up = on_given_up
        self._catch_up = catch_up
        self._look_around = look_around

    def look_around(self) -> None:
        """A tick has passed."""
        if self._look_around is not None:
            self._look_around()

    def lost(self, reason: str) -> None:
        """Nothing arrives now."""
        self._announcement.withdraw(reason)
        self._reporter.remark(f" not ready: {reason}; trying to recover")

    def over(self, gap: Gap) -> None:
        """It is ready again: say so, keep the gap, and have what was missed read."""
        self._reporter.gap(gap)
        try:
            self._announcement.renew()
            with self._open_history() as history:
                history.mark_gap(gap)
        except CronofyError as error:
            self._reporter.trouble(error)
        channel = self._session.channel
        if self._catch_up is not None and channel is not None:
            self._catch_up.read_gap(channel, gap.started)

    def given_up(self) -> None:
        """Nothing helped within the limit."""
        self._reporter.remark(f" gave up: for {self._max_offline_s:.0f} s no notification could arrive")
        self._on_given_up()
