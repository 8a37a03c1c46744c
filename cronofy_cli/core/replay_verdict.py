"""What a replay shows when it is compared with the last attempt at the same target. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.core.signature import NOT_FROM_CRONOFY

if TYPE_CHECKING:
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.core.signature import SignatureState


class ReplayVerdict(StrEnum):
    """What has become of it."""

    FIXED = "fixed"
    REGRESSED = "regressed"
    STILL_FAILING = "still_failing"
    STILL_PASSING = "still_passing"

    @property
    def words(self) -> str:
        """For people."""
        return self.value.replace("_", " ")


def replay_verdict(before: Attempt | None, after: Attempt, signature: SignatureState) -> ReplayVerdict | None:
    """Return the verdict on a replay; None when there was no attempt before."""
    if before is None:
        return None
    if is_right(after, signature):
        return ReplayVerdict.STILL_PASSING if is_right(before, signature) else ReplayVerdict.FIXED
    return ReplayVerdict.REGRESSED if is_right(before, signature) else ReplayVerdict.STILL_FAILING


def is_right(attempt: Attempt, signature: SignatureState) -> bool:
    """Whether an application did what it should: it takes what Cronofy signed, and refuses what Cronofy did not."""
    if signature in NOT_FROM_CRONOFY:
        return attempt.status is not None and 400 <= attempt.status < 500
    return attempt.succeeded
