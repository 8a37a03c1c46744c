"""The listener: an HTTP server on this machine that records what Cronofy posts before it answers.

Its event loop has a thread of its own, so that the program's main thread stays free for signals. What happens on that
thread is in `service`.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.errors import Unreachable, WrongUsage
from cronofy_cli.receiver.gate import Gate
from cronofy_cli.receiver.limits import Limits
from cronofy_cli.receiver.recorder import Recorder
from cronofy_cli.receiver.service import BACKLOG, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Arrival, Delivery
    from cronofy_cli.core.signature import ClientSecret, SignaturePolicy
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.receiver.recorder import AnswerDecider

HOST: Final = "127.0.0.1"
_BIGGEST_PORT: Final = 65535


class Listener:
    """The receiving server. `start` it, then `stop` it; or use it as a context manager."""

    def __init__(
        self,
        *,
        paths: Iterable[str],
        history: History,
        client_secrets: Callable[[], Sequence[ClientSecret]],
        policy: SignaturePolicy,
        context: str,
        clock: Callable[[], datetime],
        on_recorded: Callable[[Sequence[Delivery]], None],
        on_trouble: Callable[[CronofyError], None],
        port: int = 0,
        limits: Limits | None = None,
        decide: AnswerDecider | None = None,
    ) -> None:
        """Prepare to serve POST on `paths` of a local port (0: any that is free).

        Between `start` and `stop` the history belongs to the listener's thread. `client_secrets`, `clock`,
        `on_recorded` (such as `Backlog.put`), `on_trouble` and `decide` are called on it and must not keep it waiting.
        """
        self._recorder = Recorder(
            # Another one's decision is written to the delivery at once, so it has to be in its own place.
            record=history.receive if decide is None else partial(_recorded, history),
            client_secrets=client_secrets,
            policy=policy,
            context=context,
            defer=_at_next_turn,
            on_recorded=on_recorded,
            on_trouble=on_trouble,
            decide=decide,
            to_loop=self._on_loop,
        )
        self._service = Service(gate=Gate(paths), limits=limits or Limits(), clock=clock)
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Future[float] | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that is listened on; before `start`, the one that was asked for."""
        return self._port

    def start(self) -> None:
        """Bind the port and serve it from now on. A listener starts once.

        Raises:
            WrongUsage: the port is taken, or is none that you may use.
            Unreachable: this machine has no such address.
        """
        bound = _bind(self._port)
        self._port = bound.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = self._loop.create_future()
        serving = self._service.serve(bound, self._recorder.receive, self._stop)
        self._thread = Thread(target=_run, args=(self._loop, serving), name="cronofy-listener", daemon=True)
        self._thread.start()

    def stop(self, limit_s: float = 2.0) -> None:
        """Accept nothing new, let requests that are being read or answered end within the limit, and close."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set_result, limit_s)
        self._thread.join()
        self._thread = None

    def _on_loop(self, callback: Callable[[], None]) -> None:
        """Call back on the loop's thread; after the end there is nobody left to answer."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(callback)


def _run(loop: asyncio.AbstractEventLoop, serving: Coroutine[object, None, None]) -> None:
    try:
        loop.run_until_complete(serving)
    finally:
        loop.close()


def _recorded(history: History, arrivals: Sequence[Arrival]) -> Sequence[Delivery]:
    return history.record([arrival.read() for arrival in arrivals])


def _at_next_turn(callback: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(callback)


def _bind(port: int) -> socket.socket:
    if not 0 <= port <= _BIGGEST_PORT:
        raise WrongUsage(f"{port} is not a port", hint=f"use one up to {_BIGGEST_PORT}, or 0 for any that is free")
    # asyncio sets TCP_NODELAY only where the protocol is named.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows this option would let two programs have the port.
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise _cannot_listen(error, port) from error
    return bound


def _cannot_listen(error: OSError, port: int) -> CronofyError:
    if error.errno == errno.EADDRINUSE:
        return WrongUsage(
            f"port {port} is taken",
            hint=f"end the program that listens on port {port}, or use port 0 for any that is free",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return WrongUsage(
            f"you may not listen on port {port}",
            hint=f"use a port above 1023 instead of {port}, or port 0 for any that is free",
        )
    return Unreachable(f"cannot listen on {HOST}:{port}: {error.strerror}", hint="check this machine's network set-up")
