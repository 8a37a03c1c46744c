"""Choosing a tunnel: the only place that knows which providers there are. Each is imported when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.adapters.tunnels.interface import START_LIMIT_S
from cronofy_cli.errors import Unreachable, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cronofy_cli.adapters.tunnels.interface import ProviderStatus, Tunnel, TunnelEvent
    from cronofy_cli.adapters.tunnels.ngrok.tunnel import NgrokSettings


class TunnelChoice(StrEnum):
    """What `--tunnel` takes."""

    AUTO = "auto"
    NGROK = "ngrok"
    CLOUDFLARED = "cloudflared"
    SSH = "ssh"
    URL = "url"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TunnelOptions:
    """What the providers need; each takes its own part."""

    environment: Mapping[str, str] = field(repr=False)
    data_folder: Path
    ngrok_token: Callable[[], str | None] = field(repr=False, default=lambda: None)
    ngrok_path: Path | None = None
    domain: str | None = None
    public_url: str | None = None
    ssh_host: str | None = None
    ssh_port: int = 0
    """The port on the host; 0 lets it choose a free one."""
    limit_s: float = START_LIMIT_S


def choose_tunnel(
    choice: TunnelChoice,
    options: TunnelOptions,
    on_event: Callable[[TunnelEvent], None],
    *,
    preferred: TunnelChoice = TunnelChoice.AUTO,
) -> Tunnel:
    """Return the tunnel for a choice, not started yet; `preferred` settles `auto`.

    Raises:
        WrongUsage: the choice needs an option that is missing, or one cannot be meant.
        Unreachable: `auto` finds nothing that it could use.
    """
    settled = choice if choice is not TunnelChoice.AUTO else preferred
    if settled is TunnelChoice.AUTO:
        settled = _find_usable(options)
    if settled is TunnelChoice.NGROK:
        return _ngrok(options, on_event)
    if settled is TunnelChoice.CLOUDFLARED:
        return _cloudflared(options, on_event)
    if settled is TunnelChoice.SSH:
        return _ssh(options, on_event)
    if settled is TunnelChoice.URL:
        return _own_url(options)
    from cronofy_cli.adapters.tunnels.none import NoTunnel

    return NoTunnel()


def provider_statuses(options: TunnelOptions) -> tuple[ProviderStatus, ...]:
    """Return what this machine has of the providers that need something installed, in the order of preference."""
    from cronofy_cli.adapters.tunnels import cloudflared
    from cronofy_cli.adapters.tunnels.ngrok.tunnel import status

    return (status(_ngrok_settings(options)), cloudflared.status(options.environment))


def _find_usable(options: TunnelOptions) -> TunnelChoice:
    if options.public_url is not None:
        return TunnelChoice.SSH if options.ssh_host else TunnelChoice.URL
    if options.ssh_host:
        return TunnelChoice.SSH
    statuses = provider_statuses(options)
    usable = next((status.name for status in statuses if status.is_usable), None)
    if usable is not None:
        return TunnelChoice(usable)
    found = "; ".join(f"{status.name}: {status.detail}" for status in statuses)
    hint = next((status.hint for status in statuses if status.hint), None)
    raise Unreachable(f"no tunnel can be opened on this machine ({found})", hint=hint)


def _ngrok(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> Tunnel:
    from cronofy_cli.adapters.tunnels.ngrok.tunnel import NgrokTunnel

    return NgrokTunnel(_ngrok_settings(options), on_event)


def _ngrok_settings(options: TunnelOptions) -> NgrokSettings:
    from cronofy_cli.adapters.tunnels.ngrok.tunnel import NgrokSettings

    return NgrokSettings(
        environment=options.environment,
        data_folder=options.data_folder,
        token=options.ngrok_token,
        domain=options.domain,
        agent_path=options.ngrok_path,
        limit_s=options.limit_s,
    )


def _cloudflared(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> Tunnel:
    from cronofy_cli.adapters.tunnels.cloudflared import Cloudflared
    from cronofy_cli.adapters.tunnels.command_tunnel import CommandTunnel

    return CommandTunnel(
        lambda: Cloudflared(options.environment), options.environment, on_event, limit_s=options.limit_s
    )


def _ssh(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> Tunnel:
    from cronofy_cli.adapters.tunnels.command_tunnel import CommandTunnel
    from cronofy_cli.adapters.tunnels.ssh import Ssh, SshRoute

    if options.ssh_host is None:
        raise WrongUsage("--tunnel ssh needs a host", hint="add --ssh-host user@host")
    route = SshRoute(options.ssh_host, options.ssh_port, options.public_url)
    return CommandTunnel(
        lambda: Ssh(route, options.environment), options.environment, on_event, limit_s=options.limit_s
    )


def _own_url(options: TunnelOptions) -> Tunnel:
    from cronofy_cli.adapters.tunnels.own_url import OwnUrl

    if options.public_url is None:
        raise WrongUsage("--tunnel url needs the address", hint="add --public-url URL and --port PORT")
    return OwnUrl(options.public_url)
