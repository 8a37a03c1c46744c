"""As whom Cronofy is asked. A module of its own because every call needs it, and it is loaded at once."""

from __future__ import annotations

from enum import Enum, auto


class Credential(Enum):
    """What authenticates a call (docs: /developers/api/authentication/)."""

    ACCESS_TOKEN = auto()
    """For an account."""
    CLIENT_SECRET = auto()
    """For the application."""
