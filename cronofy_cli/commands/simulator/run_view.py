"""What `simulator run` prints: how to reach it, then a line for each API call and each attempt to deliver."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli.core.text import clean
from cronofy_cli.errors import OutputLost
from cronofy_cli.output.documents.simulator import SimulatorDocument
from cronofy_cli.output.lists import show_record
from cronofy_cli.output.streams import OutputFormat, PipeClosed, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.output.streams import Output
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.settings import SimulatorSettings

BUILT_IN: Final = "built-in"
_FIRST_ERROR: Final = 400


class RunView:
    """Prints; the log comes from the simulator's thread, and begins when the start has been shown."""

    def __init__(self, output: Output, on_pipe_closed: Callable[[], None], *, quiet: bool) -> None:
        self._output = output
        self._on_pipe_closed = on_pipe_closed
        self._is_quiet = quiet
        self._started = threading.Event()
        self._is_for_people = output.format is OutputFormat.TABLE

    def document(self, simulator: RunningSimulator, settings: SimulatorSettings) -> bytes:
        """Return how to reach the simulator, as JSON."""
        return SimulatorDocument(
            url=simulator.url,
            control_url=f"{simulator.url}/simulator",
            page_url=f"{simulator.url}/",
            client_id=simulator.client_id,
            client_secret=_shown_secret(simulator, settings),
            access_token=simulator.access_token,
            sub=simulator.sub,
            world=_world(settings),
            pid=os.getpid(),
            port=urlsplit(simulator.url).port or 0,
        ).encode()

    def show_start(self, simulator: RunningSimulator, settings: SimulatorSettings) -> None:
        """Say how to reach the simulator, and begin with the log."""
        document = self.document(simulator, settings)
        if self._is_for_people:
            secret = _shown_secret(simulator, settings) or "as in --client-secret-file"
            show_record(self._output, _fields(simulator, _world(settings), secret), document)
        else:
            self._output.data_bytes(document + b"\n")
        if settings.is_public:
            self._output.note(
                f"warning: other machines can reach this simulator on {settings.bind}, and its control API needs no "
                "token. Use made-up data only."
            )
        self._output.note("Stop with Ctrl-C.")
        self._started.set()

    def note_request(self, request: LoggedRequest) -> None:
        """Print an API call; what is not simulated is also said on stderr."""
        if request.status == 501:
            self._attempt(lambda: self._output.note(f"not simulated: {request.note or request.path}"))
        status = "dropped" if request.status is None else str(request.status)
        is_bad = request.status is None or request.status >= _FIRST_ERROR
        target = f"{request.path}?{request.query}" if request.query else request.path
        duration = f"{request.duration_ms:.0f} ms"
        shown = [
            f"{request.at:%H:%M:%S}",
            request.method.ljust(6),
            clean(target),
            status,
            duration,
        ]
        self._print("request", request, shown, is_bad=is_bad)

    def note_attempt(self, attempt: Attempt) -> None:
        """Print an attempt to deliver."""
        answer = str(attempt.status) if attempt.status is not None else attempt.failure or "no answer"
        is_bad = attempt.status is None or not 200 <= attempt.status < 300
        shown = [
            f"{attempt.at:%H:%M:%S}",
            "notify",
            attempt.type,
            f"attempt {attempt.attempt}",
            clean(attempt.callback_url),
            answer,
            f"{attempt.duration_ms:.0f} ms",
        ]
        self._print("delivery", attempt, shown, is_bad=is_bad)

    def _print(self, kind: str, entry: LoggedRequest | Attempt, shown: list[str], *, is_bad: bool) -> None:
        if self._is_quiet or not self._started.is_set():
            return
        if not self._is_for_people:
            import msgspec

            line = msgspec.json.encode({"kind": kind} | msgspec.to_builtins(entry))
            self._attempt(lambda: self._output.data_bytes(line + b"\n"))
            return
        text = "  ".join(shown)
        painted = self._output.paint(text, Style.RED) if is_bad else text
        self._attempt(lambda: self._output.data(painted))

    def _attempt(self, write: Callable[[], None]) -> None:
        """Write; when that cannot be, the log is over, and the run too if its reader has gone."""
        try:
            write()
        except PipeClosed:
            self._is_quiet = True
            self._on_pipe_closed()
        except OutputLost:
            self._is_quiet = True


def _world(settings: SimulatorSettings) -> str:
    return BUILT_IN if settings.world_file is None else str(settings.world_file)


def _shown_secret(simulator: RunningSimulator, settings: SimulatorSettings) -> str | None:
    """Return the client secret, unless it is the user's own: that one may be real."""
    from cronofy_cli.simulator.world.settings import CLIENT_SECRET

    return simulator.client_secrets[0] if settings.client_secrets == (CLIENT_SECRET,) else None


def _fields(simulator: RunningSimulator, world: str, secret: str) -> list[tuple[str, str]]:
    return [
        ("base url", f"{simulator.url}  (set this as the API's address in your application)"),
        ("client id", simulator.client_id),
        ("client secret", secret),
        ("access token", simulator.access_token),
        ("account", simulator.sub),
        ("world", world),
        ("page", f"{simulator.url}/  (open it in a browser: calendars, channels, what happened)"),
        ("try", "cronofy channels list --data-center simulator"),
        ("edit", "cronofy simulator edit add 'Lunch' --calendar Home"),
    ]
