"""What a run in this process may leave behind: threads, open files, children, channels, records."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Cli


@contextmanager
def nothing_left(cli: Cli) -> Iterator[None]:
    """Find, after the block, nothing that was not there before it."""
    before = threads(), files(cli), children()
    yield
    assert threads() - before[0] == set()
    assert files(cli) - before[1] == set()
    assert children() - before[2] == set()
    assert run_main(cli, "channels", "list", "--data-center", "simulator").lines == []
    assert list((cli.data / "runs").glob("*.json")) == []


def threads() -> set[threading.Thread]:
    """Return the threads of workers."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("cronofy-")}


def files(cli: Cli) -> set[str]:
    """Return which files of the product's data are open, each once for every time that it is."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            target = str(descriptor.readlink())
            if target.startswith(str(cli.folder)):
                found.add(f"{descriptor.name} {target}")
    return found


def children() -> set[int]:
    """Return the processes that this one has started and that have not been waited for."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found.update(map(int, (task / "children").read_text().split()))
    return found - {os.getpid()}
