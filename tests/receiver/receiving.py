"""A listener on this machine, and the wire to it: bytes out, answers in."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition
from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import HEADER, ClientSecret, SignaturePolicy, sign
from cronofy_cli.receiver.gate import Limits
from cronofy_cli.receiver.recorder import always
from cronofy_cli.receiver.server import Listener, ListenerCalls, ListenerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import History, Moments
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.receiver.recorder import AnswerDecider

PATH = "/r/k3v9unguessable"
SECRET = ClientSecret("current", "a-client-secret")
BODY = b'{"notification":{"type":"change","changes_since":"2026-04-19T09:24:16Z"},"channel":{"channel_id":"chn_1"}}'
NOW = datetime(2026, 4, 19, 9, 24, 16, 123456, tzinfo=UTC)
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]


class Wire:
    """A connection to the listener that sends exactly the bytes that it is told to."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._socket.sendall(data)

    def end_sending(self) -> None:
        """Say that nothing more will be sent; answers can still be read."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break the connection off."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self._socket.close()

    def answer(self) -> Answer:
        """Wait for the next answer."""
        while b"\r\n\r\n" not in self._received:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("closed instead of answered")
            self._received += data
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode().split("\r\n")
        return Answer(int(status_line.split()[1]), dict(line.split(": ", 1) for line in lines))

    def is_closed(self) -> bool:
        """Wait for the other side to close; false if it sends something instead."""
        return not self._received and not self._socket.recv(1)

    def ask(self, data: bytes) -> int:
        """Send a request and return the answer's status."""
        self.send(data)
        return self.answer().status


@dataclass
class Receiver:
    """A running listener, what it recorded, and what it reported."""

    port: int = 0
    recorded: list[Delivery] = field(default_factory=list)
    troubles: list[CronofyError] = field(default_factory=list)
    recording: list[str | None] = field(default_factory=list)
    """Why nothing was recorded; None when it was again."""
    _changed: Condition = field(default_factory=Condition)

    def take(self, batch: Sequence[Delivery]) -> None:
        """Remember what was recorded."""
        with self._changed:
            self.recorded.extend(batch)
            self._changed.notify_all()

    def trouble(self, error: CronofyError) -> None:
        """Remember what went wrong."""
        with self._changed:
            self.troubles.append(error)
            self._changed.notify_all()

    def take_recording(self, error: CronofyError | None) -> None:
        """Remember whether it records."""
        self.recording.append(None if error is None else error.message)

    def await_recorded(self, count: int) -> list[Delivery]:
        """Wait until so many deliveries were handed on, and return all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.recorded) >= count, PATIENCE_S)
            return list(self.recorded)

    def wire(self) -> Wire:
        """Connect."""
        return Wire(self.port)


@contextmanager
def receiving(
    folder: Path,
    *,
    policy: SignaturePolicy = SignaturePolicy.STRICT,
    secrets: Sequence[ClientSecret] = (SECRET,),
    limits: Limits | None = None,
    opened: Callable[[], History] | None = None,
    decide: AnswerDecider | None = None,
    on_recorded: Callable[[Sequence[Delivery]], None] | None = None,
    on_answered: Callable[[Moments], None] | None = None,
    serves: Callable[[], bool] = always,
) -> Iterator[Receiver]:
    """Run a listener that serves PATH and records in `folder`, through a history that `opened` has opened."""
    receiver = Receiver()
    listener = Listener(
        ListenerSettings((PATH,), "uk", tuple(secrets), policy, limits=limits or Limits()),
        ListenerCalls(
            on_recorded or receiver.take,
            receiver.trouble,
            receiver.trouble,
            decide,
            answered=on_answered or _take_no_note,
            serves=serves,
            recording=receiver.take_recording,
        ),
        opened or (lambda: open_history(folder / "history.db")),
        lambda: NOW,
    )
    with running(listener):
        receiver.port = listener.port
        yield receiver


def _take_no_note(_: object) -> None:
    pass


@contextmanager
def running(listener: Listener) -> Iterator[Listener]:
    """Have a listener listen inside the `with`."""
    try:
        listener.start()
        yield listener
    finally:
        listener.stop()


def stored(folder: Path) -> list[Delivery]:
    """Return everything that the listener recorded in `folder`, oldest first."""
    with open_history(folder / "history.db", read_only=True) as history:
        return history.latest(1_000_000)


def post(
    body: bytes = BODY,
    *headers: str,
    path: str = PATH,
    secret: str | None = SECRET.value,
    method: str = "POST",
    version: str = "1.1",
) -> bytes:
    """Return a request as it goes over the wire, signed unless there is no secret."""
    signature = [] if secret is None else [f"{HEADER}: {sign(body, [secret])}"]
    lines = [f"{method} {path} HTTP/{version}", "Host: x", *signature, f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
