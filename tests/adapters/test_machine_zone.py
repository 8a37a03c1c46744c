"""The machine's time zone by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.machine_zone import machine_tzid

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("Europe/Paris", "Europe/Paris"),
        (":America/New_York", "America/New_York"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("CET-1CEST", "Europe/London"),
        ("", "Europe/London"),
    ],
)
def test_the_environment_comes_first(variable: str, expected: str, tmp_path: Path) -> None:
    """TZ counts if it names a zone; rules of its own are no name."""
    (tmp_path / "timezone").write_text("Europe/London\n")

    assert machine_tzid({"TZ": variable}, tmp_path) == expected


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
