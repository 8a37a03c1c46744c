"""What tests of tunnels share: a listener that keeps what arrives, a collector of events, a machine of their own."""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cronofy_cli.adapters.tunnels.interface import TunnelOptions
from cronofy_cli.adapters.tunnels.ngrok import agents
from cronofy_cli.adapters.tunnels.ngrok.tunnel import NgrokTunnel
from tests.fakes.ngrok_setup import TOKEN, fakes_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind

WAIT_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as the listener got it, names spelled as they came."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Upstream:
    """The listener's place: answers 202 and keeps what arrives."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.arrivals: list[Arrival] = []


@contextmanager
def upstream() -> Iterator[Upstream]:
    """Listen on loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.kept = Upstream(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    kept: Upstream


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.kept.arrivals.append(Arrival(self.path, tuple(self.headers.items()), body))
        self.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok")


def post(url: str, body: bytes = b"x", **headers: str) -> tuple[int, dict[str, str]]:
    """Post to a public address as a sender does; return the status and the headers by lower-case names."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=WAIT_LIMIT_S)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


class Events:
    """The callback of a tunnel, which keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[TunnelEvent] = []
        self._changed = threading.Condition()

    def __call__(self, event: TunnelEvent) -> None:
        with self._changed:
            self.seen.append(event)
            self._changed.notify_all()

    @property
    def kinds(self) -> list[TunnelEventKind]:
        """What was told, in order."""
        return [event.kind for event in self.seen]

    @property
    def agent_pid(self) -> int:
        """The process that was started last."""
        pids = [event.agent.pid for event in self.seen if event.agent is not None]
        assert pids, "no agent was started"
        return pids[-1]

    def wait_for(self, kind: TunnelEventKind, limit_s: float = WAIT_LIMIT_S) -> TunnelEvent:
        """Return the first event of a kind, once it is there."""
        with self._changed:
            assert self._changed.wait_for(lambda: kind in self.kinds, limit_s), f"no {kind} in {self.seen}"
        return next(event for event in self.seen if event.kind is kind)


class Machine:
    """A machine where the stand-ins are what is installed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.data_folder = folder / "data"
        self._monkeypatch = monkeypatch
        for name in [*os.environ]:
            if name.startswith(("NGROK", "PYNGROK", "FAKE_", "CRONOFY_DATA")):
                monkeypatch.delenv(name)
        # A test that wants to see it pass makes it short.
        monkeypatch.setattr(agents, "VERSION_LIMIT_S", WAIT_LIMIT_S)
        self.set(CRONOFY_CLIENT_SECRET="do-not-inherit", **fakes_environment(self.home))

    def set(self, **values: str) -> None:
        """Set variables of the environment, which programs that are started inherit."""
        for name, value in values.items():
            self._monkeypatch.setenv(name, value)

    @property
    def ngrok_configuration(self) -> Path:
        """The user's own configuration of ngrok."""
        return self.home / ".config" / "ngrok" / "ngrok.yml"

    @property
    def web_port(self) -> int:
        """Where the user's own agents have their local API."""
        found = re.search(r"web_addr: 127\.0\.0\.1:(\d+)", self.ngrok_configuration.read_text())
        assert found is not None
        return int(found[1])

    def settings(
        self, token: str | None = TOKEN, domain: str | None = None, limit_s: float = WAIT_LIMIT_S
    ) -> TunnelOptions:
        """Return settings for ngrok on this machine."""
        return TunnelOptions(dict(os.environ), self.data_folder, lambda: token, domain, limit_s=limit_s)

    @contextmanager
    def ngrok(
        self,
        on_event: Callable[[TunnelEvent], None],
        token: str | None = TOKEN,
        domain: str | None = None,
        limit_s: float = WAIT_LIMIT_S,
    ) -> Iterator[NgrokTunnel]:
        """Have a tunnel that is stopped at the end, whatever happens."""
        tunnel = NgrokTunnel(self.settings(token, domain, limit_s), on_event)
        try:
            yield tunnel
        finally:
            tunnel.stop()

    def calls(self, program: str = "ngrok") -> list[dict[str, Any]]:
        """Return how the stand-in was started, each time."""
        path = self.home / f"{program}-calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def asked(self) -> list[dict[str, Any]]:
        """Return the endpoints that the stand-in was asked for, as it was asked."""
        return [json.loads(line) for line in (self.home / "ngrok-state-asked").read_text().splitlines()]

    def loopback_of(self, public_url: str) -> str:
        """Return where an asked-for domain really is."""
        return str(json.loads((self.home / "ngrok-state").read_text())[public_url])

    def leftovers(self) -> list[Path]:
        """Return the files of ours that are still there."""
        return [path for path in self.data_folder.rglob("*") if path.is_file()]


def runs(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def command_lines() -> str:
    """Return the command lines of everything that runs, as `ps` shows them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:  # it ended meanwhile
            continue
    return "\n".join(lines)
