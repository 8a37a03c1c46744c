"""What this process holds open."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def open_files(path: Path | None = None) -> set[str]:
    """Return what our descriptors lead to, each socket and pipe with its number; of one file, its path and companions.

    Look while an error is still at hand: it keeps what it left open from being collected.
    """
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            found.add(str(descriptor.readlink()))
    return found if path is None else {each for each in found if each.startswith(str(path.resolve()))}
