"""Collecting the deliveries that `wait` waits for, out of the history, whichever program records them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import EVERYTHING, follow
from cronofy_cli.core.notifications.delivery_filter import is_own_verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.history import Criteria, History
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.where import Where

NO_LIMIT_S: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are waited for, and how many."""

    count: int = 1
    criteria: Criteria = EVERYTHING
    where: Where | None = None
    data_center: str | None = None
    """None stands for any."""

    def fits(self, delivery: Delivery) -> bool:
        """Whether a delivery that fulfils the criteria fulfils the rest too."""
        is_here = self.data_center is None or delivery.context == self.data_center
        return is_here and (self.where is None or self.where.fits_body(delivery.request.body))


@dataclass(slots=True)
class Collector:
    """What was found so far. Collecting can go on after a pause, without loss."""

    history: History
    wanted: Wanted
    after_id: int
    """The number after which deliveries count."""
    on_found: Callable[[Delivery], None]
    found: list[Delivery] = field(default_factory=list)
    own_path: str | None = None
    """Where an own channel posts to. Its verification is a step on the way, unless verifications are waited for."""

    @property
    def is_complete(self) -> bool:
        """Whether enough were found."""
        return len(self.found) >= self.wanted.count

    def collect(self, pause: Callable[[float], object], is_over: Callable[[], bool]) -> None:
        """Look at what is there and at what comes, until enough were found or `is_over` says so."""
        for batch in follow(self.history, self.after_id, pause, criteria=self.wanted.criteria):
            for delivery in batch:
                self._take(delivery)
                if self.is_complete:
                    return
            if not batch and is_over():
                return

    def _take(self, delivery: Delivery) -> None:
        self.after_id = delivery.id or self.after_id
        if self.wanted.fits(delivery) and not self._is_own_step(delivery):
            self.found.append(delivery)
            self.on_found(delivery)

    def _is_own_step(self, delivery: Delivery) -> bool:
        is_asked_for = self.wanted.criteria.type is not None
        return not is_asked_for and self.own_path is not None and is_own_verification(delivery, self.own_path)


class Deadline:
    """A time limit that begins to run when it is started."""

    def __init__(self, limit_s: float | None) -> None:
        self._limit_s = NO_LIMIT_S if limit_s is None else limit_s
        self._end_s: float | None = None

    def start(self) -> None:
        """Let it run, unless it does so already."""
        if self._end_s is None:
            self._end_s = time.monotonic() + self._limit_s

    def is_over(self) -> bool:
        """Whether the limit is reached."""
        return self._end_s is not None and time.monotonic() >= self._end_s


@dataclass(frozen=True, slots=True)
class Listeners:
    """The runs of `cronofy listen`, and of what receives like it, on this machine."""

    has_own: bool
    """Whether one is for the data center and the account of this run."""
    elsewhere: tuple[str, ...]
    """The data centers of the others."""


def find_listeners(journal: Journal, data_center: str | None, sub: str | None) -> Listeners:
    """Return which runs listen now. Where data center or account is not known, any counts as this run's own."""
    live = [record for record in journal.records() if record.is_live]
    own = [record for record in live if data_center in {None, record.data_center} and sub in {None, record.sub}]
    return Listeners(bool(own), tuple(dict.fromkeys(record.data_center for record in live if record not in own)))
