"""A forwarder with everything that it reports, over a history of its own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from cronofy_cli.adapters.history import open_history
from cronofy_cli.listen.forwarding.options import build_forwarder
from cronofy_cli.listen.forwarding.reports import ForwarderCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.forwarding.forwarder import Forwarder
    from cronofy_cli.listen.forwarding.options import ForwardingOptions
    from cronofy_cli.listen.forwarding.reports import ForwardReport, TargetBack, Waiting

T = TypeVar("T")

PATIENCE_S = 60.0


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass
class Following:
    """What was told so far."""

    history_file: Path
    reports: list[ForwardReport] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    backs: list[TargetBack] = field(default_factory=list)
    troubles: list[CronofyError] = field(default_factory=list)
    failures: list[CronofyError] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def calls(self) -> ForwarderCalls:
        """Return what a forwarder is to call."""
        return ForwarderCalls(
            self._told(self.reports),
            self._told(self.waiting),
            self._told(self.backs),
            self._told(self.troubles),
            self._told(self.failures),
        )

    def await_reports(self, count: int) -> list[ForwardReport]:
        """Wait for so many attempts and return all."""
        self.wait(lambda: len(self.reports) >= count)
        return list(self.reports)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until what was told fulfils a condition."""
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S), (self.reports, self.waiting, self.backs)

    def record(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Put deliveries into the history."""
        with open_history(self.history_file, survives_power_cut=False) as history:
            return history.record(deliveries)

    def kept(self, delivery_id: int) -> list[Forward]:
        """Return what the history holds of a delivery's forwards."""
        with open_history(self.history_file, read_only=True) as history:
            return history.forwards.of(delivery_id)

    def _told(self, told: list[T]) -> Callable[[T], None]:
        def tell(what: T) -> None:
            with self._changed:
                told.append(what)
                self._changed.notify_all()

        return tell


@contextmanager
def forwarding(folder: Path, options: ForwardingOptions) -> Iterator[tuple[Forwarder, Following]]:
    """Run a forwarder."""
    following = Following(folder / "history.db")
    forwarder = build_forwarder(options, following.history_file, following.calls, now)
    assert forwarder is not None
    with forwarder:
        yield forwarder, following
