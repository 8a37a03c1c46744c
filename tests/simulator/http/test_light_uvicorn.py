"""The parts of uvicorn that serve: quick to load, and harmless to others who use it in the same process."""

from __future__ import annotations

import subprocess
import sys

import pytest

OTHERS = {
    "uvicorn's own logging": "import uvicorn; uvicorn.Config(lambda: None)",
    "logging settings": "import logging.config; logging.config.dictConfig({'version': 1})",
    "the command": "import uvicorn; assert callable(uvicorn.main) and callable(uvicorn.run)",
}


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program after the import."""
    text = f"import sys; import cronofy_cli.simulator.http.light_uvicorn; {program}"
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("program", OTHERS.values(), ids=OTHERS.keys())
def test_others_find_what_is_theirs(program: str) -> None:
    """Whoever uses uvicorn or logging afterwards gets the real modules."""
    result = run(program)

    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_not_needed_is_not_loaded() -> None:
    """Neither its command nor the files of logging settings cost time at the start."""
    result = run("print([name for name in ('click', 'logging.config', 'pickle') if name in sys.modules])")

    assert result.stdout == "[]\n"
