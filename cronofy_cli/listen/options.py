"""What the user asked of a run of `listen`, `wait` or `demo`, read once and never packed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.forwarding.options import ForwardingOptions

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.settings import Settings
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.core.print_style import PrintStyle


@dataclass(frozen=True, slots=True)
class Address:
    """How the listener gets its public address."""

    tunnel: TunnelChoice = TunnelChoice.AUTO
    public_url: str | None = None
    """An address of the user's own; its path may stay in front of the served one."""
    domain: str | None = None
    ssh_host: str | None = None
    remote_port: int = 0
    """The port on the ssh host that leads here; 0 lets it choose."""
    port: int = 0
    """The local port; 0 takes any that is free."""
    bind: str = "127.0.0.1"
    """The address of this machine to listen on, for `/healthz` too."""

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        tunnel: TunnelChoice | None = None,
        public_url: str | None = None,
        domain: str | None = None,
        ssh_host: str | None = None,
        remote_port: int | None = None,
        port: int | None = None,
        bind: str | None = None,
    ) -> Address:
        """Return what the options say, and where one says nothing, what the settings say.

        Raises:
            WrongUsage: two of them contradict each other.
        """
        from cronofy_cli.adapters.settings import Key

        find = settings.find
        return cls(
            tunnel=_of_options(tunnel, public_url, ssh_host, remote_port)
            or TunnelChoice(find(Key.TUNNEL).text or TunnelChoice.AUTO),
            public_url=public_url,
            domain=domain or find(Key.TUNNEL_DOMAIN).text,
            ssh_host=ssh_host or find(Key.SSH_HOST).text,
            remote_port=remote_port or 0,
            port=port if port is not None else find(Key.PORT).number or 0,
            bind=_checked(bind, public_url, ssh_host),
        )


def _checked(bind: str | None, public_url: str | None, ssh_host: str | None) -> str:
    """Return the address to listen on: any but the usual one is for a proxy that leads there from elsewhere."""
    if bind is None:
        return "127.0.0.1"
    from ipaddress import ip_address

    try:
        address = ip_address(bind)
    except ValueError as error:
        raise WrongUsage(f"'{bind}' is not an address of this machine", hint="use one such as 0.0.0.0") from error
    if public_url is None or ssh_host is not None:
        raise WrongUsage(
            "--bind is for a proxy that leads here from another machine or container",
            hint="name its address: --public-url URL; a tunnel needs no --bind",
        )
    return str(address)


def _of_options(
    tunnel: TunnelChoice | None, public_url: str | None, ssh_host: str | None, remote_port: int | None
) -> TunnelChoice | None:
    """Return the tunnel that the command line means; None if it leaves that to the settings."""
    named = None if tunnel is TunnelChoice.AUTO else tunnel
    implied = TunnelChoice.SSH if ssh_host is not None else None if public_url is None else TunnelChoice.URL
    chosen = named or implied
    for option, value in (("--public-url", public_url), ("--ssh-host", ssh_host), ("--remote-port", remote_port)):
        takes = _TAKES[option]
        if value is not None and chosen is not None and chosen not in takes:
            raise WrongUsage(
                f"{option} cannot be combined with --tunnel {chosen}",
                hint=f"leave out one of them; {option} goes with --tunnel {' or '.join(takes)}",
            )
    return chosen or tunnel


_TAKES: Final = {
    "--public-url": (TunnelChoice.URL, TunnelChoice.SSH),
    "--ssh-host": (TunnelChoice.SSH,),
    "--remote-port": (TunnelChoice.SSH,),
}
"""Which tunnels an option of the command line goes with."""


@dataclass(frozen=True, slots=True)
class ChannelWanted:
    """The channel that is created."""

    calendar_ids: tuple[str, ...] = ()
    """None stands for all."""
    only_managed: bool = False
    callback_query: str = ""
    """A template; see core.callback_query."""
    keep: bool = False
    """Whether it stays open at the end."""
    reuse: bool = False
    """Whether to use the callback path of last time."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """Everything that a run depends on, besides its surroundings."""

    style: PrintStyle
    address: Address = field(default_factory=Address)
    channel: ChannelWanted = field(default_factory=ChannelWanted)
    chosen: DeliveryFilter = EVERYTHING
    """What is shown, counted and forwarded."""
    count: int | None = None
    read_events: bool = True
    since: str | None = None
    """From when on to read what was missed, as RFC 3339 in UTC, or `last`."""
    forward_reconstructed: bool = False
    forwarding: ForwardingOptions = field(default_factory=ForwardingOptions)
    app_answers: bool = False
    """Whether the application says what Cronofy is answered."""
    policy: SignaturePolicy = SignaturePolicy.STRICT
    max_offline_s: float = 600.0
    is_announced: bool = True
    """Whether it says that it is ready, to people and to programs."""
    ready_file: Path | None = None
    health_port: int | None = None
    inspect: bool = False
    """Whether the inspector runs beside it."""
    follow: bool = False
    """Whether to show what another run receives, where that one has the target."""
