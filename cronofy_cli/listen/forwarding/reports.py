"""What is reported about forwarding while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.outbound.advice import Circumstances, advice

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.forwarding.late import LateBacklog
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class ForwardReport:
    """One attempt that is over."""

    delivery: Delivery
    target: Target
    forward: Forward
    hint: str | None
    """One sentence on what to look at; None when all is well."""
    lines: tuple[str, ...] = ()
    """The first lines of an answer that was not 2xx, safe to show."""
    retried_in_s: float | None = None
    """When it is tried again; None when it is not, or as soon as the target is back."""

    is_late: bool = False
    """Whether it was sent only when the target came back."""

    @property
    def waits(self) -> bool:
        """Whether the target is not there, and everything is sent once it is."""
        return not self.forward.is_last and self.retried_in_s is None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that have come while their target is not there."""

    target: Target
    delivery_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TargetBack:
    """A target is there again."""

    target: Target
    address: str


def _nobody_to_ask(_backlog: LateBacklog, _is_over: Callable[[], bool]) -> bool:
    return False


def _nobody_to_tell(_backlog: LateBacklog) -> None:
    """Nothing is said."""


@dataclass(frozen=True, slots=True)
class ForwarderCalls:
    """Who is called about what. Called on several threads, one call after the other for each target."""

    report: Callable[[ForwardReport], None]
    """An attempt is over."""
    waiting: Callable[[Waiting], None]
    """Something has come for a target that is not there."""
    back: Callable[[TargetBack], None]
    """A target is there again."""
    trouble: Callable[[CronofyError], None]
    """The history could not be read or written, and forwarding goes on."""
    failed: Callable[[CronofyError], None]
    """A thread has ended too early: forwarding is broken."""
    may_send: Callable[[LateBacklog, Callable[[], bool]], bool] = _nobody_to_ask
    """Asks whether to send what waits although it is much; its second argument says whether the run ends."""
    held: Callable[[LateBacklog], None] = _nobody_to_tell
    """What waits is much, and is not sent."""
    leads: Callable[[], bool] | None = None
    """Whether to send at all. If it is there, others may have sent what waits here: that is looked up each time."""


def report_of(
    delivery: Delivery,
    target: Target,
    forward: Forward,
    *,
    in_container: bool,
    retried_in_s: float | None = None,
    is_late: bool = False,
) -> ForwardReport:
    """Return the report of an attempt, with what to look at if it did not go well."""
    attempt = forward.attempt
    known = Circumstances(delivery.verdict.state, in_container=in_container, can_wait=True)
    lines = () if attempt.succeeded else attempt.excerpt
    return ForwardReport(delivery, target, forward, advice(attempt, target, known), lines, retried_in_s, is_late)
