"""Why a request came to nothing, on its way through this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.core.failure import Failure


class SendingFailed(Exception):
    """There is no answer. It does not leave this package: a failed attempt is a result, not an error."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure
        self.reason = reason
