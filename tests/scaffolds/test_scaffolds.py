"""`cronofy init`: each handler is written, passes its own tests, and every case of `check handler`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.scaffolds import SCAFFOLDS
from tests.in_process import run_main
from tests.node import MODULES, node_environment
from tests.outbound.app import answer_of, running_app
from tests.ports import free_port
from tests.requirements import require_program
from tests.scaffolds.receiving import change, page
from tests.sender import post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Concatenate

    from tests.outbound.app import Received
    from tests.support import Cli

    Wait = Callable[Concatenate[Callable[[], bool], ...], None]

START_LIMIT_S = 300.0
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
def started(
    cli: Cli, framework: str, folder: Path, wait_until: Wait, variables: dict[str, str] | None = None
) -> Iterator[int]:
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
        **(variables or {}),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: process.poll() is not None or _answers(port), START_LIMIT_S)
            assert process.poll() is None, (folder / "log").read_text()
            yield port
        finally:
            process.terminate()
            process.wait(300)


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
    """From `init` to a change that was verified, handled and read: its test against the simulator, in one command. It
    leaves no inbox behind.
    """
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
    assert list(folder.glob("cronofy-inbox*")) == []


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


def test_a_dry_run_tells_of_files_that_are_there(cli: Cli) -> None:
    """What the real run would refuse is refused."""
    (cli.folder / "app.mjs").write_text("mine")

    assert run_main(cli, "init", "express", cli.folder, "--dry-run").exit_code == 2


def test_an_empty_folder_is_a_variable_that_is_not_set(cli: Cli) -> None:
    """Nothing is written into the current folder by mistake."""
    result = run_main(cli, "init", "express", "")

    assert (result.exit_code, "the folder is empty" in result.stderr) == (2, True)


def test_inside_a_repository_the_job_is_at_its_top(cli: Cli) -> None:
    """GitHub looks for workflows at the top of a repository only; the job runs in the handler's folder."""
    (cli.folder / ".git").mkdir()

    document = run_main(cli, "init", "express", cli.folder / "api" / "hook", "--json").json

    text = (cli.folder / ".github" / "workflows" / "cronofy-handler.yml").read_text()
    assert "../../.github/workflows/cronofy-handler.yml" in document["files"]
    assert 'working-directory: "api/hook"' in text
    assert "path: api/hook/cronofy-handler.xml" in text
    assert not (cli.folder / "api" / "hook" / ".github").exists()
    assert run_main(cli, "init", "express", cli.folder / "other").exit_code == 2


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
    text = scaffold.contents(cli.folder)[".github/workflows/cronofy-handler.yml"].decode()

    for command in (scaffold.install, scaffold.test, scaffold.start, "check handler 3000/cronofy/hook --junit"):
        assert command in text
    assert re.findall("@[A-Z]+@", text) == []


def test_the_package_json_of_express_is_json(cli: Cli) -> None:
    """npm can read it."""
    assert json.loads(SCAFFOLDS["express"].contents(cli.folder)["package.json"])["scripts"]["test"] == "node --test"


@pytest.mark.parametrize("framework", SCAFFOLDS)
def test_nothing_is_lost_by_what_comes_at_a_bad_moment(cli: Cli, framework: str, wait_until: Wait) -> None:
    """What comes while its channel is read is read afterwards; one that cannot be read holds no other up; an empty
    secret takes nothing. What is handed on is printed at once, though it goes into a file.
    """
    folder = written(cli, framework)
    may_answer = threading.Event()
    reads: list[str] = []

    def answer(received: Received) -> bytes:
        since = re.findall(rb"last_modified=([^& ]*)", received.line)[0].decode()
        reads.append(since)
        if since.startswith("2026-01-01"):
            return answer_of(401)
        if len([each for each in reads if not each.startswith("2026-01-01")]) == 1:
            may_answer.wait(START_LIMIT_S)
            return answer_of(200, page("First"), "Content-Type: application/json")
        return answer_of(200, page("First", "Second", deleted=["Second"]), "Content-Type: application/json")

    with running_app() as cronofy:
        cronofy.answer = answer
        api = {"CRONOFY_API_URL": f"http://127.0.0.1:{cronofy.port}", "CRONOFY_CLIENT_SECRET": "real, "}
        with started(cli, framework, folder, wait_until, api) as port:
            url = f"http://127.0.0.1:{port}/cronofy/hook"
            assert post(url, change("chn_1", "2026-03-01T00:00:00Z"), secret="") == 401
            assert post(url, change("chn_0", "2026-01-01T00:00:10Z"), secret="real") == 200
            assert post(url, change("chn_1", "2026-03-01T00:00:10Z"), secret="real") == 200
            cronofy.await_received(2, START_LIMIT_S)
            assert post(url, change("chn_1", "2026-03-01T00:00:20Z"), secret="real") == 200
            may_answer.set()
            wait_until(lambda: b"Second\n" in (folder / "log").read_bytes(), START_LIMIT_S)

    text = (folder / "log").read_text()
    assert text.count("evt_First") == 1
    assert "changed evt_First First" in text
    assert "deleted evt_Second Second" in text
    assert {path.stat().st_mode & 0o077 for path in folder.glob("cronofy-inbox*")} == {0}


APPLICATIONS = {"fastapi": "app", "django": "application"}


@pytest.mark.parametrize("framework", APPLICATIONS)
def test_an_application_is_made_when_it_is_asked_for(cli: Cli, framework: str) -> None:
    """Importing its module needs no client secret; a name that it does not have is missing as anywhere."""
    program = f"import app; print(hasattr(app, 'nothing')); app.{APPLICATIONS[framework]}"

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=written(cli, framework),
        env=cli.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "False\n")
    assert "CRONOFY_CLIENT_SECRET is not set" in done.stderr


def test_django_takes_what_tunnels_bring(cli: Cli) -> None:
    """The hosts of this machine and of the tunnels of `cronofy listen` are known, others are not."""
    program = """
import app
from cronofy_receiver import Receiver
from django.test import Client

app.create_application(Receiver(print, {"CRONOFY_CLIENT_SECRET": "secret"}))
for host in ("localhost", "127.0.0.1", "a.ngrok.app", "a.ngrok-free.app", "a.trycloudflare.com", "a.example.com"):
    print(host, Client(headers={"host": host}).post("/cronofy/hook").status_code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=written(cli, "django"),
        env=cli.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    known = ("localhost", "127.0.0.1", "a.ngrok.app", "a.ngrok-free.app", "a.trycloudflare.com")
    assert done.stdout.splitlines() == [*(f"{host} 401" for host in known), "a.example.com 400"], done.stderr
