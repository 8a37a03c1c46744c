"""Where a run reports how it goes. What is made of it is the view's matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Gap
    from cronofy_cli.errors import CronofyError


class Reporter(Protocol):
    """Takes reports, on any thread."""

    def tick(self, name: str, detail: str) -> None:
        """A step on the way to ready, or back, is done."""

    def remark(self, text: str) -> None:
        """Something that people should know."""

    def trouble(self, error: CronofyError) -> None:
        """Something failed, and the run goes on."""

    def gap(self, gap: Gap) -> None:
        """A time in which nothing may have arrived is over."""
