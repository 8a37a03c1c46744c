"""A reader of the history for as long as a page is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.inspector.lasting_reader import LastingReader
from tests.inspector.conftest import around_of
from tests.open_files import open_files
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def reader(file: Path) -> Iterator[LastingReader]:
    """A reader of a history that is not there yet."""
    with LastingReader(around_of(file, file.parent)) as made:
        yield made


def record(file: Path, count: int = 1) -> None:
    """Put deliveries into a history, as another process does."""
    with open_history(file, survives_power_cut=False) as history:
        history.record([make_delivery(number) for number in range(count)])


def remove(file: Path) -> None:
    """Remove a history with everything beside it."""
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


def test_a_history_that_stays(reader: LastingReader, file: Path) -> None:
    """It is opened once, and what is written to it makes another version."""
    record(file)
    history, version = reader.history(), reader.version()

    assert reader.version() == version
    record(file)
    assert reader.history() is history
    assert reader.version() != version
    assert (history.newest_id(), reader.replaced) == (2, 0)


def test_a_history_that_comes(reader: LastingReader, file: Path) -> None:
    """Before there is one it is empty; when it comes it is there, which is no other one in its place."""
    before = reader.version()
    assert reader.history().newest_id() == 0
    record(file, 3)

    assert reader.history().newest_id() == 3
    assert (reader.version() != before, reader.replaced) == (True, 0)


def test_a_history_that_is_replaced(reader: LastingReader, file: Path) -> None:
    """Another file in its place is noticed and read, and so is that there is none any more."""
    record(file, 3)
    first, version = reader.history(), reader.version()
    kept = file.rename(file.with_name("kept"))
    record(file, 1)

    assert reader.history() is not first
    assert (reader.history().newest_id(), reader.replaced) == (1, 1)
    assert reader.version() != version
    remove(file)
    assert (reader.history().newest_id(), reader.replaced) == (0, 2)
    assert kept.exists()


def test_what_is_held_open(file: Path) -> None:
    """Only the file that is there now; afterwards none, however often it was looked at."""
    with LastingReader(around_of(file, file.parent)) as reader:
        record(file, 3)
        reader.history()
        assert open_files(file) != set()
        remove(file)
        reader.history()
        assert not {each for each in open_files(file) if "(deleted)" in each}
        record(file, 3)
        reader.version()
        assert open_files(file) != set()

    assert open_files(file) == set()
    reader.close()


def test_a_history_that_cannot_be_read(reader: LastingReader, file: Path) -> None:
    """It is an error each time, and none once there is another one."""
    file.write_bytes(b"no history" * 1000)
    for _ in range(2):
        with pytest.raises(HistoryUnavailable):
            reader.history()
    remove(file)
    record(file)

    assert reader.history().newest_id() == 1
