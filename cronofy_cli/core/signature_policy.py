"""What is answered to a delivery, by what is known about its sender."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from cronofy_cli.core.signature import SignatureState


class SignaturePolicy(StrEnum):
    """What a wrong or missing signature leads to (`--signature`)."""

    STRICT = "strict"
    """It is answered 401, as an application should."""
    WARN = "warn"
    """It is shown, and answered 200."""
    OFF = "off"
    """Signatures are not looked at."""


_NOT_FROM_CRONOFY: Final = (SignatureState.INVALID, SignatureState.UNSIGNED)


def answer_status(policy: SignaturePolicy, state: SignatureState) -> int:
    """Return the status for a delivery. Without a known client secret nothing can be checked, so nothing is refused."""
    return 401 if policy is SignaturePolicy.STRICT and state in _NOT_FROM_CRONOFY else 200
