"""The examples' own suites pass, run as their developers would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.node import EXPRESS_APP, node_environment
from tests.testing.suites import environment, run_suite

FASTAPI_APP = Path(__file__).parent / "fastapi_app"


def test_a_fastapi_application_with_the_fixture(tmp_path: Path) -> None:
    """pytest, with nothing but this package installed."""
    done = run_suite(FASTAPI_APP, environment(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_an_express_application_beside_a_simulator(tmp_path: Path) -> None:
    """Node's own test runner, below `cronofy simulator exec`."""
    variables = environment(tmp_path) | node_environment()

    done = subprocess.run(
        [sys.executable, "-m", "cronofy_cli", "simulator", "exec", "--", "npm", "test"],
        cwd=EXPRESS_APP,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 2" in done.stdout
