"""The public address of a run: a tunnel that is chosen, opened, and proven to lead here."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.callback_probe.reachability import prove_leads_here
from cronofy_cli.adapters.paths import data_folder
from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.interface import START_LIMIT_S, TunnelEventKind, TunnelOptions
from cronofy_cli.core.notifications.callback_url import check_callback_url
from cronofy_cli.core.tunnels import TunnelChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.tunnels.interface import Tunnel, TunnelEvent
    from cronofy_cli.adapters.tunnels.processes import AgentProcess
    from cronofy_cli.listen.options import Address


class TunnelEvents:
    """What happens to a tunnel: agents that start are noted down, everything else is the watchdog's."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[TunnelEvent | None] = SimpleQueue()
        """What the watchdog takes; None only wakes it."""
        self.note_agent: Callable[[AgentProcess], None] | None = None
        """Is called on the tunnel's thread, and must not raise."""

    def __call__(self, event: TunnelEvent) -> None:
        """Take an event."""
        if event.kind is not TunnelEventKind.AGENT_STARTED:
            self.queue.put(event)
        elif event.agent is not None and self.note_agent is not None:
            self.note_agent(event.agent)


def choose(
    address: Address,
    environment: Mapping[str, str],
    on_event: TunnelEvents,
    *,
    must_be_public: bool,
    limit_s: float = START_LIMIT_S,
) -> Tunnel:
    """Return the tunnel that is asked for, not open yet. It may take `limit_s` to be up.

    Raises:
        WrongUsage: an option is missing.
        Unreachable: no tunnel can be opened on this machine.
    """
    from cronofy_cli.adapters.tunnels.ngrok.token import read_token

    choice = address.tunnel
    if choice is TunnelChoice.AUTO and not must_be_public:
        # A simulator delivers to this machine itself.
        choice = TunnelChoice.NONE
    options = TunnelOptions(
        environment=environment,
        data_folder=data_folder(environment),
        ngrok_token=lambda: read_token(environment),
        domain=address.domain,
        public_url=address.public_url,
        ssh_host=address.ssh_host,
        ssh_port=address.remote_port,
        limit_s=limit_s,
    )
    return choose_tunnel(choice, options, on_event)


class PublicAddress:
    """A tunnel and the path that is served through it."""

    def __init__(self, tunnel: Tunnel, path: str, *, query: str, must_be_public: bool) -> None:
        """`query` becomes part of the callback URL; the application gets it with each request."""
        self._tunnel = tunnel
        self._path = path
        self._query = query
        self._must_be_public = must_be_public
        self._port = 0
        self.url: str | None = None
        """The tunnel's address while it is up."""

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._tunnel.facts.name

    @property
    def callback_url(self) -> str:
        """Where Cronofy posts to."""
        assert self.url is not None
        return f"{self.url}{self._path}" + (f"?{self._query}" if self._query else "")

    def is_alive(self) -> bool:
        """Whether the tunnel exists."""
        return self._tunnel.is_alive()

    def open(self, port: int, sleep: Callable[[float], object]) -> str:
        """Open the tunnel to a local port and return its address, once its name may be looked up.

        Raises:
            CronofyError: it cannot be opened, or Cronofy could not reach the address.
        """
        self._port = port
        self.url = self._tunnel.start(port)
        check_callback_url(self.url, must_be_public=self._must_be_public)
        sleep(self._tunnel.facts.settle_s)
        return self.url

    def follow(self) -> None:
        """Take over the address that the tunnel has now; a provider may have changed it.

        Raises:
            WrongUsage: Cronofy could not reach it.
        """
        self.url = self._tunnel.public_url or self.url
        if self.url is not None:
            check_callback_url(self.url, must_be_public=self._must_be_public)

    def prove(self, sleep: Callable[[float], object], limit_s: float) -> float:
        """Send a request through the address and return how many milliseconds it took to come back.

        Raises:
            CronofyError: it did not come back.
        """
        assert self.url is not None
        return prove_leads_here(f"{self.url}{self._path}", limit_s, self._tunnel.explain_answer, self._hint(), sleep)

    def _hint(self) -> str:
        advice = self._tunnel.facts.ready_hint
        return f"check that {self.url}{self._path} leads to 127.0.0.1:{self._port}" + (f"; {advice}" if advice else "")

    def close(self) -> None:
        """Close the tunnel. It can be opened again."""
        self._tunnel.stop()
        self.url = None


def served_paths(public_url: str | None, path: str) -> tuple[str, ...]:
    """Return the paths to serve. A proxy in front may keep a public URL's path or strip it: one secret either way."""
    prefix = urlsplit(public_url).path.rstrip("/") if public_url else ""
    return (path, f"{prefix}{path}") if prefix else (path,)
