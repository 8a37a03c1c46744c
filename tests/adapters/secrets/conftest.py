"""The secret store in processes of its own, with and without a real Secret Service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.secret_service import SecretService

LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process said."""

    result: Any
    error: dict[str, str] | None
    warnings: list[str]
    modules: list[str]
    stderr: str


@dataclass
class Machine:
    """A home of a user, and processes in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = self.folder / "config"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "CRONOFY_CONFIG_DIR": str(self.config),
            "PYTHONPATH": str(REPOSITORY),
        }

    @property
    def secret_file(self) -> Path:
        """Where the secrets of the context `acme` are, if in a file."""
        return self.config / "secrets" / "context-acme.json"

    def do(self, do: str, **request: object) -> Answer:
        """Let a new process save, load or delete the secrets of the context `acme`."""
        return self.do_all({"do": do, **request})[0]

    def do_all(self, *requests: dict[str, object]) -> list[Answer]:
        """Let a new process do one thing after the other."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.adapters.secrets.driver", json.dumps(requests)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [
            Answer(each["result"], each["error"], each["warnings"], each.get("modules", []), done.stderr)
            for each in json.loads(done.stdout)
        ]

    def use_backend(self, module: str, source: str) -> None:
        """Install a back end of keyring as a package on the path would be, and choose it by name."""
        site = self.folder / "site"
        site.mkdir(exist_ok=True)
        (site / f"{module}.py").write_text(source, encoding="utf-8")
        self.environment["PYTHONPATH"] = f"{site}{os.pathsep}{self.environment['PYTHONPATH']}"
        self.environment["PYTHON_KEYRING_BACKEND"] = f"{module}.Keyring"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without a keyring."""
    return Machine(tmp_path)


@pytest.fixture
def desktop(machine: Machine, service: SecretService) -> Machine:
    """A machine with a real Secret Service."""
    machine.environment |= service.environment
    return machine
