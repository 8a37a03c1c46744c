"""A simulator is ready at once: what a call needs is loaded when it comes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from cronofy_cli.simulator.control_operations import CONTROL
from cronofy_cli.simulator.http.handlers import MODULES
from cronofy_cli.simulator.operations import PAGE, PAGES, SIMULATED

OF_ALL_WORLDS = {"list_worlds", "create_world", "delete_world"}
"""They are handled where the routes are made."""


@pytest.mark.parametrize("module", MODULES)
def test_a_module_holds_what_it_is_listed_for(module: str) -> None:
    """The list says exactly which handlers a module has."""
    assert tuple(import_module(f"cronofy_cli.simulator.http.{module}").HANDLERS) == MODULES[module]


def test_every_operation_has_a_handler() -> None:
    """Each is listed once, and nothing else is."""
    listed = [name for names in MODULES.values() for name in names]

    assert sorted(listed) == sorted({one.name for one in (*SIMULATED, *PAGES, *PAGE, *CONTROL)} - OF_ALL_WORLDS)


def test_serving_loads_no_handlers() -> None:
    """Nor uvicorn's command with click, nor a framework; and uvicorn is whole for who uses it in the same process."""
    script = """
import sys
import cronofy_cli.simulator.serving
print(sorted(m for m in sys.modules if m.endswith("_routes") or m in {"click", "starlette", "uvicorn.main", "httpx"}))
import uvicorn
print(uvicorn.Server is sys.modules["uvicorn.server"].Server)
try:
    uvicorn.main(["--version"])
except SystemExit as ended:
    print(ended.code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    lines = done.stdout.splitlines()
    assert lines[:2] == ["['cronofy_cli.simulator.http.world_routes']", "True"]
    assert lines[2].startswith("Running uvicorn")
    assert lines[3] == "0"
