"""Runs a command line as on Windows, as far as that can be played: sys.platform, and nothing that is only POSIX's.

The standard library and what others wrote is loaded before, as the system that it is on; only our modules see Windows.
Paths stay those of this system.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
import types
from typing import Any, Final

import cronofy_cli

OTHERS: Final = (
    *("asyncio", "ctypes", "ssl", "sqlite3", "subprocess", "tempfile", "webbrowser", "httpx", "keyring"),
    *("platformdirs", "pyngrok.ngrok", "rich.console", "rich.table", "starlette.applications", "tomlkit", "uvicorn"),
    *("icalendar", "yaml"),
)
"""What our functions import late."""
ONLY_POSIX: Final = ("fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "readline")
NO_CALLS: Final = ("fork", "forkpty", "geteuid", "getuid", "getgid", "killpg", "setsid", "wait4", "uname")
NO_SIGNALS: Final = ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGXFSZ", "SIGUSR1", "SIGCHLD", "SIGWINCH", "SIGTSTP")


def load_all() -> list[str]:
    """Import every module of the package and return their names."""
    names = [each.name for each in pkgutil.walk_packages(cronofy_cli.__path__, "cronofy_cli.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    return names


def become_windows() -> None:
    """Take away what Windows does not have."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "cronofy_cli"]:
        del sys.modules[name]
    for name in ONLY_POSIX:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails
    for owner, names in ((os, NO_CALLS), (signal, NO_SIGNALS)):
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
    locks: Any = types.ModuleType("msvcrt")
    locks.LK_NBLCK, locks.LK_UNLCK = 2, 0
    locks.locking = lambda _descriptor, _mode, _count: None
    sys.modules["msvcrt"] = locks
    sys.platform = "win32"


if __name__ == "__main__":
    load_all()
    for other in OTHERS:
        importlib.import_module(other)
    become_windows()
    load_all()
    from cronofy_cli.app import main

    sys.exit(main(sys.argv[1:]))
