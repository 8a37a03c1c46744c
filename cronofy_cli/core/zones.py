"""Time zones by their IANA names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import tzinfo


def find_zone(tzid: str) -> tzinfo:
    """Return the zone that `tzid` names.

    Raises:
        WrongUsage: this machine's database has no such zone.
    """
    try:
        return ZoneInfo(tzid)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongUsage(
            f"'{tzid}' is not a time zone", hint="use an IANA name such as Europe/London or Etc/UTC"
        ) from error
