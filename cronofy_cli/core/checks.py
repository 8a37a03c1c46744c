"""What a check of the set-up found: its state, what that means, and how to fix it.

Pure. Looking is the job of `cronofy_cli.doctor` and `cronofy_cli.evidence`, showing that of `cronofy_cli.doctor.view`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Facts = tuple[tuple[str, str], ...]
"""What was seen, as names and values; a name may occur several times. Never a secret."""


class CheckState(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, and something about it should be known."""
    FAILED = "failed"
    """Something does not work because of it."""
    SKIPPED = "skipped"
    """It could not be tried, or made no sense; the finding says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `cronofy doctor`."""

    name: str
    """Which check it is: stable, for programs."""
    state: CheckState
    finding: str
    """What was found, in one sentence."""
    subject: str = ""
    """What was checked where a check is done for several things: a path, a channel, an address."""
    code: str = ""
    """What is wrong, as a stable code. Empty when nothing is."""
    meaning: str = ""
    """What the finding means for the user."""
    hint: str = ""
    """The command or the step that fixes it."""
    evidence: Facts = ()

    @property
    def needs_attention(self) -> bool:
        """Whether the user should do something."""
        return self.state in {CheckState.WARNING, CheckState.FAILED}


def passed(name: str, finding: str, *, subject: str = "", hint: str = "", evidence: Facts = ()) -> Check:
    """Return a check that found nothing wrong; `hint` is what could be done next."""
    return Check(name, CheckState.OK, finding, subject=subject, hint=hint, evidence=evidence)


def skipped(name: str, reason: str, *, subject: str = "", hint: str = "") -> Check:
    """Return a check that was not tried."""
    return Check(name, CheckState.SKIPPED, reason, subject=subject, hint=hint)


def grouped(facts: Facts) -> dict[str, str | list[str]]:
    """Return facts by their names; a name that occurs several times has all its values in a list."""
    found: dict[str, list[str]] = {}
    for name, value in facts:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def nothing_failed(checks: Iterable[Check]) -> bool:
    """Whether the set-up works: warnings and skipped checks do not count."""
    return all(check.state is not CheckState.FAILED for check in checks)


def summary(checks: Iterable[Check]) -> str:
    """Return how many checks ended how, the bad ones first: `1 failed, 9 ok`."""
    numbers = Counter(check.state for check in checks)
    words = {state: state.value for state in CheckState} | {CheckState.WARNING: "warnings"}
    if numbers[CheckState.WARNING] == 1:
        words[CheckState.WARNING] = "warning"
    return ", ".join(f"{numbers[state]} {words[state]}" for state in _WORST_FIRST if numbers[state])


_WORST_FIRST: Final = (CheckState.FAILED, CheckState.WARNING, CheckState.OK, CheckState.SKIPPED)
