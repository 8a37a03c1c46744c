"""A simulator in a thread of its own, for programs that do something else meanwhile and for the foreground.

Light to import: what serves is loaded when it starts.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import CronofyError, Unreachable, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.persistence import StoredState
    from cronofy_cli.simulator.world.settings import SimulatorSettings

HOST: Final = "127.0.0.1"
START_LIMIT_S: Final = 15.0
STOP_LIMIT_S: Final = 10.0
MAX_PORT: Final = 65535
BACKLOG: Final = 2048


@dataclass(frozen=True, slots=True)
class WorldCredentials:
    """Of the first application and account of a world."""

    client_id: str
    client_secrets: tuple[str, ...] = field(repr=False)
    access_token: str = field(repr=False)
    sub: str


def credentials_in(state: StoredState) -> WorldCredentials:
    """Return what a client needs to call a world."""
    world = state.world
    application, account_id = world.applications[0], world.accounts[0].account.account_id
    own = (
        token.token for token in world.tokens if (token.account_id, token.application) == (account_id, application.name)
    )
    return WorldCredentials(application.client_id, application.client_secrets, next(own, ""), account_id)


class SimulatorServer:
    """Cronofy on this machine. Use it once: `start`, then `stop`, or as a context manager."""

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_problem: Callable[[CronofyError], None] = lambda _problem: None,
        on_request: Callable[[LoggedRequest], None] = lambda _request: None,
        on_attempt: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> None:
        """Take the choices, and who hears, in another thread, of API calls, of attempts to deliver, and that the state
        could not be saved."""
        self._settings = settings
        self._clock = clock
        self._on_problem = on_problem
        self._on_request = on_request
        self._on_attempt = on_attempt
        self._credentials: WorldCredentials | None = None
        self._port: int | None = None
        self._thread: threading.Thread | None = None
        self._settled = threading.Event()
        self._end: Callable[[], None] | None = None
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The address that serves the API, without a trailing slash. Known once started."""
        assert self._port is not None, "start() comes first"
        host = HOST if self._settings.bind in {"0.0.0.0", ""} else self._settings.bind  # noqa: S104 - compared with
        return f"http://{host}:{self._port}"

    @property
    def credentials(self) -> WorldCredentials:
        """What a client needs to call the first world, as it was loaded. Known once started."""
        assert self._credentials is not None, "start() comes first"
        return self._credentials

    def start(self) -> None:
        """Bind the port, load or seed the world, and return when requests are answered.

        Raises:
            WrongUsage: the port cannot be had.
            Unreachable: it does not start in time.
            CronofyError: the state file cannot be read or written.
        """
        listening = _listen(self._settings.bind, self._settings.port)
        try:
            state = self._initial_state()
        except CronofyError:
            listening.close()
            raise
        self._port = listening.getsockname()[1]
        self._thread = threading.Thread(
            target=self._run, args=(listening, state), name="cronofy-simulator", daemon=True
        )
        self._thread.start()
        in_time = self._settled.wait(START_LIMIT_S)
        self._raise_failure()
        if not in_time:
            raise Unreachable("the simulator does not start", hint="try again when the machine is less busy")

    def stop(self) -> None:
        """End the serving, and save. Nothing happens when it has ended already.

        Raises:
            CronofyError: the state could not be saved.
            Unreachable: it does not end in time.
        """
        if self._end is not None:
            self._end()
        if self._thread is not None:
            self._thread.join(STOP_LIMIT_S)
            if self._thread.is_alive():
                raise Unreachable("the simulator does not stop", hint="end its process")
        self._raise_failure()

    def __enter__(self) -> SimulatorServer:
        """Start, unless it runs already."""
        if self._thread is None:
            self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _initial_state(self) -> StoredState:
        from cronofy_cli.simulator.world.loading import load_world
        from cronofy_cli.simulator.world.persistence import save

        self._settings, state = load_world(self._settings, self._clock())
        self._credentials = credentials_in(state)
        if self._settings.state_file is not None:
            save(self._settings.state_file, state)
        return state

    def _run(self, listening: socket.socket, state: StoredState) -> None:
        from cronofy_cli.simulator.serving import ServerHooks, serve

        hooks = ServerHooks(self._clock, self._note_ready, self._on_problem, self._on_request, self._on_attempt)
        try:
            asyncio.run(serve(self._settings, state, listening, hooks))
        except BaseException as error:  # noqa: BLE001 - a thread's border: it is raised again by start() or stop()
            self._failure = error
        finally:
            self._settled.set()
            listening.close()

    def _note_ready(self, end: Callable[[], None]) -> None:
        self._end = end
        self._settled.set()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure


def _listen(address: str, port: int) -> socket.socket:
    """Return a socket that listens on an address, loopback unless another was chosen.

    Raises:
        WrongUsage: the port is in use, or may not be used.
    """
    if port not in range(MAX_PORT + 1):
        raise WrongUsage(f"{port} is not a port", hint="use a number from 1 to 65535, or 0 for any free port")
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol. Those of socket.create_server()
    # do not, and every answer would take 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # Elsewhere the option lets two programs share a port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror or error}"
        raise WrongUsage(f"port {port} {reason}", hint="cronofy simulator run --port 0") from error
    return listening
