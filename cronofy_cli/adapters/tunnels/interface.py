"""What the rest knows of a tunnel. How a provider does it is known in its own module."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.core.tunnels import TunnelChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cronofy_cli.adapters.tunnels.processes import AgentProcess
    from cronofy_cli.errors import CronofyError

START_LIMIT_S: Final = 30.0
"""How long a tunnel may take to be up, unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class TunnelOptions:
    """What the providers need; each takes its own part."""

    environment: Mapping[str, str] = field(repr=False)
    data_folder: Path
    ngrok_token: Callable[[], str | None] = field(repr=False, default=lambda: None)
    """The stored authtoken; ngrok's own variable and configuration come after it."""
    domain: str | None = None
    """A static or reserved domain of ngrok; None leaves the address to the account."""
    public_url: str | None = None
    ssh_host: str | None = None
    ssh_port: int = 0
    """The port on the host; 0 lets it choose a free one."""
    limit_s: float = START_LIMIT_S

    @property
    def named(self) -> TunnelChoice | None:
        """The choice that the options stand for, if they stand for one."""
        if self.ssh_host is not None:
            return TunnelChoice.SSH
        return None if self.public_url is None else TunnelChoice.URL


class TunnelEventKind(StrEnum):
    """What can happen to a tunnel."""

    AGENT_STARTED = "agent_started"
    """A process of ours runs: put it into the journal. It comes before the address is known."""
    SESSION_LOST = "session_lost"
    """The agent lost its provider and tries again by itself; nothing gets through meanwhile."""
    SESSION_BACK = "session_back"
    URL_CHANGED = "url_changed"
    """The tunnel is up under another address: what used the old one must be given the new one."""
    AGENT_ENDED = "agent_ended"
    """The tunnel is gone without having been stopped. `stop()`, then `start()` again."""


@dataclass(frozen=True, slots=True)
class TunnelEvent:
    """One thing that happened. `detail` is for people, and holds no secret."""

    kind: TunnelEventKind
    detail: str = ""
    public_url: str | None = None
    """The address from now on, for `URL_CHANGED`."""
    agent: AgentProcess | None = None
    """The process, for `AGENT_STARTED`."""


@dataclass(frozen=True, slots=True)
class TunnelFacts:
    """What a caller must know about a provider."""

    name: str
    is_public: bool = True
    """Whether Cronofy itself can reach the address."""
    settle_s: float = 0.0
    """How long after `start()` the address's name should not be looked up: neither we nor, for a channel, Cronofy."""
    ready_hint: str | None = None
    """What to try when the address does not lead here although the tunnel is up."""


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """Whether a provider can be used on this machine."""

    name: str
    is_usable: bool
    detail: str
    """What was found, or what is missing."""
    hint: str | None = None
    """What makes it usable, or is still to be named."""
    is_automatic: bool = True
    """Whether it may be taken without having been asked for."""


class Tunnel(Protocol):
    """A public address for a local port.

    Events come from other threads, one at a time, through the callback that the provider was made with. The callback
    must be quick and must not raise; it may call `stop()`.
    """

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about the provider."""

    @property
    def public_url(self) -> str | None:
        """The address, without a trailing slash; None while the tunnel is not up."""

    def start(self, port: int) -> str:
        """Lead a public address to `port` on this machine and return it, without a trailing slash.

        It takes no longer than the limit that the tunnel was made with. After `stop()` it can be called again.

        Raises:
            CronofyError: the tunnel cannot be opened; nothing is left running.
        """

    def is_alive(self) -> bool:
        """Whether the tunnel exists. A lost session that the agent restores does not end it."""

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> CronofyError | None:
        """Return what an answer that came through the address says about the tunnel; None if it came from behind it.

        `headers` is looked up by lower-case names.
        """

    def stop(self) -> None:
        """Close the tunnel and end what was started for it, within seconds. Safe to call again, and in any state."""
