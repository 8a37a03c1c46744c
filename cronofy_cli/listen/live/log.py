"""The log at a terminal: a burst is counted, since nobody reads a thousand lines a second. The history has each."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.core.counts import counted
from cronofy_cli.core.keys import Key
from cronofy_cli.core.signature import NOT_FROM_CRONOFY
from cronofy_cli.listen.live.status import AppHealth
from cronofy_cli.listen.view import LiveOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.forwarding.late import LateBacklog
    from cronofy_cli.listen.forwarding.reports import ForwardReport, Waiting
    from cronofy_cli.outbound.target import Target

MOST_LINES_A_SECOND: Final = 20
_TICK_S: Final = 0.1


_ANSWERS: Final = {"y": True, "Y": True, "n": False, "N": False, Key.ENTER: False, Key.ESCAPE: False}


@dataclass(slots=True)
class Question:
    """Something that goes on only when a person has answered."""

    text: str
    is_answered: threading.Event
    answer: bool = False

    def press(self, key: str) -> None:
        """Take a key as the answer, unless it means something else or there is an answer already."""
        if not self.is_answered.is_set() and key in _ANSWERS:
            self.answer = _ANSWERS[key]
            self.is_answered.set()


@dataclass(slots=True)
class _Counted:
    """What was not printed in this second."""

    deliveries: int = 0
    not_signed: int = 0
    forwards: int = 0
    failed: int = 0
    reads: int = 0


class LiveLog(LiveOutput):
    """Prints up to twenty deliveries a second, and counts the others."""

    def __init__(self, *arguments: Any, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(*arguments)
        self._clock_s = clock_s
        self._counting = threading.Lock()
        self._second_s = 0.0
        self._printed = 0
        self._is_burst = False
        self._counted = _Counted()
        self._apps: dict[str, AppHealth] = {}
        self.question: Question | None = None
        """What waits for a person."""

    @property
    def apps(self) -> tuple[AppHealth, ...]:
        """How the targets answered last."""
        with self._counting:
            return tuple(self._apps.values())

    def deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Print deliveries, or count them in a burst."""
        if self._admits(len(deliveries)):
            super().deliveries(deliveries)
            return
        with self._counting:
            self._counted.deliveries += len(deliveries)
            self._counted.not_signed += sum(each.verdict.state in NOT_FROM_CRONOFY for each in deliveries)

    def forwarded(self, report: ForwardReport) -> None:
        """Print how forwarding went, or count it in a burst."""
        attempt = report.forward.attempt
        result = "ok" if attempt.succeeded else str(attempt.result)
        with self._counting:
            self._apps[report.target.url] = AppHealth(_place(report.target), result, attempt.succeeded)
            if self._is_burst:
                self._counted.forwards += 1
                self._counted.failed += report.forward.is_last and not attempt.succeeded
                return
        super().forwarded(report)

    def waiting(self, waiting: Waiting) -> None:
        """Print what waits for the application; in a burst the status line has its number."""
        with self._counting:
            if self._is_burst:
                return
        super().waiting(waiting)

    def events(self, read: ChangeRead) -> None:
        """Print what a read has brought, or count it in a burst."""
        with self._counting:
            if self._is_burst and not read.is_reconstructed:
                self._counted.reads += 1
                return
        super().events(read)

    def may_send(self, backlog: LateBacklog, is_over: Callable[[], bool]) -> bool:
        """Ask with the status line whether to send what waits."""
        from cronofy_cli.listen.lines import late_words

        question = Question(f"{late_words(backlog)}. Send them now?", threading.Event())
        self.question = question
        while not question.is_answered.wait(_TICK_S) and not is_over():
            pass
        self.question = None
        return question.answer

    def tell_counted(self) -> None:
        """Print what was counted in the second that is over. Called again and again."""
        with self._counting:
            if self._clock_s() - self._second_s < 1:
                return
            last_second, self._counted = self._counted, _Counted()
            self._is_burst = False
        line = _counted_line(last_second)
        if line:
            self.remark(line)

    def _admits(self, count: int) -> bool:
        now_s = self._clock_s()
        with self._counting:
            if now_s - self._second_s >= 1 and not self._is_burst:
                self._second_s, self._printed = now_s, 0
            self._printed += count
            self._is_burst = self._printed > MOST_LINES_A_SECOND
            return not self._is_burst


def _counted_line(second: _Counted) -> str:
    parts = []
    if second.deliveries:
        signed = second.deliveries - second.not_signed
        parts.append(f"{counted(second.deliveries, 'more notification')}, {signed} signed")
        if second.not_signed:
            parts.append(f"{second.not_signed} not")
    if second.forwards:
        parts.append(f"{counted(second.forwards, 'more forward')}, {second.failed} failed")
    if second.reads:
        parts.append(counted(second.reads, "read"))
    return f" {', '.join(parts)}; each of them: cronofy deliveries list" if parts else ""


def _place(target: Target) -> str:
    return f":{target.authority.rpartition(':')[2]}" if target.is_loopback else target.authority
