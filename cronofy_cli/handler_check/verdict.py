"""What a case's attempts mean: passed, failed, or not sent.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.handler_check.case import Expectation, Importance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.handler_check.case import Case

HEADROOM: Final = 0.5
"""The part of the limit that a quick answer stays within."""


class State(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It was not sent, because the handler answers nothing any more."""


@dataclass(frozen=True, slots=True)
class Result:
    """A case and how it ended."""

    case: Case
    state: State
    finding: str
    """What was seen, in a few words."""
    attempts: tuple[Attempt, ...] = ()
    """Of the posts that were made, in their order."""
    excerpt: tuple[str, ...] = ()
    """The first lines of the answer that decided, safe to show."""

    @property
    def is_breach(self) -> bool:
        """Whether the handler breaks the contract: a must that was not seen to pass."""
        return self.case.importance is Importance.MUST and self.state is not State.PASSED

    @property
    def duration_ms(self) -> float:
        """How long the slowest answer took."""
        return max((attempt.duration_ms for attempt in self.attempts), default=0.0)


def is_expected(case: Case, attempt: Attempt, limit_s: float) -> bool:
    """Whether an attempt is what a case asks for."""
    if case.expectation is Expectation.REFUSED:
        return attempt.is_refused
    if case.expectation is Expectation.QUICKLY_ACCEPTED:
        return attempt.succeeded and attempt.duration_ms <= limit_s * 1000 * HEADROOM
    return attempt.succeeded


def judge(case: Case, attempts: Sequence[Attempt], limit_s: float) -> Result:
    """Judge the attempts of a case's posts."""
    for number, attempt in enumerate(attempts, 1):
        if not is_expected(case, attempt, limit_s):
            which = f" (post {number} of {len(case.posts)})" if len(case.posts) > 1 else ""
            finding = f"{attempt.summary}{which}"
            return Result(case, State.FAILED, finding, tuple(attempts), attempt.excerpt)
    slowest = max(attempts, key=lambda attempt: attempt.duration_ms)
    answers = f"{len(attempts)} answers, the slowest: " if len(attempts) > 1 else ""
    return Result(case, State.PASSED, f"{answers}{slowest.summary}", tuple(attempts), slowest.excerpt)


def skip(case: Case) -> Result:
    """Return a case that was not sent."""
    return Result(case, State.SKIPPED, "not sent: the handler answered nothing several times in a row")


def summary(results: Sequence[Result]) -> str:
    """Return how many cases ended how, the bad ones first: `1 must failed, 2 should failed, 40 passed`."""
    numbers = [(f"{importance} failed", _count(results, State.FAILED, importance)) for importance in Importance] + [
        ("not sent", _count(results, State.SKIPPED)),
        ("passed", _count(results, State.PASSED)),
    ]
    return ", ".join(f"{number} {words}" for words, number in numbers if number)


def common_failure(results: Sequence[Result]) -> Attempt | None:
    """Return how every notification ended that should have been accepted, if all of them failed alike."""
    asked = [result for result in results if result.case.expectation is not Expectation.REFUSED]
    failed = [attempt for result in asked for attempt in result.attempts if not attempt.succeeded]
    alike = {(attempt.status, attempt.failure) for attempt in failed}
    is_all = all(any(not attempt.succeeded for attempt in result.attempts) for result in asked)
    return failed[0] if is_all and len(alike) == 1 else None


def _count(results: Sequence[Result], state: State, importance: Importance | None = None) -> int:
    return sum(result.state is state and importance in {None, result.case.importance} for result in results)
