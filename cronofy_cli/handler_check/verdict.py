"""What a case's attempts mean: passed, failed, inconclusive, or not sent.

Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.handler_check.case import Expectation, Importance
from cronofy_cli.outbound.advice import Circumstances, advice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.handler_check.case import Case
    from cronofy_cli.outbound.target import Target

HEADROOM: Final = 0.5
"""The part of the limit that a quick answer stays within."""
_TOO_MUCH: Final = {408, 413, 425, 429}
"""Statuses by which a server refuses what is too slow, too large or too many."""


class State(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """It was refused as it should be, and so is everything else."""
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
    hint: str | None = None
    """What to look at when it failed."""

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


class Judge:
    """Judges cases in their order: what an answer means depends on whether the handler accepts anything at all."""

    def __init__(self, target: Target, limit_s: float, *, in_container: bool = False) -> None:
        self._target = target
        self._limit_s = limit_s
        self._known = Circumstances(SignatureState.VALID, in_container=in_container)
        self._has_asked = False
        self._has_accepted = False

    def judge(self, case: Case, attempts: Sequence[Attempt]) -> Result:
        """Judge the attempts of a case's posts."""
        if case.expectation is not Expectation.REFUSED:
            self._has_asked = True
            self._has_accepted = self._has_accepted or any(attempt.succeeded for attempt in attempts)
        for number, attempt in enumerate(attempts, 1):
            if not is_expected(case, attempt, self._limit_s):
                which = f" (post {number} of {len(case.posts)})" if len(case.posts) > 1 else ""
                finding, hint = f"{attempt.summary}{which}", self._hint(case, attempt)
                return Result(case, State.FAILED, finding, tuple(attempts), attempt.excerpt, hint)
        return self._as_expected(case, attempts)

    def _as_expected(self, case: Case, attempts: Sequence[Attempt]) -> Result:
        slowest = max(attempts, key=lambda attempt: attempt.duration_ms)
        answers = f"{len(attempts)} answers, the slowest: " if len(attempts) > 1 else ""
        finding, state = f"{answers}{slowest.summary}", State.PASSED
        if case.expectation is Expectation.REFUSED and self._has_asked and not self._has_accepted:
            finding, state = f"{finding}, as is everything that it should accept", State.INCONCLUSIVE
        return Result(case, state, finding, tuple(attempts), slowest.excerpt)

    def _hint(self, case: Case, attempt: Attempt) -> str:
        """Return the usual cause, where the failure can be about what the case is about."""
        usual = case.reason.usual_cause
        if case.expectation is Expectation.REFUSED:
            return usual
        status = attempt.status or 0
        is_refusal = 300 <= status < 500 and status not in _TOO_MUCH
        if not self._has_accepted or (case.reason.is_about_time and is_refusal):
            return advice(attempt, self._target, self._known) or usual
        return usual


def skip(case: Case) -> Result:
    """Return a case that was not sent."""
    return Result(case, State.SKIPPED, "not sent: the handler answered nothing several times in a row")


def summary(results: Sequence[Result]) -> str:
    """Return how many cases ended how, the bad ones first: `3 failed (1 must pass, 2 should), 40 passed`."""
    must, should = (_count(results, State.FAILED, each) for each in (Importance.MUST, Importance.SHOULD))
    which = ", ".join(part for number, part in ((must, f"{must} must pass"), (should, f"{should} should")) if number)
    numbers = [
        (f"failed ({which})", must + should),
        ("inconclusive", _count(results, State.INCONCLUSIVE)),
        ("not sent", _count(results, State.SKIPPED)),
        ("passed", _count(results, State.PASSED)),
    ]
    return ", ".join(f"{number} {words}" for words, number in numbers if number)


def asked(results: Sequence[Result]) -> list[Result]:
    """Return the results of the cases that a handler must accept and that were sent."""
    return [result for result in results if result.attempts and result.case.expectation is not Expectation.REFUSED]


def accepts_nothing(results: Sequence[Result]) -> bool:
    """Whether everything failed that should have been accepted; nothing has, so far."""
    return all(result.state is State.FAILED and not result.attempts[-1].succeeded for result in asked(results))


def alike(results: Sequence[Result]) -> list[Result]:
    """Return those of the cases that should have been accepted that failed in the commonest way."""
    tried = [(_way_to_fail(result), result) for result in asked(results) if result.state is State.FAILED]
    counted = Counter(way for way, _ in tried)
    return [result for way, result in tried if way == counted.most_common(1)[0][0]]


def _way_to_fail(result: Result) -> tuple[int | None, str | None]:
    decided = next((attempt for attempt in result.attempts if not attempt.succeeded), result.attempts[-1])
    return decided.status, decided.failure


def _count(results: Sequence[Result], state: State, importance: Importance | None = None) -> int:
    return sum(result.state is state and importance in {None, result.case.importance} for result in results)
