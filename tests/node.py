"""Node programs of tests: Express and the official SDK, from npm, as the lock file of the example names them."""

from __future__ import annotations

import fcntl
import os
import subprocess

import pytest

from tests.requirements import NO_SKIP, require_program
from tests.support import REPOSITORY

EXPRESS_APP = REPOSITORY / "tests" / "examples" / "express_app"
MODULES = EXPRESS_APP / "node_modules"
LOCK = EXPRESS_APP / "package-lock.json"


def node_environment() -> dict[str, str]:
    """Return the variable by which Node finds the packages, once they are installed.

    Without Node, or without the packages and a network to get them, the test is skipped, or fails where nothing may be.
    """
    require_program("node")
    npm = require_program("npm")
    with (EXPRESS_APP / ".installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = MODULES / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < LOCK.stat().st_mtime:
            command = [npm, "ci", "--prefer-offline", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=EXPRESS_APP, capture_output=True, text=True, check=False)
            if done.returncode:
                missing = f"npm cannot install the packages: {done.stderr[-500:]}"
                if os.environ.get(NO_SKIP):
                    pytest.fail(missing)
                pytest.skip(missing)
    return {"NODE_PATH": str(MODULES)}
