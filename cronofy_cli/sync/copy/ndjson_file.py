"""A copy as one file of NDJSON: an event a line, by start, each as the server sent it.

It is written again from the database, beside the old one, and put in its place at once: a reader sees the one or the
other. Lines keep their order, so that two versions can be compared line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.output_files import put
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
    with translated(path):
        put(path, (one_line(event) + b"\n" for event in events))
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
