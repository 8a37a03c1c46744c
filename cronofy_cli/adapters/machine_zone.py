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
    """Return the machine's zone; None where it has no name, as on Windows."""
    candidates = (
        environment.get("TZ", "").removeprefix(":"),
        _linked(etc / "localtime"),
        _first_line(etc / "timezone"),
    )
    return next((name for name in map(_zone_name, candidates) if name is not None), None)


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
