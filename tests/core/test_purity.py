"""`core/` knows nothing of the world outside."""

from __future__ import annotations

import subprocess
import sys

from tests.support import REPOSITORY

OUTSIDE = {
    *("httpx", "typer", "rich", "click", "keyring", "pyngrok", "starlette", "uvicorn", "httptools", "platformdirs"),
    *("sqlite3", "socket", "ssl", "asyncio", "selectors", "http", "http.client", "urllib.request", "subprocess"),
    *("cronofy_cli.adapters", "cronofy_cli.output", "cronofy_cli.commands", "cronofy_cli.receiver", "cronofy_cli.app"),
    *("cronofy_cli.simulator", "cronofy_cli.cli.context"),
}
IMPORT_ALL = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
print(*sys.modules, sep="\\n")
"""


def test_core_imports_nothing_from_outside() -> None:
    """Importing every module of core loads no network, terminal, database or keyring, and no other room of ours."""
    paths = (REPOSITORY / "cronofy_cli" / "core").rglob("*.py")
    names = [".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for path in paths]

    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines())
    assert "cronofy_cli.core.signature" in loaded
    assert loaded & OUTSIDE == set()
