"""Waiting for the `verification` that Cronofy sends to a new channel.

It can arrive before the call that creates the channel has returned, so it is told by its callback URL.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery


class VerificationWatch:
    """A sink that remembers the verifications that arrived."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._arrived: dict[str, Delivery] = {}

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of verifications."""
        for delivery in deliveries:
            notification = delivery.notification
            if notification.type == "verification" and notification.callback_url is not None:
                with self._condition:
                    self._arrived[notification.callback_url] = delivery
                    self._condition.notify_all()

    def forget(self, callback_url: str) -> None:
        """Wait for another verification of this callback URL, not for one that was here before."""
        with self._condition:
            self._arrived.pop(callback_url, None)

    def wait(self, callback_url: str, limit_s: float) -> Delivery | None:
        """Return the verification of the channel with this callback URL, or None when none came within the limit."""
        with self._condition:
            self._condition.wait_for(lambda: callback_url in self._arrived, limit_s)
            return self._arrived.get(callback_url)
