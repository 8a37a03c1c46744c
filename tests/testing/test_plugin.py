"""The pytest plugin as other people's suites load it: what it costs, what it starts, and that tests share nothing."""

from __future__ import annotations

import importlib.metadata
import re
import signal
import socket
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

import pytest

from tests.support import REPOSITORY
from tests.testing.suites import entry_point_text, environment, run_suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOADED = """
import sys

def test_nothing():
    pass

def pytest_sessionfinish():
    ours = sorted(name for name in sys.modules if name.startswith("cronofy_cli"))
    sys.stderr.write("OURS " + " ".join(ours) + "\\n")
    sys.stderr.write("ALL " + " ".join(sorted(sys.modules)) + "\\n")
"""
OURS_AT_COLLECTION = "OURS cronofy_cli cronofy_cli.testing cronofy_cli.testing.pytest_plugin\n"
USES = """
def test_an_event(cronofy_simulator):
    calendar = cronofy_simulator.account().calendar("Work")
    assert calendar.add_event("Lunch").summary == "Lunch"
"""
EACH_ITS_OWN = """
import json, urllib.request
from datetime import timedelta
import pytest

@pytest.mark.parametrize("number", range(200))
def test_a_world(cronofy_simulator, number):
    world = cronofy_simulator
    today = world.now.date()
    world.account().calendar("Work").add_event(f"Mine {number}")

    call = urllib.request.Request(
        f"{world.url}/v1/events?tzid=Etc/UTC&from={today}&to={today + timedelta(days=3)}",
        headers={"Authorization": f"Bearer {world.access_token}"},
    )
    with urllib.request.urlopen(call) as answer:
        titles = [event["summary"] for event in json.load(answer)["events"]]

    assert [title for title in titles if title.startswith("Mine")] == [f"Mine {number}"]
    assert [request.path for request in world.requests] == ["/v1/events"]
"""
DURATIONS = """
from statistics import median

durations = {"setup": [], "call": [], "teardown": []}

def pytest_runtest_logreport(report):
    durations[report.when].append(report.duration * 1000)

def pytest_terminal_summary(terminalreporter):
    medians = ", ".join(f"{when} {median(found):.2f} ms" for when, found in durations.items())
    terminalreporter.write_line(f"at the median: {medians}")
"""


def test_nothing_is_loaded_until_a_fixture_is_used(tmp_path: Path) -> None:
    """A suite that does not use it has one module of ours, which imports nothing; and nothing is started."""
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "conftest.py").write_text(LOADED)
    (suite / "test_it.py").write_text("def test_nothing():\n    pass\n")

    with_it = run_suite(suite, environment(tmp_path))
    without = run_suite(suite, environment(tmp_path), "-p", "no:cronofy")

    assert with_it.returncode == 0, with_it.stdout + with_it.stderr
    assert OURS_AT_COLLECTION in with_it.stderr
    assert _all(with_it.stderr) - _all(without.stderr) <= set(OURS_AT_COLLECTION.split())


def test_a_suite_with_the_fixture(tmp_path: Path) -> None:
    """With the package installed, a test asks for the fixture and has a simulator; nothing else is set up."""
    (tmp_path / "test_it.py").write_text(USES)

    done = run_suite(tmp_path / "test_it.py", environment(tmp_path), "-W", "error")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_our_own_suite_is_not_disturbed(pytestconfig: pytest.Config) -> None:
    """These tests import the tree that they are in, wherever the installed plugin is."""
    assert pytestconfig.pluginmanager.is_blocked("cronofy")


def test_the_fixtures_are_listed(tmp_path: Path) -> None:
    """`pytest --fixtures` explains them."""
    (tmp_path / "test_it.py").write_text(USES)

    done = run_suite(tmp_path / "test_it.py", environment(tmp_path), "--fixtures")

    assert "cronofy_simulator " in done.stdout
    assert "A simulated Cronofy of this test's own" in done.stdout


def test_two_hundred_worlds_on_four_workers(tmp_path: Path) -> None:
    """Each test has its own world: none sees another's events, and none another's calls."""
    (tmp_path / "test_it.py").write_text(EACH_ITS_OWN)

    (tmp_path / "conftest.py").write_text(DURATIONS)

    done = run_suite(tmp_path / "test_it.py", environment(tmp_path), "-n", "4")

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    sys.stdout.write("\n".join(re.findall(r"at the median.*|200 passed.*", done.stdout)))
    assert "200 passed" in done.stdout


def test_beside_a_simulator_that_runs(tmp_path: Path) -> None:
    """Below `simulator exec` the fixture uses that simulator, and starts none: its command is not even looked at."""
    (tmp_path / "test_it.py").write_text(USES)
    variables = environment(tmp_path) | {"CRONOFY_SIMULATOR_COMMAND": "no-such-program"}

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cronofy_cli",
            "simulator",
            "exec",
            "--",
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "test_it.py",
        ],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    """The test's error says which variable names a program that cannot be run."""
    (tmp_path / "test_it.py").write_text(USES)
    variables = environment(tmp_path) | {"CRONOFY_SIMULATOR_COMMAND": "no-such-program --at all"}

    done = run_suite(tmp_path / "test_it.py", variables)

    assert "CRONOFY_SIMULATOR_COMMAND: 'no-such-program' cannot be run: No such file or directory" in done.stdout


KILLED = """
import os, signal
from cronofy_cli.testing.simulator import Simulator

with Simulator.start() as simulator:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.killpg(0, signal.SIGINT)
    for _ in range(20):
        simulator.world().close()
    print(simulator.url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_suite_that_is_killed(tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """Ctrl-C is for the suite, which may still need its simulator; however a run ends, that ends with it."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    port = int(done.stdout.rpartition(":")[2])

    def is_gone() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return True
        return False

    wait_until(is_gone)


CONFLICTS = {"typer": "0.4.0", "httpx": "0.13.3", "starlette": "0.12.0", "msgspec": "0.3.0", "uvicorn": "0.8.0"}


@pytest.fixture
def conflicting(tmp_path: Path) -> str:
    """The Python of a virtual environment with pytest, this package, and old versions of what it depends on."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = next((tmp_path / "venv" / "lib").glob("python*")) / "site-packages"
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        distribution = importlib.metadata.distribution(name)
        for part in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            (site / part).symlink_to(str(distribution.locate_file(part)))
    for name, version in CONFLICTS.items():
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(f"raise ImportError('{name} {version} is not for cronofy-cli')\n")
        metadata = site / f"{name}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (site / "cronofy_cli").symlink_to(REPOSITORY / "cronofy_cli")
    metadata = site / "cronofy_cli-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cronofy-cli\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text(entry_point_text())
    return str(python)


def test_in_an_environment_of_conflicting_versions(tmp_path: Path, conflicting: str) -> None:
    """The suite's environment holds other versions of our dependencies: the simulator comes from another command, and
    of this package only `testing` is loaded."""
    (tmp_path / "conftest.py").write_text(LOADED.replace("def test_nothing():\n    pass\n", ""))
    (tmp_path / "test_it.py").write_text(USES)
    variables = {name: value for name, value in environment(tmp_path).items() if name != "PYTHONPATH"}
    command = f"env PYTHONPATH={REPOSITORY} {sys.executable} -m cronofy_cli"

    done = run_suite(
        tmp_path / "test_it.py", variables | {"CRONOFY_SIMULATOR_COMMAND": command}, "-p", "cronofy", python=conflicting
    )
    without = run_suite(tmp_path / "test_it.py", variables, python=conflicting)

    assert done.returncode == 0, done.stdout + done.stderr
    ours = re.findall(r"^OURS (.*)$", done.stderr, re.MULTILINE)[0].split()
    assert "cronofy_cli.testing.world" in ours
    assert [name for name in ours if name != "cronofy_cli" and not name.startswith("cronofy_cli.testing")] == []
    assert not _all(done.stderr) & {*CONFLICTS, "asyncio"}
    assert without.returncode == 1
    assert "can be named in CRONOFY_SIMULATOR_COMMAND" in without.stdout


def _all(stderr: str) -> set[str]:
    return set(re.findall(r"^ALL (.*)$", stderr, re.MULTILINE)[0].split())
