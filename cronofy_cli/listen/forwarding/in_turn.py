"""With `--ack app` the application is asked before a delivery is shown. What it said is reported after that."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.reports import ForwardReport


class ReportsInTurn:
    """Holds reports back until their deliveries were shown. Called on any thread."""

    def __init__(self, report: Callable[[ForwardReport], None]) -> None:
        """`report` takes them in turn."""
        self._report = report
        self._lock = Lock()
        self._open: dict[int | None, ForwardReport | None] = {}
        """Deliveries that are still to be shown, with the report if there is one."""

    def expect(self, delivery: Delivery) -> None:
        """A delivery will be shown."""
        with self._lock:
            self._open[delivery.id] = None

    def reported(self, report: ForwardReport) -> None:
        """The application was asked."""
        with self._lock:
            if report.delivery.id in self._open:
                self._open[report.delivery.id] = report
                return
        self._report(report)

    def shown(self, deliveries: Sequence[Delivery]) -> None:
        """Deliveries were shown."""
        with self._lock:
            held = [self._open.pop(delivery.id, None) for delivery in deliveries]
        self._pass_on(held)

    def end(self) -> None:
        """Nothing more is shown."""
        with self._lock:
            held, self._open = list(self._open.values()), {}
        self._pass_on(held)

    def _pass_on(self, held: Sequence[ForwardReport | None]) -> None:
        for report in held:
            if report is not None:
                self._report(report)
