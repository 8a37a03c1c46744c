"""The file by which others see that a program is ready."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.ready_file import ReadyFile
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

READY = b'{"port":8080,"pid":1}\n'


def test_it_comes_and_goes(tmp_path: Path) -> None:
    """It is there between writing and removing, and can come back."""
    path = tmp_path / "ready.json"
    file = ReadyFile(path)
    assert not path.exists()

    for content in (READY, READY.replace(b"1", b"2")):
        file.write(content)
        assert path.read_bytes() == content
        file.remove()
        assert not path.exists()
    file.remove()


@pytest.mark.parametrize("content", [b"my notes", b'{"kind":"other"}', b"\x00"])
def test_somebody_elses_file_is_refused(content: bytes, tmp_path: Path) -> None:
    """A file that is there and is no ready file is refused before anything is started, and stays."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(WrongUsage) as caught:
        ReadyFile(path)

    assert caught.value.message == f"'{path}' is there already, and is no file of cronofy's"
    assert caught.value.hint == "name another file for --ready-file, or remove this one"
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\n", READY])
def test_what_may_be_taken_over(content: bytes, tmp_path: Path) -> None:
    """An empty file, as `mktemp` makes it, and what a run that was killed left behind are replaced."""
    path = tmp_path / "ready.json"
    path.write_bytes(content)
    file = ReadyFile(path)

    file.write(READY)

    assert path.read_bytes() == READY


def test_only_its_own_is_removed(tmp_path: Path) -> None:
    """A file that somebody put there meanwhile stays."""
    path = tmp_path / "ready.json"
    file = ReadyFile(path)
    file.write(READY)
    path.write_bytes(b"theirs")

    file.remove()

    assert path.read_bytes() == b"theirs"


def test_a_pipe_is_written_and_stays(tmp_path: Path) -> None:
    """A named pipe gets the line and is not removed: a script can wait by reading from it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    file = ReadyFile(pipe)

    file.write(READY)
    file.remove()

    assert os.read(descriptor, 1000) == READY
    os.close(descriptor)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
