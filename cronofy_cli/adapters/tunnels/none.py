"""No tunnel: the listener's own loopback address, for the simulator and for senders on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.interface import TunnelFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelOptions

FACTS: Final = TunnelFacts("none", is_public=False)


class NoTunnel:
    """The local port itself."""

    def __init__(self) -> None:
        self.public_url: str | None = None

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about it."""
        return FACTS

    def start(self, port: int) -> str:
        """Return the loopback address of `port`."""
        self.public_url = f"http://127.0.0.1:{port}"
        return self.public_url

    def is_alive(self) -> bool:
        """Whether it was started."""
        return self.public_url is not None

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> None:
        """Nothing stands in front of the listener."""

    def stop(self) -> None:
        """Forget that it was started."""
        self.public_url = None


def make_tunnel(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> NoTunnel:  # noqa: ARG001 - it has no options, and nothing happens to it
    """Return it, not started yet."""
    return NoTunnel()


def status(options: TunnelOptions) -> None:
    """It needs nothing of this machine."""
