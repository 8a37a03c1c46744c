"""Collecting the deliveries that `wait` waits for, out of the history, whichever program records them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import EVERYTHING, Criteria, follow
from cronofy_cli.core.notifications.delivery_filter import is_own_verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.where import Where


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
    first_after_id: int = field(init=False)
    own_path: str | None = None
    """Where an own channel posts to. Its verification is a step on the way, unless verifications are waited for."""

    def __post_init__(self) -> None:
        self.first_after_id = self.after_id

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


@dataclass(frozen=True, slots=True)
class Miss:
    """A delivery that came and is not what is waited for."""

    delivery: Delivery
    reason: str


def misses(collector: Collector) -> list[Miss]:
    """Return what came since the waiting began, or since the moment that it reaches back to, and why it does not count.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    wanted, found = collector.wanted, {delivery.id for delivery in collector.found}
    came = collector.history.between(collector.first_after_id + 1, criteria=Criteria(since=wanted.criteria.since))
    others = [delivery for batch in came for delivery in batch if delivery.id not in found]
    return [Miss(delivery, reason) for delivery in others if (reason := _why_not(delivery, wanted)) is not None]


def came_before(collector: Collector, since: datetime) -> list[Delivery]:
    """Return what was received from `since` on and before the waiting began, and would have counted.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    wanted, newest = collector.wanted, collector.first_after_id
    batches = collector.history.between(1, newest, criteria=wanted.criteria._replace(since=since, is_received=True))
    return [delivery for batch in batches for delivery in batch if wanted.fits(delivery)]


def _why_not(delivery: Delivery, wanted: Wanted) -> str | None:
    """Return why a delivery does not count; None if it does, or is a step of this command's own."""
    criteria, notification, state = wanted.criteria, delivery.notification, delivery.verdict.state
    if delivery.imported is not None:
        return "was imported, and not received here"
    if wanted.data_center not in {None, delivery.context}:
        return f"is of data center {delivery.context}"
    if criteria.type not in {None, notification.type}:
        return f"is not of type {criteria.type}"
    if criteria.channel not in {None, notification.channel_id}:
        return "is of another channel"
    if criteria.signature not in {None, state}:
        return f"has the signature state {state}; --any-signature counts it"
    return None if wanted.fits(delivery) else "does not match --where"


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
