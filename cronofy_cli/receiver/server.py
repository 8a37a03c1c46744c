"""The listener: an HTTP server on this machine that records what Cronofy posts before it answers.

Its event loop has a thread of its own, so that the program's main thread stays free for signals. It accepts
connections, holds them to their time limits, and ends them.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.errors import Unreachable, WrongUsage
from cronofy_cli.receiver.acceptor import Acceptor, affordable
from cronofy_cli.receiver.gate import Gate, Limits, refused
from cronofy_cli.receiver.protocol import Connection
from cronofy_cli.receiver.reader import take_no_note
from cronofy_cli.receiver.recorder import Assessor, Recorder, always

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from datetime import datetime

    from cronofy_cli.adapters.history import History, Moments, TargetsOf
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.receiver.recorder import AnswerDecider

HOST: Final = "127.0.0.1"
_BIGGEST_PORT: Final = 65535
_WAITING_CONNECTIONS: Final = 1024
"""That the system holds until they are accepted; with few, some of a burst are dropped."""
_TICK_S: Final = 0.25
"""How often time limits are looked at."""
_MARGIN_S: Final = 5.0
"""How much longer than its connections the thread itself may take to end."""


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """What is served, and how it is answered."""

    paths: tuple[str, ...]
    """Of the requests that may enter."""
    context: str
    """The data center, as the history calls it."""
    client_secrets: tuple[ClientSecret, ...] = ()
    policy: SignaturePolicy = SignaturePolicy.STRICT
    port: int = 0
    """0 takes any that is free."""
    host: str = HOST
    """The address of this machine that is listened on."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ListenerCalls:
    """Whom the listener tells what, on its own thread, which must not be kept waiting."""

    recorded: Callable[[Sequence[Delivery]], None]
    trouble: Callable[[CronofyError], None]
    failed: OnFailed
    decide: AnswerDecider | None = None
    """Says what a good delivery is answered, in the place of 200."""
    targets_of: TargetsOf | None = None
    """Says where a delivery is to be forwarded to."""
    answered: Callable[[Moments], None] = take_no_note
    """When deliveries were on the disk and answered."""
    recording: Callable[[CronofyError | None], None] = take_no_note
    """Why what arrives is not recorded, once; None when it is again."""
    serves: Callable[[], bool] = always
    """Whether to record; otherwise requests that may enter are answered 503."""


class Listener(Worker):
    """The receiving server."""

    def __init__(
        self,
        settings: ListenerSettings,
        calls: ListenerCalls,
        open_history: Callable[[], History],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__("listener", calls.failed)
        self._settings = settings
        self._calls = calls
        self._open_history = open_history
        self._clock = clock
        self._gate = Gate(settings.paths)
        self._grace_s = 0.0
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.answered = Counter[int]()
        """How many requests were answered with each status."""
        self.port = settings.port
        """The port that is listened on; before `start`, the one that was asked for."""

    def start(self) -> None:
        """Bind the port and serve it from now on.

        Raises:
            WrongUsage: the port is taken, or is none that you may use.
            Unreachable: this machine has no such address.
            HistoryUnavailable: what arrives could not be recorded.
        """
        super().start()

    def stop(self, limit_s: float = 2.0) -> bool:
        """Accept nothing new, let requests that are being read or answered end within the limit, and close."""
        self._grace_s = limit_s
        return super().stop(limit_s + _MARGIN_S)

    def _open(self, stack: ExitStack) -> None:
        history = stack.enter_context(self._open_history())
        history.check_may_write()
        self._bound = stack.enter_context(_bind(self._settings.host, self._settings.port))
        self.port = self._bound.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        stack.callback(self._loop.close)
        self._stop = asyncio.Event()
        self._connections = Acceptor(affordable(self._settings.limits.connections))
        assessor = Assessor(self._settings.client_secrets, self._settings.policy, self._settings.context)
        self._recorder = Recorder(
            history,
            assessor,
            defer=self._loop.call_soon,
            to_loop=self._on_loop,
            on_recorded=self._calls.recorded,
            on_answered=self._calls.answered,
            clock=self._clock,
            on_trouble=self._calls.trouble,
            on_recording=self._calls.recording,
            decide=self._calls.decide,
            targets_of=self._calls.targets_of,
            serves=self._calls.serves,
        )

    def _work(self) -> None:
        assert self._loop is not None
        self._loop.run_until_complete(self._serve(self._loop))
        if self._fault is not None:
            raise self._fault

    def _wake(self) -> None:
        if self._loop is not None:
            self._on_loop(self._stop.set)

    def _on_loop(self, callback: Callable[[], object]) -> None:
        """Call back on the loop's thread; after the end there is no connection left to answer."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(callback)

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(self._on_exception)
        self._bound.setblocking(False)
        accepting = loop.create_task(self._connections.accept(self._bound, lambda: self._connection(loop), self._stop))
        while not self._stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._stop.wait()
            for connection in self._connections:
                connection.expire(loop.time())
        await accepting
        self._bound.close()
        await self._end_connections()

    def _connection(self, loop: asyncio.AbstractEventLoop) -> Connection:
        return Connection(
            handler=self._recorder.receive,
            gate=self._gate,
            limits=self._settings.limits,
            clock=self._clock,
            monotonic_s=loop.time,
            on_made=self._connections.add,
            on_lost=self._connections.discard,
            on_refused=self._refused,
            answered=self.answered,
        )

    def _refused(self, status: int) -> None:
        self._calls.trouble(refused(status, self._settings.limits))

    async def _end_connections(self) -> None:
        for connection in self._connections:
            connection.finish()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace_s):
                await self._connections.all_gone()
        for connection in self._connections:
            connection.abort()
        await self._connections.all_gone()

    def _on_exception(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Pass over broken connections and missing file descriptors: the sender tries again. A bug ends the worker."""
        exception = context.get("exception")
        if exception is not None and not isinstance(exception, OSError):
            self._fault = self._fault or exception
            self._stop.set()


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _BIGGEST_PORT:
        raise WrongUsage(f"{port} is not a port", hint=f"use one up to {_BIGGEST_PORT}, or 0 for any that is free")
    # asyncio sets TCP_NODELAY only where the protocol is named.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows this option would let two programs have the port.
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_WAITING_CONNECTIONS)
    except OSError as error:
        bound.close()
        raise _cannot_listen(error, host, port) from error
    return bound


def _cannot_listen(error: OSError, host: str, port: int) -> CronofyError:
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
    return Unreachable(f"cannot listen on {host}:{port}: {error.strerror}", hint="check this machine's network set-up")
