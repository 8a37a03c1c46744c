"""The time zone of this machine by its IANA name, as far as the machine knows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER: Final = "zoneinfo/"
"""What stands in front of the name where a zone's file is linked to, whatever the system."""


def machine_tzid(environment: Mapping[str, str], etc: Path = Path("/etc")) -> str | None:
    """Return the machine's zone; None where it has no name, as on Windows, or where TZ is no name."""
    if chosen := _chosen(environment):
        return _zone_name(chosen)
    candidates = (_linked(etc / "localtime"), _first_line(etc / "timezone"))
    return next((name for name in map(_zone_name, candidates) if name is not None), None)


def nameless_zone(environment: Mapping[str, str]) -> str | None:
    """Return what TZ says where that is no zone's name: rules, as POSIX has them, or a name of Windows."""
    chosen = _chosen(environment)
    return chosen if chosen and _zone_name(chosen) is None else None


def _chosen(environment: Mapping[str, str]) -> str:
    return environment.get("TZ", "").removeprefix(":")


def _zone_name(text: str) -> str | None:
    name = text.rpartition(_FOLDER)[2]
    try:
        find_zone(name)
    except WrongUsage:
        return None
    return name


def _linked(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[0].strip() if lines else ""
