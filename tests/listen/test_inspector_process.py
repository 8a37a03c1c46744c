"""The inspector as a child of a run: its address, what it is told, and that nothing of it is left."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.errors import WorkerFailed
from cronofy_cli.listen.condition import Condition
from cronofy_cli.listen.inspector_process import InspectorProcess
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.errors import CronofyError

    Start = Callable[[str], InspectorProcess]

URL = "http://127.0.0.1:7/#token"
LIMIT_S = 60.0


class Around:
    """What a run is, and what it hears."""

    def __init__(self) -> None:
        self.condition = Condition(is_ready=False, reason="not yet")
        self.troubles: list[str] = []

    def note(self, error: CronofyError) -> None:
        """Hear of an end that was not asked for."""
        self.troubles.append(error.message)


@pytest.fixture
def around() -> Around:
    """A run."""
    return Around()


@pytest.fixture
def start(tmp_path: Path, around: Around, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts a shell script in the place of this program; `$0.said` is for what it is told."""

    def start_script(script: str) -> InspectorProcess:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        made = InspectorProcess({"PATH": "/usr/bin:/bin"}, ("--context", "acme"), lambda: around.condition, around.note)
        made.start()
        return made

    return start_script


def test_from_start_to_end(
    start: Start, around: Around, tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Its address is said, each change of the run is passed on from when it is ready, and it ends with the run."""
    files, said = open_files(), tmp_path / "program.said"
    ticks: list[tuple[str, str]] = []
    reporter: Any = SimpleNamespace(tick=lambda *what: ticks.append(what))

    process = start(f"""echo "$@" > $0.options; echo '{{"url": "{URL}"}}'; cat > $0.said""")
    process.announce(reporter, None)
    for condition in (Condition(is_ready=True), Condition(is_ready=False, reason="the tunnel ended", hint="wait")):
        lines = len(said.read_text().splitlines()) if said.exists() else 0
        around.condition = condition
        wait_until(lambda lines=lines: said.exists() and len(said.read_text().splitlines()) > lines)  # type: ignore[misc]
    assert process.stop(LIMIT_S)

    assert ticks == [("inspector", URL)]
    assert (tmp_path / "program.options").read_text() == (
        "-P -m cronofy_cli inspect --attached --json --context acme\n"
    )
    told = [json.loads(line) for line in said.read_text().splitlines()]
    assert [(one["is_ready"], one["reason"]) for one in told] == [(True, None), (False, "the tunnel ended")]
    assert (around.troubles, open_files() - files) == ([], set())


def test_one_that_ends_too_early(
    start: Start, around: Around, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """It is said how it is opened again; one that never says where it is has not been started."""
    process = start("exit 1")
    reporter: Any = None
    with pytest.raises(WorkerFailed, match="the inspector could not be started"):
        process.announce(reporter, None)
    wait_until(lambda: around.troubles != [])
    assert process.stop(LIMIT_S)

    assert around.troubles == ["the inspector has ended; to open it again: cronofy inspect"]
