"""Signing in as a user does: with a real browser, with a real keyring, and with nobody getting to see a secret."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.auth.browsers import handing_on_browser, redirected_to
from tests.auth.simulated import log_in, secrets_in, simulated
from tests.browser import LIMIT_MS
from tests.ports import free_port
from tests.scripts.listening import listening
from tests.support import Cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.fakes.secret_service import SecretService
    from tests.support import Running

    Wait = Callable[[Callable[[], bool]], None]

LIMIT_S = 5.0
"""Within it the tool says that a keyring cannot be used."""
SECRET = "CRN_nobody_may_see_this_one"
READ_KEYRING = """
import os
from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries
print(KeyringEntries(os.environ).read("simulator") is not None)
"""

COUNT_WAITS = """
import sys
from cronofy_cli.adapters.secrets import keyring_entry
limited = keyring_entry.KeyringEntries._limited

def counted(entries, call):
    try:
        return limited(entries, call)
    except keyring_entry.KeyringUnusable as error:
        if "did not answer within" in error.message:
            with open({file!r}, "a") as file:
                print(entries.limit_s, file=file)
        raise

keyring_entry.KeyringEntries._limited = counted
from cronofy_cli.app import main
sys.exit(main())
"""


@pytest.fixture
def home(cli: Cli) -> Cli:
    """A user whose settings are in a folder of the test's, without a keyring."""
    cli.environment["CRONOFY_CONFIG_DIR"] = str(cli.folder / "config")
    return cli


@pytest.fixture
def desktop(home: Cli, service: SecretService) -> Cli:
    """A user with a real Secret Service."""
    del home.environment["PYTHON_KEYRING_BACKEND"]
    home.environment |= service.environment
    return home


class Counting(Cli):
    """The same, but that each time that a keyring was waited for in vain is written down."""

    def __init__(self, cli: Cli) -> None:
        super().__init__(cli.folder)
        self.environment = cli.environment
        self._file = cli.folder / "waited"

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the process's arguments."""
        return [sys.executable, "-c", COUNT_WAITS.format(file=str(self._file)), *map(str, arguments)]

    @property
    def waited_s(self) -> float:
        """How long all commands have waited in vain, in seconds."""
        return sum(map(float, self._file.read_text().split())) if self._file.exists() else 0.0


@contextmanager
def login_in_chromium(home: Cli, chromium: Browser, button: str, wait_until: Wait) -> Iterator[tuple[Running, str]]:
    """Begin to sign in, press a button on the page that opens, and return the command and what the page says then."""
    browser, opened = handing_on_browser(home.folder)
    arguments = ("auth", "login", "--data-center", "simulator", "--port", str(free_port()), "--insecure-storage")
    with home.start(*arguments, environment={"BROWSER": str(browser)}) as running:
        wait_until(opened.exists)
        page = chromium.new_page()
        page.set_default_timeout(LIMIT_MS)
        page.goto(opened.read_text(encoding="utf-8"))
        page.get_by_role("button", name=button).click()
        page.get_by_text("terminal").wait_for()
        yield running, page.inner_text("body")


def test_allow_in_a_real_browser(home: Cli, simulator: SimulatorServer, chromium: Browser, wait_until: Wait) -> None:
    """The page opens, Allow is clicked, the page sends back to the terminal, and the user is signed in."""
    with login_in_chromium(home, chromium, "Allow", wait_until) as (running, said):
        assert running.end() == 0
        assert "janed@company.com" in "\n".join(running.lines)

    assert said == "Approved. You can close this tab and go back to the terminal."
    assert home("auth", "status", "--json").json["signed_in"]
    assert home("auth", "token").stdout.strip() == secrets_in(home)["access_token"]
    assert home("calendars", "list").exit_code == 0


def test_deny_in_a_real_browser(home: Cli, simulator: SimulatorServer, chromium: Browser, wait_until: Wait) -> None:
    """Deny ends with exit code 4 and a sentence, and nothing is kept."""
    with login_in_chromium(home, chromium, "Deny", wait_until) as (running, said):
        assert running.end() == 4
        errors = running.errors

    assert said == "The sign-in did not finish. The terminal says why; you can close this tab."
    assert "error: access was denied in the browser" in errors
    assert any(line.startswith("hint: run it again and choose Allow: cronofy auth login") for line in errors)
    assert not (home.folder / "config" / "secrets").exists()


def test_a_real_keyring(desktop: Cli, simulator: SimulatorServer) -> None:
    """Signing in stores in the keyring and nowhere else, a new process reads there, and signing out removes."""
    assert log_in(desktop).exit_code == 0
    status = desktop("auth", "status", "--json").json
    token = desktop("auth", "token")
    files = [path for path in (desktop.folder / "config").rglob("*") if path.is_file()]

    assert (status["secret_place"], status["secret_store"]) == ("keyring", "keyring.backends.SecretService.Keyring")
    assert (token.exit_code, len(token.stdout.strip()), token.stderr) == (0, 32, "")
    assert not any(token.stdout.strip().encode() in path.read_bytes() for path in files)

    assert desktop("auth", "logout", "--revoke", "--json").json == {
        "context": "simulator",
        "secrets_removed": True,
        "revoked": True,
    }
    assert desktop("auth", "refresh").exit_code == 4
    assert desktop("auth", "logout", "--json").json["secrets_removed"] is False


def test_from_the_keyring_to_a_file(desktop: Cli, simulator: SimulatorServer) -> None:
    """Who wants a file gets one with all that was kept, and no copy stays in the keyring."""
    assert log_in(desktop).exit_code == 0
    assert desktop("auth", "secret", "add", "new", "--client-secret-file", "-", stdin=b"CRN_new").exit_code == 0
    in_keyring = _python(desktop, READ_KEYRING)

    moved = log_in(desktop, "--insecure-storage", "--json")

    assert (in_keyring, _python(desktop, READ_KEYRING)) == ("True\n", "False\n")
    assert (moved.exit_code, moved.json["secret_place"]) == (0, "file")
    assert [secret["label"] for secret in secrets_in(desktop)["client_secrets"]] == ["main", "new"]


@pytest.mark.parametrize("trouble", ["locked", "hanging", "gone"])
def test_a_keyring_that_fails_later(
    desktop: Cli, service: SecretService, simulator: SimulatorServer, trouble: str
) -> None:
    """A keyring that cannot be used is waited for 5 seconds at most: it is said, and the next way is taken, a file."""
    assert log_in(desktop).exit_code == 0
    {"locked": service.lock, "hanging": service.hang, "gone": service.daemon.kill}[trouble]()
    counting = Counting(desktop)

    refused = counting("auth", "token")
    read_s = counting.waited_s
    login = log_in(counting, "--insecure-storage")
    login_s = counting.waited_s - read_s

    assert (refused.exit_code, refused.stdout) == (4, "")
    assert refused.stderr.startswith("error: the keyring ")
    assert (login.exit_code, secrets_in(desktop)["client_secrets"][0]["label"]) == (0, "main")
    assert "warning: the keyring " in login.stderr
    assert str(desktop.folder / "config" / "secrets" / "context-simulator.json") in login.stderr
    assert max(read_s, login_s) < LIMIT_S
    assert (read_s + login_s > 0) is (trouble == "hanging")
    assert desktop("auth", "token").exit_code == 0


def test_no_keyring_and_no_word_for_a_file(home: Cli, simulator: SimulatorServer) -> None:
    """Nothing is kept in a file silently: no browser is opened, and the whole command that allows it is named."""
    refused = log_in(home)

    assert refused.exit_code == 4
    message, hint = refused.stderr.splitlines()
    assert message == "error: the keyring cannot be used: no keyring runs on this machine"
    command = "cronofy auth login --data-center simulator --port [0-9]+ --insecure-storage"
    assert re.fullmatch(f"hint: store them in a private file: {command}", hint)
    assert not (home.folder / "ended").exists()


def test_interrupted_while_the_browser_is_open(home: Cli, simulator: SimulatorServer) -> None:
    """Ctrl-C while waiting for the browser ends with 130, without a traceback and with nothing kept."""
    browser, _ = handing_on_browser(home.folder)
    arguments = ("auth", "login", "--data-center", "simulator", "--port", str(free_port()), "--insecure-storage")
    with home.start(*arguments, environment={"BROWSER": str(browser)}) as running:
        running.wait_for("/oauth/authorize?")
        exit_code = running.stop()

    assert (exit_code, running.lines) == (130, [])
    assert "Traceback" not in "".join(running.errors)
    assert not (home.folder / "config" / "secrets").exists()


def test_nobody_sees_a_secret(home: Cli) -> None:
    """Settings, history, `--verbose` output and the processes' arguments hold no secret while one signs in."""
    (home.folder / "secret.txt").write_text(f"{SECRET}\n", encoding="utf-8")
    with simulated(home, SimulatorSettings(port=0, client_secrets=(SECRET,))), _watched_arguments() as arguments:
        results = [
            log_in(home, "--client-secret-file", "secret.txt", "--insecure-storage", "--verbose"),
            home("calendars", "list", "--verbose"),
        ]
        before = secrets_in(home)
        results += [
            home("auth", "refresh", "--verbose"),
            home("auth", "status", "--json", "--verbose"),
            home("context", "show", "--json"),
        ]
        with listening(home) as run:
            run.running.stop()
        after = secrets_in(home)
        code = parse_qs(urlsplit(redirected_to(home.folder)).query)["code"][0]
        results.append(home("auth", "logout", "--revoke", "--verbose"))

    secrets = {SECRET, code, *(each[name] for each in (before, after) for name in ("access_token", "refresh_token"))}
    assert [result.exit_code for result in results] == [0] * len(results)
    texts = [result.stdout + result.stderr for result in results]
    texts += [*run.running.lines, *run.running.errors, *arguments]
    files = _files_of_the_tool(home)
    texts += [path.read_bytes().decode("latin-1") for path in files]
    assert any("POST" in text and "/oauth/token" in text for text in texts)
    assert any("auth\0login\0" in text for text in arguments)
    assert {"config.toml", "deliveries.db"} <= {path.name for path in files}
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def _python(home: Cli, script: str) -> str:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=home.environment, capture_output=True, text=True, check=True)
    return done.stdout


def _files_of_the_tool(home: Cli) -> list[Path]:
    """Everything that was written and is no secret's place: the simulator's file publishes what it accepts."""
    folders = (home.folder / "config", home.data)
    files = [path for each in folders for path in each.rglob("*") if path.is_file()]
    return [path for path in files if path.name != "context-simulator.json" and path.parent.name != "simulators"]


@contextmanager
def _watched_arguments() -> Iterator[set[str]]:
    """Collect what `ps` shows of every process, all the time."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().decode("utf-8", "replace"))
                except OSError:
                    continue  # it has ended meanwhile

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()
