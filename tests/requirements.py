"""What tests need from the machine besides Python."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NO_SKIP = "CRONOFY_TEST_NO_SKIP"
"""Set where everything is installed: what would be skipped is then a failure."""


def require_program(name: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails where nothing may be skipped.

    Debian keeps servers where only root looks for programs.
    """
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    return _do_without(name) if found is None else found


def require_module(name: str) -> None:
    """Go on if a Python module is installed; without it the test is skipped, or fails where nothing may be skipped."""
    if find_spec(name) is None:
        _do_without(name)


def require_path(found: Path | None, name: str) -> Path:
    """Return what was found; without it the test is skipped, or fails where nothing may be skipped."""
    return _do_without(name) if found is None else found


def _do_without(name: str) -> NoReturn:
    reason = f"{name} is not installed"
    if os.environ.get(NO_SKIP):
        pytest.fail(f"{reason}, and {NO_SKIP} is set")
    pytest.skip(reason)
