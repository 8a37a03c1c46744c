"""The programs that are measured: the package and pycronofy in an environment of their own, as users install them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Programs:
    """Where they are."""

    python: str
    cronofy: str


def prepared(repository: Path, folder: Path) -> Programs:
    """Install the package from its source, with everything that it is measured against, and return the programs."""
    python = str(folder / "bin" / "python")
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(sys.executable, "-m", "venv", str(folder))
    _run(*pip, "install", "--upgrade", "pip")
    _run(*pip, "install", f"{repository}[mcp,postgres]", "pycronofy")
    # Its .pth file slows every start of this environment's Python, the one that we are compared with too.
    _run(*pip, "uninstall", "--yes", "setuptools")
    return installed(folder)


def installed(folder: Path) -> Programs:
    """Return the programs of an environment in which everything is installed already."""
    programs = Programs(str(folder / "bin" / "python"), str(folder / "bin" / "cronofy"))
    for program in (programs.python, programs.cronofy):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there: install the package and pycronofy into {folder}, or leave --venv out")
    return programs


def _run(*arguments: str) -> None:
    # PYTHONDONTWRITEBYTECODE, for one, would leave every import of every run to compile.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
