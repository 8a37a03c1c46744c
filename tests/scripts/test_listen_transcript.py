"""What a person sees of a whole run of `cronofy listen`, held byte for byte."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.golden_files import check_golden
from tests.outbound.app import OK, answer_of, running_app
from tests.scripts.listening import edit, open_channels
from tests.sender import post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.outbound.app import App, Received
    from tests.support import Cli

LIMIT_S = 60.0
DAY = (datetime.now(UTC) + timedelta(days=60)).date()
"""Within the sync window, and written with its month."""
INVITE = b'{"notification":{"type":"smart_invite"}}'
PARTS = (
    (r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT"),
    (r"/r/[\w-]{5,}", "/r/PATH"),
    (r"chn_\w+", "chn_ID"),
    (r"\d\d:\d\d:\d\d(?!Z)", "HH:MM:SS"),
    (r"\d\d:\d\d:\d\dZ", "HH:MM:SSZ"),
    (r"\d+ ms", "N ms"),
    (r"\d{4}-\d\d-\d\dT", "YYYY-MM-DDT"),
    (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w{3}( \d{4})?", "DAY"),
)
"""What differs from run to run."""


class Transcript:
    """Both streams of a run in one, as a terminal shows them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str) -> str:
        """Return the first line with a text, once it is there."""

        def found() -> str | None:
            return next((line for line in self._lines if text in line), None)

        with self._changed:
            assert self._changed.wait_for(found, LIMIT_S), self._lines
            return found() or ""

    def end(self) -> str:
        """Press Ctrl-C, and return everything with what differs from run to run made the same."""
        self._process.send_signal(signal.SIGINT)
        exit_code = self._process.wait(LIMIT_S)
        self._reader.join()
        text = "".join(self._lines)
        for pattern, name in PARTS:
            text = re.sub(pattern, name, text)
        return f"{text}exit code {exit_code}\n"

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()


@contextmanager
def transcript_of(cli: Cli, *arguments: str) -> Iterator[Transcript]:
    """Run a command; it is killed at the end if it still runs."""
    with subprocess.Popen(
        cli.command(*arguments),
        env=cli.environment,
        cwd=cli.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Transcript(process)
        finally:
            process.kill()


@pytest.fixture
def app() -> Iterator[App]:
    """An application."""
    with running_app() as app:
        yield app


class Answers:
    """Answers when it is told to, so that lines come in one order."""

    def __init__(self) -> None:
        self._turns = threading.Semaphore(0)
        self._answer = b""

    def __call__(self, _received: Received) -> bytes:
        """Wait for the turn, and answer."""
        assert self._turns.acquire(timeout=LIMIT_S)
        return self._answer

    def give(self, answer: bytes) -> None:
        """Give the answer to one request."""
        self._answer = answer
        self._turns.release()


def test_a_whole_run(cli: Cli, simulator: SimulatorServer, app: App) -> None:
    """Ready, a change with its event and its forward, one that the application fails on, one that is not signed."""
    app.answer = answers = Answers()
    options = ("--print", "compact", "--color", "never", "--forward", f"change={app.port}/hook")
    with transcript_of(cli, "listen", "--data-center", "simulator", *options) as transcript:
        transcript.wait_for("Ready.")
        edit(cli, "add", "Lunch", "--start", f"{DAY}T12:00", "--end", f"{DAY}T13:00", "--tzid", "Europe/London")
        transcript.wait_for('+ "Lunch"')
        answers.give(OK)
        transcript.wait_for("-> 200 in ")
        edit(cli, "move", "Lunch", "--by", "90m")
        transcript.wait_for('~ "Lunch"')
        answers.give(answer_of(500, b"boom", "Content-Type: text/plain"))
        transcript.wait_for("-> 500 in ")
        [channel] = open_channels(cli)
        assert post(channel["callback_url"], INVITE, secret=None) == 401
        transcript.wait_for("hint   ")
        content = transcript.end()

    check_golden("listen-transcript.txt", content.encode())
