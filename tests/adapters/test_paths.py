"""Files that are replaced at once."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import write_private, write_private_parts
from cronofy_cli.errors import HistoryUnavailable, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_parts(tmp_path: Path) -> None:
    """A file of many parts holds them in order, for its owner alone."""
    path = tmp_path / "made" / "kept.ndjson"

    write_private_parts(path, (b"%d\n" % number for number in range(1000)))

    assert path.read_bytes() == b"".join(b"%d\n" % number for number in range(1000))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_part_that_cannot_be_had(tmp_path: Path) -> None:
    """The file stays as it was, and nothing is left beside it."""
    path = tmp_path / "kept.ndjson"
    write_private(path, b"before")

    def parts() -> Iterator[bytes]:
        yield b"after"
        raise HistoryUnavailable("it is gone")

    with pytest.raises(HistoryUnavailable):
        write_private_parts(path, parts())

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named, with what to choose instead."""
    (tmp_path / "file").touch()

    with pytest.raises(WrongUsage, match="cannot be written") as caught:
        write_private(tmp_path / "file" / "below", b"")

    assert "CRONOFY_DATA_DIR" in (caught.value.hint or "")
