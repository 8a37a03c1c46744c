"""Identifiers in Cronofy's shapes: a prefix and 24 hexadecimal digits.

Pure and repeatable. The digits are built as they are at Cronofy, from the time, a fixed part and a counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

CHANNEL = "chn_"
EVENT = "evt_external_"

_FIXED_PART = "b4ad4c1027"


def identifier(prefix: str, moment: datetime, number: int) -> str:
    """Return the identifier of the thing with this running number; numbers below 2**24 never repeat."""
    return f"{prefix}{int(moment.timestamp()) & 0xFFFFFFFF:08x}{_FIXED_PART}{number & 0xFFFFFF:06x}"
