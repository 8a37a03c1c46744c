"""Time zones by their IANA names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

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
        near = _nearest(tzid)
        suggestion = f"; did you mean '{near}'?" if near else ""
        raise WrongUsage(
            f"'{tzid}' is not a time zone{suggestion}", hint="use an IANA name such as Europe/London or Etc/UTC"
        ) from error


def _nearest(tzid: str) -> str | None:
    by_lower_case = {name.lower(): name for name in available_timezones()}
    wanted = tzid.lower().replace(" ", "_")
    by_city = {name.rpartition("/")[2]: name for name in sorted(by_lower_case, reverse=True)}
    if wanted in by_city:
        return by_lower_case[by_city[wanted]]
    near = get_close_matches(wanted, by_lower_case, n=1)
    return by_lower_case[near[0]] if near else None
