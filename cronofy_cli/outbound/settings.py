"""How to forward: plain values, which cost nothing to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.core.signature import SignaturePolicy

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """How to send to one target."""

    limit_s: float | None = 30.0
    """How long a target may take; None waits for ever, as for a breakpoint."""
    headers: Headers = ()
    insecure: bool = False
    scheme: str = "http"
    """How Cronofy reaches us, for `X-Forwarded-Proto`."""


@dataclass(frozen=True, slots=True)
class ForwarderSettings:
    """How to forward to all of them."""

    targets: tuple[Target, ...]
    sending: SenderSettings
    policy: SignaturePolicy = SignaturePolicy.STRICT
    retries: int = 0
    """How often a delivery that was not taken is tried again."""
    concurrency: int = 8
    """To how many targets something is sent at once."""
    chosen: DeliveryFilter = EVERYTHING
    """What is forwarded at all."""
