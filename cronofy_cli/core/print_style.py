"""How `listen` prints, by the words that its option and the settings take."""

from __future__ import annotations

from enum import StrEnum


class PrintStyle(StrEnum):
    """How deliveries are printed."""

    COMPACT = "compact"
    FULL = "full"
    JSON = "json"
