"""Choosing a tunnel: `PROVIDERS` has a row for each choice, and its module is imported when it is wanted.

A new provider is a module that offers what `Provider` names, its word in `TunnelChoice`, and its row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.tunnels.interface import ProviderStatus, Tunnel, TunnelEvent, TunnelOptions


class Provider(Protocol):
    """What the module of a provider offers."""

    def make_tunnel(self, options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> Tunnel:
        """Return a tunnel, not started yet.

        Raises:
            WrongUsage: an option is missing, or cannot be meant.
        """

    def status(self, options: TunnelOptions) -> ProviderStatus | None:
        """Return whether it can be used on this machine, without starting anything.

        None for a provider that needs nothing of it.
        """


def _ngrok() -> Provider:
    from cronofy_cli.adapters.tunnels.ngrok import tunnel

    return tunnel


def _cloudflared() -> Provider:
    from cronofy_cli.adapters.tunnels import cloudflared

    return cloudflared


def _ssh() -> Provider:
    from cronofy_cli.adapters.tunnels import ssh

    return ssh


def _own_url() -> Provider:
    from cronofy_cli.adapters.tunnels import own_url

    return own_url


def _none() -> Provider:
    from cronofy_cli.adapters.tunnels import none

    return none


PROVIDERS: Final[dict[TunnelChoice, Callable[[], Provider]]] = {
    TunnelChoice.NGROK: _ngrok,
    TunnelChoice.CLOUDFLARED: _cloudflared,
    TunnelChoice.SSH: _ssh,
    TunnelChoice.URL: _own_url,
    TunnelChoice.NONE: _none,
}
"""How the module of each choice is imported, in the order of preference."""


def choose_tunnel(choice: TunnelChoice, options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> Tunnel:
    """Return the tunnel for a choice, not started yet.

    Raises:
        WrongUsage: the choice needs an option that is missing, or one cannot be meant.
        Unreachable: `auto` finds nothing that it could use.
    """
    settled = (options.named or _find_usable(options)) if choice is TunnelChoice.AUTO else choice
    return PROVIDERS[settled]().make_tunnel(options, on_event)


def provider_statuses(options: TunnelOptions) -> dict[TunnelChoice, ProviderStatus]:
    """Return what this machine has of the providers that need a program, in the order of preference."""
    found = {choice: provider().status(options) for choice, provider in PROVIDERS.items()}
    return {choice: status for choice, status in found.items() if status is not None}


def _find_usable(options: TunnelOptions) -> TunnelChoice:
    statuses = {choice: each for choice, each in provider_statuses(options).items() if each.is_automatic}
    usable = next((choice for choice, status in statuses.items() if status.is_usable), None)
    if usable is not None:
        return usable
    found = "; ".join(f"{status.name}: {status.detail}" for status in statuses.values())
    hint = next((status.hint for status in statuses.values() if status.hint), None)
    raise Unreachable(f"no tunnel can be opened on this machine ({found})", hint=hint)
