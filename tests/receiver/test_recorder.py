"""What is answered 2xx is on disk, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignaturePolicy, SignatureState
from cronofy_cli.errors import HistoryUnavailable
from tests.histories import connection_of
from tests.receiver.receiving import BODY, SECRET, Wire, post, receiving, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.signature import ClientSecret

CONNECTIONS = 64
REPOSITORY = Path(__file__).parents[2]
FORGED, UNSIGNED = post(secret="forged"), post(secret=None)


@pytest.mark.parametrize(
    ("policy", "secrets", "request_", "status", "state"),
    [
        (SignaturePolicy.STRICT, (SECRET,), post(), 200, SignatureState.VALID),
        (SignaturePolicy.STRICT, (SECRET,), FORGED, 401, SignatureState.INVALID),
        (SignaturePolicy.STRICT, (SECRET,), UNSIGNED, 401, SignatureState.UNSIGNED),
        (SignaturePolicy.STRICT, (), FORGED, 200, SignatureState.UNKNOWN),
        (SignaturePolicy.WARN, (SECRET,), post(), 200, SignatureState.VALID),
        (SignaturePolicy.WARN, (SECRET,), FORGED, 200, SignatureState.INVALID),
        (SignaturePolicy.WARN, (SECRET,), UNSIGNED, 200, SignatureState.UNSIGNED),
        (SignaturePolicy.OFF, (SECRET,), post(), 200, SignatureState.UNKNOWN),
        (SignaturePolicy.OFF, (SECRET,), UNSIGNED, 200, SignatureState.UNKNOWN),
    ],
)
def test_policy(
    tmp_path: Path,
    policy: SignaturePolicy,
    secrets: tuple[ClientSecret, ...],
    request_: bytes,
    status: int,
    state: SignatureState,
) -> None:
    """The policy decides about the answer; the verdict, the reading and the answer are recorded in every case."""
    with receiving(tmp_path, policy=policy, secrets=secrets) as receiver, receiver.wire() as wire:
        assert wire.ask(request_) == status

        (delivery,) = receiver.await_recorded(1)
    assert stored(tmp_path) == [delivery]
    assert (delivery.verdict.state, delivery.answer_status, delivery.context) == (state, status, "uk")
    assert (delivery.notification.type, delivery.notification.channel_id) == ("change", "chn_1")
    assert delivery.verdict.secret_label == ("current" if state is SignatureState.VALID else None)


def test_unreadable_body(tmp_path: Path) -> None:
    """A body that is not JSON, or has no notification, is taken like any other."""
    bodies = [b"", b"\xff\x00", b'{"event":1}', b"[" * 100_000]
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        assert [wire.ask(post(body)) for body in bodies] == [200] * 4
    assert [delivery.request.body for delivery in stored(tmp_path)] == bodies


def test_locked(tmp_path: Path) -> None:
    """While another program holds the history, nothing is acknowledged; that is told once, and passes with the lock."""
    with (
        open_history(tmp_path / "history.db") as other,
        receiving(tmp_path) as receiver,
        receiver.wire() as wire,
    ):
        connection_of(other).execute("BEGIN EXCLUSIVE")
        wire.send(post() + FORGED)
        assert (wire.answer().status, wire.answer().status) == (503, 503)
        assert wire.ask(post()) == 503
        connection_of(other).execute("ROLLBACK")

        assert wire.ask(post()) == 200
        (trouble,) = receiver.troubles
    assert isinstance(trouble, HistoryUnavailable)
    assert "locked" in trouble.message
    assert len(stored(tmp_path)) == 1


def test_full(tmp_path: Path) -> None:
    """Without room nothing is acknowledged, each new row of failures is told once, and its end too: with room it goes
    on.
    """
    history = open_history(tmp_path / "history.db")
    with receiving(tmp_path, opened=lambda: history) as receiver, receiver.wire() as wire:
        connection = connection_of(history)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        for _ in range(2):
            connection.execute(f"PRAGMA max_page_count = {pages + 8}")
            big = post(b"x" * 100_000)
            assert (wire.ask(big), wire.ask(big)) == (503, 503)
            connection.execute("PRAGMA max_page_count = 1000000")
            assert wire.ask(big) == 200

        full = "the history cannot grow: the disk is full"
        assert [trouble.message for trouble in receiver.troubles] == [full] * 2
        assert receiver.recording == [full, None] * 2
    assert len(stored(tmp_path)) == 2


@contextmanager
def program(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Listen in a process of its own; it is killed at the end."""
    command = [sys.executable, "-m", "tests.receiver.listening_program", str(folder), *arguments]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="file size limits are of POSIX")
def test_no_room(tmp_path: Path) -> None:
    """When the file system refuses to write, what was acknowledged before is there, and nothing else is."""
    bodies = [b"%05d" % number + b"x" * 20_000 for number in range(60)]

    with program(tmp_path, "400000") as (_, port), Wire(port) as wire:
        acknowledged = [body for body in bodies if wire.ask(post(body)) == 200]

    assert 0 < len(acknowledged) < len(bodies)
    assert [delivery.request.body for delivery in stored(tmp_path)] == acknowledged


class Burst:
    """Senders on many connections, each with one notification after the other, until the listener is gone."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._changed = threading.Condition()
        self.acknowledged: list[bytes] = []

    def send(self, sender: int) -> None:
        """Send until the connection breaks, and remember what was acknowledged."""
        number = 0
        try:
            with Wire(self._port) as wire:
                while True:
                    body = BODY + b" " * 500 + b"%d-%d" % (sender, number)
                    if wire.ask(post(body)) == 200:
                        with self._changed:
                            self.acknowledged.append(body)
                            self._changed.notify()
                    number += 1
        except OSError:
            return

    def await_acknowledged(self, count: int) -> None:
        """Wait until so many are acknowledged."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.acknowledged) >= count, 300)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX signal")
def test_kill_9(tmp_path: Path) -> None:
    """Killed amid a burst on 64 connections, the listener has kept every notification that it acknowledged."""
    with program(tmp_path) as (process, port):
        burst = Burst(port)
        senders = [threading.Thread(target=burst.send, args=(number,)) for number in range(CONNECTIONS)]
        for sender in senders:
            sender.start()
        burst.await_acknowledged(2000)
        process.kill()
        for sender in senders:
            sender.join()

    kept = {delivery.request.body for delivery in stored(tmp_path)}
    assert len(burst.acknowledged) >= 2000
    assert set(burst.acknowledged) <= kept
