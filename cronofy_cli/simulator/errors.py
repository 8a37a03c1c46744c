"""Refusals of the simulator that `cronofy_cli.errors` has no name for."""

from __future__ import annotations

from cronofy_cli.errors import CronofyError


class OptionForbids(CronofyError):
    """An event's `options` do not allow what was asked for; the status is a choice."""

    code = "option_forbids"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotSimulated(CronofyError):
    """Cronofy can do it, this simulator cannot (501)."""

    code = "not_simulated"


class UnknownInvite(CronofyError):
    """There is no such smart invite; the status is a choice."""

    code = "unknown_invite"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
