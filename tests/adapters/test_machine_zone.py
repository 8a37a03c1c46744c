"""The machine's time zone by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.machine_zone import machine_tzid, nameless_zone

if TYPE_CHECKING:
    from pathlib import Path

RULES = ("CET-1CEST", "CST6CDT,M3.2.0,M11.1.0", "<+0530>-5:30", "W. Europe Standard Time")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("Europe/Paris", "Europe/Paris"),
        (":America/New_York", "America/New_York"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("", "Europe/London"),
        *((rules, None) for rules in RULES),
    ],
)
def test_the_environment_comes_first(variable: str, expected: str | None, tmp_path: Path) -> None:
    """TZ counts before the machine's own zone, also where it holds rules, which have no name."""
    (tmp_path / "timezone").write_text("Europe/London\n")

    assert machine_tzid({"TZ": variable}, tmp_path) == expected


@pytest.mark.parametrize("variable", ["", "Europe/Paris", ":America/New_York", *RULES])
def test_a_zone_without_a_name(variable: str) -> None:
    """What TZ says is known to be no name, so that it can be warned about."""
    assert nameless_zone({"TZ": variable}) == (variable if variable in RULES else None)


@pytest.mark.parametrize("target", ["/usr/share/zoneinfo/Europe/London", "/var/db/timezone/zoneinfo/Europe/London"])
def test_the_linked_file(target: str, tmp_path: Path) -> None:
    """The link's target tells the name, on Linux and on macOS."""
    (tmp_path / "localtime").symlink_to(target)

    assert machine_tzid({}, tmp_path) == "Europe/London"


def test_a_machine_that_does_not_say(tmp_path: Path) -> None:
    """A copied file, or none at all, has no name."""
    (tmp_path / "localtime").write_bytes(b"TZif")
    (tmp_path / "timezone").write_text("Mars/Olympus\n")

    assert machine_tzid({}, tmp_path) is None
    assert machine_tzid({}, tmp_path / "none") is None
