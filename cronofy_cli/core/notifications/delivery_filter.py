"""Which deliveries are wanted, of all that are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.where import Where


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries are wanted: what is empty or None does not matter."""

    types: frozenset[str] = frozenset()
    channel_ids: frozenset[str] = frozenset()
    where: Where | None = None

    def wants(self, delivery: Delivery) -> bool:
        """Whether a delivery is as was chosen in every respect."""
        notification = delivery.notification
        if self.types and notification.type not in self.types:
            return False
        if self.channel_ids and notification.channel_id not in self.channel_ids:
            return False
        return self.where is None or self.where.fits_body(delivery.request.body)


EVERYTHING: Final = DeliveryFilter()


def is_own_verification(delivery: Delivery, own_path: str) -> bool:
    """Whether a delivery says that it tests the channel of the run that serves this path."""
    notification = delivery.notification
    return notification.type == "verification" and own_path in (notification.callback_url or "")
