"""Quick tunnels of cloudflared: no account, a new address at every start.

The formats are those of cloudflared 2026: cmd/cloudflared/tunnel/quick_tunnel.go of cloudflare/cloudflared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.children import find_program
from cronofy_cli.adapters.tunnels.command_tunnel import CommandTunnel, Reading
from cronofy_cli.adapters.tunnels.interface import ProviderStatus, TunnelFacts
from cronofy_cli.core.text import shorten
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelOptions

DOCS: Final = "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/do-more-with-tunnels/trycloudflare/"
INSTALL_HINT: Final = "install cloudflared (brew, winget, or its packages), or choose --tunnel ngrok"
FACTS: Final = TunnelFacts(
    "cloudflared",
    # The zone tells resolvers to remember for 1,800 s that a name does not exist, so one early look-up makes the new
    # name unusable on that network for half an hour.
    settle_s=12.0,
    ready_hint="a config.yml in ~/.cloudflared changes what a quick tunnel serves; and a new name can take a minute",
)
TUNNEL_DOWN: Final = 530
ORIGIN_UNREACHABLE: Final = 502

_BOXED_ADDRESS = re.compile(r"\|\s+(https?://\S+)\s+\|")
_CONNECTION = re.compile(r"connIndex=(\d+)")
_GONE = re.compile(r"terminated|Serve tunnel error|Unregistered tunnel connection|Lost connection|Retrying connection")
_OFFLINE = re.compile(
    r"no such host|i/o timeout|network is unreachable|connection refused|handshake timeout", re.IGNORECASE
)
_REFUSED = re.compile(r"429|Too Many Requests|error code: 1015", re.IGNORECASE)
_LEVEL = re.compile(r"^\S+ (?:INF|WRN|ERR|FTL|DBG) ")


def make_tunnel(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> CommandTunnel:
    """Return the tunnel, not started yet."""
    return CommandTunnel(
        lambda: Cloudflared(options.environment), options.environment, on_event, limit_s=options.limit_s
    )


def status(options: TunnelOptions) -> ProviderStatus:
    """Return whether cloudflared is installed."""
    path = find_program("cloudflared", options.environment)
    if path is None:
        return ProviderStatus(FACTS.name, is_usable=False, detail="cloudflared is not installed", hint=INSTALL_HINT)
    return ProviderStatus(FACTS.name, is_usable=True, detail=path)


class Cloudflared:
    """The `Dialect` of a quick tunnel."""

    facts = FACTS

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._public_url: str | None = None
        self._connections: set[str] = set()

    def command(self, port: int) -> list[str]:
        """Return the command of a quick tunnel to `port`.

        Raises:
            Unreachable: cloudflared is not installed.
        """
        path = find_program("cloudflared", self._environment)
        if path is None:
            raise Unreachable("cloudflared is not installed", hint=INSTALL_HINT, docs=DOCS)
        return [path, "tunnel", "--no-autoupdate", "--url", f"http://127.0.0.1:{port}"]

    def read(self, line: str) -> Reading:
        """The address stands in a box; traffic flows while at least one connection to the edge is registered."""
        if boxed := _BOXED_ADDRESS.search(line):
            self._public_url = boxed[1].rstrip("/")
        if connection := _CONNECTION.search(line):
            if "Registered tunnel connection" in line:
                self._connections.add(connection[1])
            elif _GONE.search(line):
                self._connections.discard(connection[1])
        return Reading(self._public_url, is_connected=bool(self._connections and self._public_url))

    def explain(self, lines: Sequence[str], ended: bool) -> Unreachable:
        """Return why no address came, or why it never led anywhere."""
        text = "\n".join(lines)
        last = shorten(_LEVEL.sub("", lines[-1]) if lines else "it said nothing", 200)
        if _REFUSED.search(text):
            return Unreachable(
                "Cloudflare gives out no more quick tunnels to this network for now",
                hint="wait some minutes, or choose --tunnel ngrok",
                docs=DOCS,
            )
        if _OFFLINE.search(text):
            return Unreachable(
                f"cloudflared cannot reach Cloudflare: {last}",
                hint="check this machine's connection; port 7844 must be open outwards",
                docs=DOCS,
            )
        what = "gave up" if ended else "was not connected within the limit"
        return Unreachable(
            f"cloudflared {what}: {last}", hint="run it by hand: cloudflared tunnel --url http://127.0.0.1:8080"
        )

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> Unreachable | None:
        """Return Cloudflare's own refusals: 530 for a tunnel without connection, 502 when nothing listens here."""
        if "cloudflare" not in headers.get("server", "").lower():
            return None
        if status == TUNNEL_DOWN:
            return Unreachable("Cloudflare has no connection to the tunnel", hint="start again for a new tunnel")
        if status == ORIGIN_UNREACHABLE:
            return Unreachable(
                "the tunnel is up, but nothing answers it on this machine", hint="run cronofy listen again"
            )
        return None
