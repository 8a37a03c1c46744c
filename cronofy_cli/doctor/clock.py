"""How far this machine's clock is from Cronofy's, by the Date header of an answer.

It matters: tokens expire by it, `changes_since` is compared with it, and TLS certificates are judged by it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.times import parse_http_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.api.exchanges import Exchange

CLOCK: Final = "clock"
WARN_ABOVE_S: Final = 30.0
FAIL_ABOVE_S: Final = 300.0
_HALF_A_SECOND: Final = timedelta(seconds=0.5)
"""A Date header has whole seconds, rounded down."""
_COMMANDS: Final = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}


class ClockObserver:
    """Told of exchanges, remembers by how much this machine's clock was ahead at the last dated answer."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.ahead_s: float | None = None

    def __call__(self, exchange: Exchange) -> None:
        """Take note of an answer's date."""
        dates = (value for name, value in exchange.answer_headers if name.lower() == "date")
        sent = parse_http_date(next(dates, ""))
        if sent is not None:
            # The server wrote its date about half-way through the exchange.
            middle = self._clock() - timedelta(milliseconds=exchange.elapsed_ms / 2)
            self.ahead_s = (middle - sent - _HALF_A_SECOND).total_seconds()


def check_clock(ahead_s: float | None, *, platform: str, is_simulator: bool = False) -> Check:
    """Judge the difference; None where no answer named a date. A simulator's clock is turned on purpose."""
    if ahead_s is None:
        return skipped(CLOCK, "no answer from Cronofy named the time")
    off_s = abs(ahead_s)
    evidence = (("ahead_s", f"{ahead_s:.1f}"),)
    if off_s <= WARN_ABOVE_S:
        return passed(CLOCK, f"within {max(off_s, 1):.0f} s of Cronofy's", evidence=evidence)
    if is_simulator:
        return passed(CLOCK, f"{off_s:.0f} s from the simulator's, which was turned", evidence=evidence)
    return Check(
        CLOCK,
        CheckState.FAILED if off_s > FAIL_ABOVE_S else CheckState.WARNING,
        f"{off_s:.0f} s {'ahead of' if ahead_s > 0 else 'behind'} Cronofy's",
        cause="clock_skew",
        meaning="tokens seem to expire at the wrong moment, and times that you compare with changes_since are off",
        remedy=_COMMANDS.get(platform, "let the operating system set the clock from the network"),
        evidence=evidence,
    )
