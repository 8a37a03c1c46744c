"""Files that the user names for output."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.output_files import write_output
from cronofy_cli.errors import HistoryUnavailable, WrongUsage
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITE = """
import sys
from pathlib import Path
from cronofy_cli.adapters.output_files import write_output
write_output(Path(sys.argv[1]), [b"one ", b"two"])
"""


def test_parts(tmp_path: Path) -> None:
    """A file of many parts holds them in order, for its owner alone, and nothing is left beside it."""
    path = tmp_path / "kept.ndjson"

    write_output(path, (b"%d\n" % number for number in range(1000)))

    assert path.read_bytes() == b"".join(b"%d\n" % number for number in range(1000))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there(tmp_path: Path) -> None:
    """It is replaced and keeps its mode; whoever has it open still sees the old one whole."""
    path = tmp_path / "kept.ndjson"
    path.write_bytes(b"before")
    path.chmod(0o644)

    with path.open("rb") as reader:
        write_output(path, [b"after"])
        assert reader.read() == b"before"

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"after", 0o644)


def test_a_part_that_cannot_be_had(tmp_path: Path) -> None:
    """The file stays as it was, and nothing is left beside it."""
    path = tmp_path / "kept.ndjson"
    write_output(path, [b"before"])

    def parts() -> Iterator[bytes]:
        yield b"after"
        raise HistoryUnavailable("it is gone")

    with pytest.raises(HistoryUnavailable):
        write_output(path, parts())

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What a link leads to is written, and the link stays one; so it is where the target is not there yet."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)

    write_output(link, [b"first, and longer"])
    write_output(link, [b"second"])

    assert link.is_symlink()
    assert target.read_bytes() == b"second"


def test_a_pipe_is_written(tmp_path: Path) -> None:
    """Who reads a named pipe gets what is written, and the pipe stays one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    write_output(pipe, [b"one ", b"two"])
    reader.join(10)

    assert read == [b"one two"]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_an_open_descriptor_is_written(name: str) -> None:
    """What a shell puts in the place of `>(command)` is written, and so is /dev/stdout; both stay what they are."""
    before = os.lstat(name).st_mode
    done = subprocess.run([sys.executable, "-c", WRITE, name], capture_output=True, check=True, cwd=REPOSITORY)

    assert done.stdout == b"one two"
    assert os.lstat(name).st_mode == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_a_device_stays_one(tmp_path: Path) -> None:
    """A device such as /dev/null takes what is written, as root too, and is no regular file afterwards."""
    null = tmp_path / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))

    write_output(null, [b"gone"])

    assert stat.S_ISCHR(null.lstat().st_mode)


def test_a_link_that_somebody_laid(tmp_path: Path) -> None:
    """Links beside the file, under names that could be guessed, lead nothing astray."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"theirs")
    for name in (".cal.ndjson.new", ".cal.ndjson.tmp", ".cal.ndjson"):
        (tmp_path / name).symlink_to(victim)

    write_output(tmp_path / "cal.ndjson", [b"ours"])

    assert (victim.read_bytes(), (tmp_path / "cal.ndjson").read_bytes()) == (b"theirs", b"ours")
    assert not (tmp_path / "cal.ndjson").is_symlink()


def test_a_folder_is_not_made(tmp_path: Path) -> None:
    """Where there is no folder the error says how to make one."""
    path = tmp_path / "missing" / "dir" / "x"

    with pytest.raises(WrongUsage) as caught:
        write_output(path, [b""])

    assert caught.value.message == f"there is no folder for '{path}'"
    assert caught.value.hint == f"mkdir -p {path.parent}"
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """A folder in the place of the file is named, and so is what the system does not let be written."""
    with pytest.raises(WrongUsage) as folder:
        write_output(tmp_path, [b""])
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(WrongUsage) as loop:
        write_output(tmp_path / "loop", [b""])

    assert folder.value.message == f"'{tmp_path}' cannot be written: it is a folder"
    assert folder.value.hint == f"name a file, such as {tmp_path / 'output'}"
    assert loop.value.message == f"'{tmp_path / 'loop'}' cannot be written: {os.strerror(errno.ELOOP)}"
    assert loop.value.hint == "name a file that you may write"
