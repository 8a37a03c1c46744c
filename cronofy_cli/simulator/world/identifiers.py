"""Identifiers in Cronofy's shapes: a prefix and 24 hexadecimal digits.

Pure and repeatable. The digits are built as they are at Cronofy, from the time, a fixed part and a counter. The id of a
calendar has its profile's in the middle: `pro_n23kjnwrw2`, `cal_n23kjnwrw2_sakdnawerd3` (docs: …/create-calendar/).
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

CHANNEL = "chn_"
EVENT = "evt_external_"
ACCOUNT = "acc_"
APPLICATION_CALENDAR = "apc_"
PROFILE = "pro_"
CALENDAR = "cal_"

_FIXED_PART = "b4ad4c1027"


def identifier(prefix: str, moment: datetime, number: int) -> str:
    """Return the identifier of the thing with this running number; numbers below 2**24 never repeat."""
    return f"{prefix}{int(moment.timestamp()) & 0xFFFFFFFF:08x}{_FIXED_PART}{number & 0xFFFFFF:06x}"


def short_identifier(prefix: str, seed: str) -> str:
    """Return an identifier with ten characters that depend on `seed` alone, as profiles have."""
    digest = hashlib.sha256(seed.encode()).digest()
    return prefix + base64.b32encode(digest).decode("ascii").lower()[:10]


def long_identifier(prefix: str, seed: str) -> str:
    """Return an identifier with 24 hexadecimal digits that depend on `seed` alone."""
    return prefix + hashlib.sha256(seed.encode()).hexdigest()[:24]


def calendar_identifier(profile_id: str, seed: str) -> str:
    """Return the identifier of a profile's calendar."""
    middle = profile_id.removeprefix(PROFILE)
    return f"{CALENDAR}{middle}_{short_identifier('', f'{profile_id} {seed}')}"


class Identifiers:
    """The running number of a world, from which every new identifier is made."""

    def __init__(self, last_number: int = 0) -> None:
        self.last_number = last_number

    def new(self, prefix: str, moment: datetime) -> str:
        """Return an identifier that was never given before in this world."""
        self.last_number += 1
        return identifier(prefix, moment, self.last_number)
