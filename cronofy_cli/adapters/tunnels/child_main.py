"""Becomes another program that dies with its parent, knows none of our secrets, and keeps its errors off our terminal.

Run by its path as `python -IS child_main.py PARENT_PID ERROR_FILE PROGRAM ARGUMENT...`, so it imports the standard
library only. An empty ERROR_FILE leaves stderr as it is.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECRET_PREFIXES = ("CRONOFY_",)
SECRET_NAMES = frozenset({"NGROK_AUTHTOKEN", "NGROK_API_KEY"})
PR_SET_PDEATHSIG = 1
CANNOT_RUN = 126


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what an agent has no business to know."""
    return {
        name: value
        for name, value in environment.items()
        if name not in SECRET_NAMES and not name.startswith(SECRET_PREFIXES)
    }


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its parent ends, however that ends. Linux only; see prctl(2).

    "Parent" is the thread that started it: that thread must live as long as the process should.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent_pid:  # it ended before the kernel was told
        sys.exit(CANNOT_RUN)


def main(arguments: Sequence[str]) -> int:
    """Replace this process; return only if that fails."""
    parent_pid, error_file, *program = arguments
    die_with_parent(int(parent_pid))
    if error_file:
        os.dup2(os.open(error_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    # Python ignores these, and what is ignored stays so in the next program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(program[0], program, without_secrets(os.environ))  # noqa: S606 - no shell is wanted
    except OSError as error:
        os.write(2, f"{program[0]}: {error.strerror}\n".encode())
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
