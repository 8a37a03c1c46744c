"""Where a project's file of settings is: found upwards from the working directory."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROJECT_FILE = ".cronofy.toml"


def make_private_folder(folder: Path) -> None:
    """Make a folder below the one of the settings, both closed to others if they are new."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def home_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's home, above which no project file is looked for."""
    return expanded(environment.get("HOME") or "~")


def find_project_file(start: Path, home: Path) -> Path | None:
    """Return the nearest project file, looking upwards.

    The search ends with the folder that holds `.git`, with the home folder, or at the file system's root: what lies
    above a repository is not part of the project. A file that belongs to somebody else is passed over, since anyone
    may put one into a folder such as /tmp; the owner of the working directory itself is trusted with it.
    """
    try:
        candidates = (folder / PROJECT_FILE for folder in _upwards(start.resolve(), home.resolve()))
        return next((each for each in candidates if each.is_file() and _is_trusted(each, start)), None)
    except OSError:
        # A folder above that may not be looked into ends the search too.
        return None


def _upwards(start: Path, home: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if folder == home or (folder / ".git").exists():
            return


def _is_trusted(candidate: Path, start: Path) -> bool:
    if sys.platform == "win32":
        return True
    return candidate.stat().st_uid in {0, os.geteuid(), start.stat().st_uid}
