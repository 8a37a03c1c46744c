"""What can stand between Cronofy and a callback URL's handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.core.failure import Failure


@dataclass(frozen=True, slots=True)
class ProbeFailure:
    """Where the way to the handler ends."""

    failure: Failure
    reason: str = ""
    """The words of the operating system or of OpenSSL."""
