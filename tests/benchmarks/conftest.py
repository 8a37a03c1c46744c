"""A place to measure in, with the programs run from the source."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.bench import Bench
from benchmarks.installation import installed
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path


class OnceBench(Bench):
    """Runs everything once: nobody looks at the times."""

    def rounds(self, thorough: int) -> int:
        """Return one, however many it would take."""
        return min(thorough, 1)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench whose programs do their work and are not compared."""
    python = f"PYTHONPATH={shlex.quote(str(REPOSITORY))} exec {shlex.quote(sys.executable)}"
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    for name, arguments in (("python", '"$@"'), ("cronofy", '-m cronofy_cli "$@"')):
        program = programs / name
        program.write_text(f"#!/bin/sh\n{python} {arguments}\n")
        program.chmod(0o755)
    folder = tmp_path / "measured"
    folder.mkdir()
    return OnceBench(installed(tmp_path / "venv"), folder, quick=True)
