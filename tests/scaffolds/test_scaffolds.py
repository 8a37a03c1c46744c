"""`cronofy init`: each handler is written, passes its own tests, and every case of `check handler`."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.scaffolds import SCAFFOLDS
from tests.in_process import run_main
from tests.node import MODULES, node_environment
from tests.ports import free_port
from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Concatenate

    from tests.support import Cli

    Wait = Callable[Concatenate[Callable[[], bool], ...], None]

START_LIMIT_S = 90.0
"""Rails takes seconds on an idle machine."""
SECRETS = "first-secret, second-secret"


def written(cli: Cli, framework: str) -> Path:
    """Write a handler into an empty folder, and return it, with what it needs installed."""
    folder = cli.folder / "hook"
    assert run_main(cli, "init", framework, folder).exit_code == 0
    if framework == "rails":
        require_program("ruby")
        require_program("puma")
    if framework == "express":
        node_environment()
        (folder / "node_modules").symlink_to(MODULES)
    return folder


@contextmanager
def started(cli: Cli, framework: str, folder: Path, wait_until: Wait) -> Iterator[int]:
    """Start a handler as its own command does, on a port of this test, until the end."""
    port = free_port()
    words = SCAFFOLDS[framework].start.removeprefix("bundle exec ").replace("3000", str(port)).split()
    command = words if words[0] in {"node", "puma"} else [sys.executable, "-m", *words]
    environment = cli.environment | {
        "CRONOFY_CLIENT_SECRET": SECRETS,
        "CRONOFY_ACCESS_TOKEN": "none",
        "CRONOFY_API_URL": f"http://127.0.0.1:{free_port()}",
        "PORT": str(port),
        "PYTHONWARNINGS": "default",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: process.poll() is not None or _answers(port), START_LIMIT_S)
            assert process.poll() is None, (folder / "log").read_text()
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("framework", SCAFFOLDS)
def test_a_handler_passes_its_own_tests(cli: Cli, framework: str) -> None:
    """From `init` to a change that was verified, handled and read: its test against the simulator, in one command."""
    folder = written(cli, framework)
    words = SCAFFOLDS[framework].test.removeprefix("bundle exec ").split()
    command = (
        words
        if words[0] in {"npm", "ruby"}
        else [sys.executable, *words[1:], "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    )

    done = subprocess.run(
        cli.command("simulator", "exec", "--", *command),
        cwd=folder,
        env=cli.environment | {"PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    passed = {"npm": "# pass 1", "ruby": "1 runs, 2 assertions, 0 failures"}
    assert passed.get(words[0], "2 passed") in done.stdout


@pytest.mark.parametrize("framework", SCAFFOLDS)
def test_a_handler_passes_every_case(cli: Cli, framework: str, wait_until: Wait) -> None:
    """The real framework takes everything that Cronofy sends, and refuses everything else."""
    folder = written(cli, framework)
    with started(cli, framework, folder, wait_until) as port:
        result = run_main(
            cli,
            "check",
            "handler",
            f"{port}/cronofy/hook",
            "--json",
            environment={"CRONOFY_CLIENT_SECRET": "first-secret"},
        )

    wrong = [case for case in result.json if case["state"] != "passed"]
    assert wrong == [], (folder / "log").read_text()
    assert len(result.json) > 40
    assert result.exit_code == 0


def test_nothing_is_ever_overwritten(cli: Cli) -> None:
    """Where one file is there already nothing is written, and all that are there are named."""
    folder = cli.folder / "hook"
    folder.mkdir()
    (folder / "app.py").write_text("mine")
    (folder / "test_app.py").symlink_to("nowhere")

    result = run_main(cli, "init", "flask", folder)

    assert result.exit_code == 2
    assert "app.py, test_app.py are in" in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["app.py", "test_app.py"]
    assert (folder / "app.py").read_text() == "mine"


def test_a_dry_run_shows_and_writes_nothing(cli: Cli) -> None:
    """The files are shown with what would be in them."""
    result = run_main(cli, "init", "fastapi", "hook", "--dry-run")

    assert "hook/app.py" in result.stdout
    assert "    application = FastAPI()" in result.stdout
    assert not (cli.folder / "hook").exists()


def test_for_programs_the_files_and_the_commands_are_named(cli: Cli) -> None:
    """The document has every file that was written, and what to run."""
    document = run_main(cli, "init", "express", cli.folder / "hook", "--json").json

    there = {str(path.relative_to(cli.folder / "hook")) for path in (cli.folder / "hook").rglob("*") if path.is_file()}
    assert (document["framework"], set(document["files"]), document["dry_run"]) == ("express", there, False)
    assert document["commands"][1:3] == ["npm install", "cronofy simulator exec -- npm test"]


def test_a_framework_that_is_not_there(cli: Cli) -> None:
    """A typo gets the name that was meant, anything else the list."""
    result = run_main(cli, "init", "fastapy")

    assert result.exit_code == 2
    assert "did you mean 'fastapi'?" in result.stderr
    assert "fastapi, flask, django, express, rails" in result.stderr


@pytest.mark.parametrize("framework", SCAFFOLDS)
def test_the_ci_job_runs_the_handlers_own_commands(cli: Cli, framework: str) -> None:
    """The workflow installs, tests, starts and checks the handler, and nothing in it is left to be filled in."""
    scaffold = SCAFFOLDS[framework]
    text = scaffold.contents()[".github/workflows/cronofy-handler.yml"].decode()

    for command in (scaffold.install, scaffold.test, scaffold.start, "check handler 3000/cronofy/hook --junit"):
        assert command in text
    assert "@SETUP@" not in text
    assert "@TEST@" not in text
    assert "@START@" not in text


def test_the_package_json_of_express_is_json(cli: Cli) -> None:
    """npm can read it."""
    assert json.loads(SCAFFOLDS["express"].contents()["package.json"])["scripts"]["test"] == "node --test"
