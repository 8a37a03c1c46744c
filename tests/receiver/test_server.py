"""Starting and stopping the listener."""

from __future__ import annotations

import errno
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import History, open_history
from cronofy_cli.errors import Unreachable, WorkerFailed, WrongUsage
from cronofy_cli.receiver.server import Listener, ListenerCalls, ListenerSettings, _cannot_listen
from tests.histories import turned_into
from tests.ports import free_port
from tests.receiver.receiving import NOW, PATIENCE_S, Wire, post, receiving, running, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import TargetsOf
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery


def listener(folder: Path, port: int) -> Listener:
    """Return a listener on a port."""
    return Listener(
        ListenerSettings(("/",), "uk", port=port),
        ListenerCalls(_take_no_note, _take_no_note, _take_no_note),
        lambda: open_history(folder / "history.db"),
        lambda: NOW,
    )


def _take_no_note(_what: object) -> None:
    """Nothing is looked at here."""


def test_port_taken(tmp_path: Path) -> None:
    """A port that another program has is a wrong usage, and the hint names it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(WrongUsage, match=f"port {port} is taken") as caught:
            listener(tmp_path, port).start()
    assert caught.value.hint is not None
    assert str(port) in caught.value.hint


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_port(tmp_path: Path, port: int) -> None:
    """A number that is no port is a wrong usage."""
    with pytest.raises(WrongUsage, match="is not a port") as caught:
        listener(tmp_path, port).start()
    assert caught.value.hint == "use one up to 65535, or 0 for any that is free"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_port_for_others(number: int) -> None:
    """A port that the system keeps for itself is a wrong usage, and the hint says which ones are not."""
    error = _cannot_listen(OSError(number, "Permission denied"), "127.0.0.1", 80)

    assert isinstance(error, WrongUsage)
    assert error.message == "you may not listen on port 80"
    assert error.hint == "use a port above 1023 instead of 80, or port 0 for any that is free"


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    """An address that this machine has not is named."""
    settings = ListenerSettings(("/",), "uk", host="192.0.2.1")
    calls = ListenerCalls(_take_no_note, _take_no_note, _take_no_note)
    elsewhere = Listener(settings, calls, lambda: open_history(tmp_path / "history.db"), lambda: NOW)

    with pytest.raises(Unreachable, match=r"cannot listen on 192\.0\.2\.1:0: ") as caught:
        elsewhere.start()
    assert caught.value.hint == "check this machine's network set-up"


def test_ports_are_free_again(tmp_path: Path) -> None:
    """After a stop the port can be had again at once, and stopping twice or unstarted does no harm."""
    listener(tmp_path, 0).stop()
    port = free_port()
    first = listener(tmp_path, port)
    first.start()
    assert first.stop()
    assert first.stop()
    with running(listener(tmp_path, port)) as second:
        assert second.port == port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def test_stop_lets_requests_end(tmp_path: Path) -> None:
    """A request that is under way when the listener stops is read, recorded and answered; the idle are let go."""
    with receiving(tmp_path) as receiver:
        idle, busy = receiver.wire(), receiver.wire()
        assert (idle.ask(post()), busy.ask(post())) == (200, 200)
        request = post()
        busy.send(request[:40])
        receiver.await_recorded(2)
        # The idle one is let go as the stopping begins: then the other is still in the middle of its request.

        def send_rest() -> None:
            assert idle.is_closed()
            busy.send(request[40:])

        rest = threading.Thread(target=send_rest)
        rest.start()
    rest.join()
    with idle, busy:
        assert busy.answer().status == 200
        assert busy.is_closed()
    assert len(stored(tmp_path)) == 3


def test_nothing_new_enters_while_it_stops(tmp_path: Path) -> None:
    """A connection that comes while the last request ends is refused, and is not left waiting for an answer."""
    stopping = listener(tmp_path, 0)
    stopping.start()
    request = post(path="/")
    with Wire(stopping.port) as idle, Wire(stopping.port) as busy, ThreadPoolExecutor(1) as pool:
        assert (idle.ask(request), busy.ask(request)) == (200, 200)
        busy.send(request[:40])
        has_ended = pool.submit(stopping.stop, PATIENCE_S)
        assert idle.is_closed()
        with pytest.raises(ConnectionRefusedError):
            Wire(stopping.port)
        busy.send(request[40:])
        assert busy.answer().status == 200
        assert has_ended.result(PATIENCE_S)


def test_while_another_one_serves(tmp_path: Path) -> None:
    """What may enter is answered 503 and not recorded, and the connection ends: the next one may lead elsewhere."""
    is_serving = [False]
    with receiving(tmp_path, serves=lambda: is_serving[0]) as receiver, receiver.wire() as first:
        assert first.ask(post(path="/other")) == 404
        first.send(post())
        answer = first.answer()
        assert (answer.status, answer.headers["Connection"]) == (503, "close")
        assert first.is_closed()
        is_serving[0] = True
        with receiver.wire() as second:
            assert (second.ask(post()), second.ask(post())) == (200, 200)
        assert receiver.troubles == []
    assert len(stored(tmp_path)) == 2


def test_another_address(tmp_path: Path) -> None:
    """It can listen on one address of the machine, or on all, of either family."""
    for host, reached in (("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "127.0.0.1"), ("::1", "::1")):
        settings = ListenerSettings(("/",), "uk", host=host)
        calls = ListenerCalls(_take_no_note, _take_no_note, _take_no_note)
        opened = lambda: open_history(tmp_path / "history.db")  # noqa: E731
        with running(Listener(settings, calls, opened, lambda: NOW)) as there:
            socket.create_connection((reached, there.port), timeout=PATIENCE_S).close()


def test_stop_has_a_limit(tmp_path: Path) -> None:
    """Someone who never ends a request cannot keep the listener from ending."""
    stubborn = listener(tmp_path, 0)
    stubborn.start()
    with socket.create_connection(("127.0.0.1", stubborn.port), timeout=PATIENCE_S) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n")
        assert stubborn.stop(limit_s=0.1)
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_a_fault_is_reported(tmp_path: Path) -> None:
    """A bug in what records ends the listener with its name and place: it never answers on as if all were well."""

    class Broken(History):
        def receive(
            self, arrivals: Sequence[Arrival], targets_of: TargetsOf | None = None, *, is_final: bool = False
        ) -> Sequence[Delivery]:
            raise UnicodeDecodeError("utf-8", b"\xc1", 0, 1, f"{len(arrivals)} of them, to {targets_of}, {is_final}")

    def broken() -> History:
        return turned_into(Broken, open_history(tmp_path / "history.db"))

    with receiving(tmp_path, opened=broken) as receiver, receiver.wire() as wire:
        wire.send(post())
        with suppress(ConnectionResetError):
            assert wire.is_closed()

    [failure] = receiver.troubles
    assert isinstance(failure, WorkerFailed)
    assert failure.message.startswith("listener failed: UnicodeDecodeError: ")
