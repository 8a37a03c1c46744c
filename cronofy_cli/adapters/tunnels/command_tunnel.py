"""A tunnel that is a running program which prints its address and how it fares.

Which program, and what its lines mean, is known by a `Dialect`: see `cloudflared` and `ssh`.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.adapters.tunnels.children import Child
from cronofy_cli.adapters.tunnels.interface import START_LIMIT_S, TunnelEvent, TunnelEventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cronofy_cli.adapters.tunnels.interface import TunnelFacts
    from cronofy_cli.errors import CronofyError

KEPT_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """What the lines so far say: the address, and whether traffic flows."""

    public_url: str | None
    is_connected: bool


class Dialect(Protocol):
    """One provider's command line and output. Its state is that of one run of the program."""

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about the provider."""

    def command(self, port: int) -> list[str]:
        """Return the program and its arguments, the program by its full path.

        Raises:
            CronofyError: it is not installed, or what was asked for cannot be.
        """

    def read(self, line: str) -> Reading:
        """Take one more line into account."""

    def explain(self, lines: Sequence[str], ended: bool) -> CronofyError:
        """Return why the tunnel did not come up, from the last lines; `ended`: the program gave up by itself."""

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> CronofyError | None:
        """Return what an answer through the address says about the tunnel."""


class CommandTunnel:
    """A program as a `Tunnel`; for each start a new dialect is made."""

    def __init__(
        self,
        new_dialect: Callable[[], Dialect],
        environment: Mapping[str, str],
        on_event: Callable[[TunnelEvent], None],
        limit_s: float = START_LIMIT_S,
    ) -> None:
        self._new_dialect = new_dialect
        self._dialect = new_dialect()
        self._environment = environment
        self._on_event = on_event
        self._limit_s = limit_s
        self._run: _Run | None = None

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about the provider."""
        return self._dialect.facts

    @property
    def public_url(self) -> str | None:
        """The address, without a trailing slash; None while the tunnel is not up."""
        return self._run.public_url if self._run is not None else None

    def start(self, port: int) -> str:
        """Run the program until it says that traffic flows, and return the address.

        Raises:
            CronofyError: it is not installed, gave up, or was not up within the limit.
        """
        self.stop()
        self._dialect = self._new_dialect()
        self._run = _Run(self._dialect, self._dialect.command(port), self._environment, self._on_event)
        try:
            return self._run.start(self._limit_s)
        except BaseException:  # an interrupt too must leave no process
            self._run.stop()
            raise

    def is_alive(self) -> bool:
        """Whether the program runs and has said that traffic flows."""
        return self._run is not None and self._run.public_url is not None and self._run.child.is_running()

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> CronofyError | None:
        """Return what an answer through the address says about the tunnel."""
        return self._dialect.explain_answer(status, headers)

    def stop(self) -> None:
        """End the program."""
        if self._run is not None:
            self._run.stop()


class _Run:
    """The program from its start to its end."""

    def __init__(
        self,
        dialect: Dialect,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_event: Callable[[TunnelEvent], None],
    ) -> None:
        self.child = Child(command, environment, self._on_line, self._on_end)
        self.public_url: str | None = None
        self._dialect = dialect
        self._emit = on_event
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._changed = threading.Condition()
        self._reading = Reading(None, is_connected=False)
        self._ended = self._stopping = False

    def start(self, limit_s: float) -> str:
        agent = self.child.start()
        if agent is not None:
            self._emit(TunnelEvent(TunnelEventKind.AGENT_STARTED, agent=agent))
        with self._changed:
            self._changed.wait_for(lambda: self._reading.is_connected or self._ended, limit_s)
            if self._ended or not self._reading.is_connected or self._reading.public_url is None:
                raise self._dialect.explain(list(self._lines), self._ended)
            self.public_url = self._reading.public_url
        return self.public_url

    def stop(self) -> None:
        self._stopping = True
        self.child.end()
        self.public_url = None

    def _on_line(self, line: str) -> None:
        with self._changed:
            self._lines.append(line)
            before, self._reading = self._reading, self._dialect.read(line)
            is_up = self.public_url is not None
            self._changed.notify_all()
        if is_up and before.is_connected != self._reading.is_connected:
            kind = TunnelEventKind.SESSION_BACK if self._reading.is_connected else TunnelEventKind.SESSION_LOST
            self._emit(TunnelEvent(kind, line))

    def _on_end(self, exit_code: int) -> None:
        with self._changed:
            self._ended = True
            was_up = self.public_url is not None
            self._changed.notify_all()
        if was_up and not self._stopping:
            detail = f"{self.child.name} ended with exit code {exit_code}"
            self._emit(TunnelEvent(TunnelEventKind.AGENT_ENDED, detail))
