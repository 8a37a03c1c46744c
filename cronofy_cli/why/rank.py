"""Putting the causes into order: what is certain first, among equals what comes first from account to application.

A cause that follows from another one is not shown as one of its own: it becomes evidence of that other one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError
from cronofy_cli.why.causes import CATALOGUE
from cronofy_cli.why.conclusion import CauseCode, Conclusion, ConclusionState, Likelihood
from cronofy_cli.why.coverage import checked, not_checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.why.conclusion import ProbableCause
    from cronofy_cli.why.evidence import Evidence

_AT_THE_CALLBACK: Final = frozenset(code for code in CauseCode if code.startswith("callback_"))
_NO_SUCH_CHANNEL: Final = frozenset(
    {CauseCode.CHANNEL_UNKNOWN, CauseCode.URL_WITHOUT_CHANNEL, CauseCode.CHANNEL_CLOSED}
)
CONSEQUENCES: Final = {
    CauseCode.OTHER_DATA_CENTER: _NO_SUCH_CHANNEL,
    CauseCode.OTHER_APPLICATION: _NO_SUCH_CHANNEL,
    CauseCode.OTHER_ACCOUNT: _NO_SUCH_CHANNEL,
    CauseCode.CLOSED_AFTER_FAILURES: _NO_SUCH_CHANNEL | {CauseCode.NO_CHANNEL},
    CauseCode.CHANNEL_CLOSED: frozenset(
        {CauseCode.CHANNEL_UNKNOWN, CauseCode.URL_WITHOUT_CHANNEL, CauseCode.NO_CHANNEL}
    ),
    CauseCode.LISTENER_GONE: _AT_THE_CALLBACK | {CauseCode.TUNNEL_GONE},
    CauseCode.TUNNEL_GONE: _AT_THE_CALLBACK,
    CauseCode.FILTER_CALENDAR_GONE: frozenset({CauseCode.FILTER_EXCLUDES_CHANGE}),
    CauseCode.FILTER_CALENDAR_READONLY: frozenset({CauseCode.FILTER_EXCLUDES_CHANGE}),
}
"""What follows from a cause."""
_ORDER: Final = tuple(Likelihood)


def conclude(evidence: Evidence) -> Conclusion:
    """Return what the evidence says."""
    found = folded(ranked([cause for look in CATALOGUE for cause in look(evidence)]))
    causes = tuple(cause for cause in found if cause.likelihood is not Likelihood.POSSIBLE)
    error = None if causes else _error(evidence)
    state = (
        ConclusionState.CAUSE_FOUND
        if causes
        else ConclusionState.NOTHING_WRONG
        if error is None
        else ConclusionState.UNKNOWN
    )
    return Conclusion(
        state,
        causes,
        tuple(cause for cause in found if cause.likelihood is Likelihood.POSSIBLE),
        checked(evidence),
        not_checked(evidence),
        error,
    )


def ranked(causes: Sequence[ProbableCause]) -> list[ProbableCause]:
    """Return causes in the order of likelihood; among equals the order of the catalogue is kept."""
    return sorted(causes, key=lambda cause: _ORDER.index(cause.likelihood))


def folded(causes: Sequence[ProbableCause]) -> list[ProbableCause]:
    """Return causes without those that follow from an earlier one about the same thing."""
    kept: list[ProbableCause] = []
    for cause in causes:
        index = next((place for place, earlier in enumerate(kept) if _follows(cause, earlier)), None)
        if index is None:
            kept.append(cause)
        else:
            consequence = ("consequence", f"{cause.code}: {cause.sentence}")
            kept[index] = replace(kept[index], evidence=(*kept[index].evidence, consequence))
    return kept


def _follows(cause: ProbableCause, earlier: ProbableCause) -> bool:
    is_same = not cause.subject or not earlier.subject or cause.subject == earlier.subject
    return is_same and cause.code in CONSEQUENCES.get(earlier.code, ())


def _error(evidence: Evidence) -> CronofyError | None:
    """Return why nothing can be said: Cronofy itself did not show the account, or its channels."""
    for known in (evidence.account, evidence.channels):
        if isinstance(known, CronofyError):
            return known
    return None
