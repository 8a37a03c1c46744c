"""Putting the causes into order: what is certain first, and of that what comes first on the way.

A cause that follows from another one is not told as one of its own: it becomes evidence of that other one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError
from cronofy_cli.why.answer import Answer, Code, Likelihood, Verdict
from cronofy_cli.why.causes import CATALOGUE
from cronofy_cli.why.coverage import looked_at, unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.why.answer import Cause
    from cronofy_cli.why.evidence import Evidence

_AT_THE_CALLBACK: Final = frozenset(code for code in Code if code.startswith("callback_"))
_NO_SUCH_CHANNEL: Final = frozenset({Code.CHANNEL_UNKNOWN, Code.URL_WITHOUT_CHANNEL, Code.CHANNEL_CLOSED})
CONSEQUENCES: Final = {
    Code.OTHER_DATA_CENTER: _NO_SUCH_CHANNEL,
    Code.OTHER_APPLICATION: _NO_SUCH_CHANNEL,
    Code.OTHER_ACCOUNT: _NO_SUCH_CHANNEL,
    Code.CLOSED_AFTER_FAILURES: _NO_SUCH_CHANNEL | {Code.NO_CHANNEL},
    Code.CHANNEL_CLOSED: frozenset({Code.CHANNEL_UNKNOWN, Code.URL_WITHOUT_CHANNEL, Code.NO_CHANNEL}),
    Code.LISTENER_GONE: _AT_THE_CALLBACK | {Code.TUNNEL_GONE},
    Code.TUNNEL_GONE: _AT_THE_CALLBACK,
    Code.FILTER_CALENDAR_GONE: frozenset({Code.FILTER_EXCLUDES_CHANGE}),
    Code.FILTER_CALENDAR_READONLY: frozenset({Code.FILTER_EXCLUDES_CHANGE}),
}
"""What follows from a cause."""
_ORDER: Final = tuple(Likelihood)


def answer(evidence: Evidence) -> Answer:
    """Return what the evidence says."""
    found = folded(ranked([cause for look in CATALOGUE for cause in look(evidence)]))
    causes = tuple(cause for cause in found if cause.likelihood is not Likelihood.POSSIBLE)
    obstacle = None if causes else _obstacle(evidence)
    verdict = Verdict.CAUSE_FOUND if causes else Verdict.NOTHING_WRONG if obstacle is None else Verdict.UNKNOWN
    return Answer(
        verdict,
        causes,
        tuple(cause for cause in found if cause.likelihood is Likelihood.POSSIBLE),
        looked_at(evidence),
        unseen(evidence),
        obstacle,
    )


def ranked(causes: Sequence[Cause]) -> list[Cause]:
    """Return causes in the order of likelihood; among equals the order of the way is kept."""
    return sorted(causes, key=lambda cause: _ORDER.index(cause.likelihood))


def folded(causes: Sequence[Cause]) -> list[Cause]:
    """Return causes without those that follow from an earlier one about the same thing."""
    kept: list[Cause] = []
    for cause in causes:
        index = next((place for place, earlier in enumerate(kept) if _follows(cause, earlier)), None)
        if index is None:
            kept.append(cause)
        else:
            kept[index] = replace(kept[index], evidence=(*kept[index].evidence, (cause.code, cause.sentence)))
    return kept


def _follows(cause: Cause, earlier: Cause) -> bool:
    is_same = not cause.subject or not earlier.subject or cause.subject == earlier.subject
    return is_same and cause.code in CONSEQUENCES.get(earlier.code, ())


def _obstacle(evidence: Evidence) -> CronofyError | None:
    """Return why nothing can be said: Cronofy itself did not tell of the account, or of its channels."""
    for known in (evidence.account, evidence.channels):
        if isinstance(known, CronofyError):
            return known
    return None
