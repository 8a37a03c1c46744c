"""Fixtures that all tests share."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from cronofy_cli.adapters.simulator.running import RunningSimulator, announce
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.support import COMMAND_LIMIT_S, Cli

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.fakes.secret_service import SecretService
    from tests.postgres_server import PostgresServer


# How long an example takes, or to make one, says nothing on a busy machine; a hang ends at the run's own limit.
settings.register_profile("cronofy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cronofy")

# Whose failure shows the difference, as a test's own.
pytest.register_assert_rewrite("tests.golden_files")

NO_SKIP = "CRONOFY_TEST_NO_SKIP"
"""Set where everything that tests need is installed: then a skipped test is a failed one."""


ENVIRONMENT = pytest.StashKey[dict[str, str]]()
"""The variables that the run began with."""


def pytest_configure(config: pytest.Config) -> None:
    """Let commands be interrupted, and lines be as wide as anywhere.

    In the background of a script, a shell has commands ignore SIGINT, and so their own. A developer's shell may export
    how wide its window is; at a terminal that is called dumb Rich takes 80 columns for whatever it writes to.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    if os.environ.get("TERM") == "dumb":
        del os.environ["TERM"]
    config.stash[ENVIRONMENT] = dict(os.environ)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that leaves the environment otherwise than the run began with: another test would see it."""
    yield
    at_start = item.config.stash[ENVIRONMENT]
    changed = {name for name, _ in at_start.items() ^ os.environ.items()} - {"PYTEST_CURRENT_TEST"}
    for name in changed:
        os.environ.pop(name, None)
    os.environ.update({name: at_start[name] for name in changed & at_start.keys()})
    assert not changed, f"the environment was not put back: {', '.join(sorted(changed))}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where skips are not allowed."""
    report = yield
    if report.skipped and os.environ.get(NO_SKIP):
        report.outcome = "failed"
        report.longrepr = f"skipped although {NO_SKIP} is set: {report.longrepr}"
    return report


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command line, with nothing set up."""
    return Cli(tmp_path)


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A user without a keyring, whose settings and secrets are in files of the test's, and who has none yet."""
    monkeypatch.chdir(tmp_path)
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    return cli


@pytest.fixture
def simulator(cli: Cli) -> Iterator[SimulatorServer]:
    """A simulator that `--data-center simulator` finds."""
    settings = SimulatorSettings(port=0)
    with SimulatorServer(settings) as server:
        announce(
            RunningSimulator(
                server.url, settings.client_id, settings.client_secrets, settings.access_token, os.getpid()
            ),
            cli.environment,
        )
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser; its pages are the tests'."""
    from tests.browser import chromium_browser

    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    """A real Secret Service, unlocked."""
    from tests.fakes.secret_service import missing_programs, secret_service
    from tests.requirements import require_program

    for program in missing_programs():
        require_program(program)
    with secret_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL of this process's tests."""
    from tests.postgres_server import PASSWORD, READER, SECURED, find_programs, running_server
    from tests.requirements import require_module, require_path

    require_module("psycopg")
    with running_server(require_path(find_programs(), "PostgreSQL")) as server:
        server.execute(f"CREATE ROLE {SECURED} LOGIN PASSWORD '{PASSWORD}'")
        server.execute(f"CREATE ROLE {READER} LOGIN")
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database."""
    from tests.postgres_server import SECURED

    name = postgres_server.new_database()
    postgres_server.execute(f"GRANT CREATE ON DATABASE {name} TO {SECURED}")
    yield postgres_server.url(name)
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition of the world outside, looking again and again, with a limit."""

    def wait(condition: Callable[[], bool], limit_s: float = COMMAND_LIMIT_S) -> None:
        deadline = time.monotonic() + limit_s
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, "it did not happen within the limit"
            pause.wait(0.01)

    return wait
