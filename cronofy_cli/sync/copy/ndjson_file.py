"""A copy as one file of NDJSON: an event a line, by start, each as the server sent it.

It is written anew from the database, beside the old one, and put in its place at once: a reader sees the one or the
other. Lines keep their order, so that two versions can be compared line by line.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cronofy_cli.core.json_lines import one_line
from cronofy_cli.sync.errors import translated
from cronofy_cli.sync.state import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def write_lines(path: Path, events: Iterable[bytes]) -> Fingerprint:
    """Replace the file, and return how to know it again.

    Raises:
        CopyUnavailable: it cannot be written; the old one is still there.
    """
    # One name, since a run has the copy for itself: what a run that was killed left behind is overwritten.
    temporary = path.with_name(f".{path.name}.new")
    with translated(path):
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.writelines(one_line(event) + b"\n" for event in events)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        return _fingerprint(path)


def is_untouched(path: Path, written: Fingerprint | None) -> bool:
    """Whether the file is still the one that was written."""
    return written is not None and path.is_file() and _fingerprint(path) == written


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the events of the file.

    Raises:
        CopyUnavailable: it cannot be read.
    """
    with translated(path), path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\r\n")


def _fingerprint(path: Path) -> Fingerprint:
    found = path.stat()
    return Fingerprint(found.st_size, found.st_mtime_ns)
