"""What is told about forwarding while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class ForwardReport:
    """One attempt that is over."""

    delivery: Delivery
    target: Target
    forward: Forward
    advice: str | None
    """One sentence on what to look at; None when all is well."""
    lines: tuple[str, ...] = ()
    """The first lines of an answer that was not 2xx, safe to show."""
    retried_in_s: float | None = None
    """When it is tried again; None when it is not, or as soon as the target is back."""


@dataclass(frozen=True, slots=True)
class TargetChange:
    """A target is there again, or is not there any more."""

    target: Target
    is_up: bool
    detail: str
    """Where it was found, or what to look at."""
