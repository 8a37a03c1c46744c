"""The rooms of the package keep their borders: what `layers.ini` draws, import-linter checks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from importlinter.api import read_configuration

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in read_configuration(str(REPOSITORY / "tests" / "layers.ini"))["contracts_options"]
}
# Without the cache: it would lie in the repository, and the graph of all modules is built in 0.2 s.
LINT = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename=sys.argv[1], limit_to_contracts=(sys.argv[2],), no_cache=True, no_logo=True))
"""
FORBIDDEN = {
    "layers": ("adapters/paths.py", "cronofy_cli.output.lists", "cronofy_cli.adapters.paths -> cronofy_cli.output"),
    "features": ("sync/window.py", "cronofy_cli.doctor.view", "cronofy_cli.sync.window -> cronofy_cli.doctor.view"),
    "core": ("core/signature.py", "socket", "cronofy_cli.core.signature -> socket"),
    "circles": ("adapters/sqlite.py", "cronofy_cli.adapters.history.store", "No cycles are allowed in cronofy_cli.ad"),
}
"""For each contract a module, what it must not import, and what is said when it does."""


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_a_border_is_kept(contract: str) -> None:
    """No import crosses a border that is drawn, and no exception is listed that is not needed any more."""
    done = check(contract, REPOSITORY)

    assert done.returncode == 0, f"{CONTRACTS[contract]}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("contract", FORBIDDEN, ids=str)
def test_an_import_across_a_border_is_found(contract: str, tmp_path: Path) -> None:
    """An import that a contract forbids breaks that contract, and is named."""
    where, what, said = FORBIDDEN[contract]
    shutil.copytree(REPOSITORY / "cronofy_cli", tmp_path / "cronofy_cli", ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / "cronofy_cli" / where
    module.write_text(f"{module.read_text(encoding='utf-8')}\nimport {what}\n", encoding="utf-8")

    done = check(contract, tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
    assert said in done.stdout


def test_every_contract_is_seen_to_break() -> None:
    """There is a forbidden import to try for each contract that is drawn."""
    assert FORBIDDEN.keys() == CONTRACTS.keys()


def check(contract: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package in `folder` to one contract."""
    config = REPOSITORY / "tests" / "layers.ini"
    return subprocess.run(
        [sys.executable, "-c", LINT, str(config), contract], cwd=folder, capture_output=True, text=True, check=False
    )
