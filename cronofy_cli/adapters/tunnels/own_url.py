"""An address of the user's own that already leads to the listener's port: nothing to start, nothing to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli.adapters.tunnels.interface import TunnelFacts
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelOptions

FACTS: Final = TunnelFacts("url", ready_hint="check that the address leads to the listener's --port")


class OwnUrl:
    """A tunnel that somebody else keeps."""

    def __init__(self, url: str) -> None:
        """Take the address.

        Raises:
            WrongUsage: it is not an http or https address.
        """
        self._url = own_address(url)
        self.public_url: str | None = None

    @property
    def facts(self) -> TunnelFacts:
        """What a caller must know about it."""
        return FACTS

    def start(self, port: int) -> str:  # noqa: ARG002 - where it leads was settled by the user
        """Return the address."""
        self.public_url = self._url
        return self._url

    def is_alive(self) -> bool:
        """It is as alive as the user keeps it."""
        return self.public_url is not None

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> None:
        """Nothing is known about what stands in front of it."""

    def stop(self) -> None:
        """Forget that it was started."""
        self.public_url = None


def make_tunnel(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> OwnUrl:  # noqa: ARG001 - nothing happens to it
    """Return the tunnel, not started yet.

    Raises:
        WrongUsage: the address is missing, or is not one.
    """
    if options.public_url is None:
        raise WrongUsage("--tunnel url needs the address", hint="add --public-url URL and --port PORT")
    return OwnUrl(options.public_url)


def status(options: TunnelOptions) -> None:
    """It needs nothing of this machine."""


def own_address(url: str) -> str:
    """Return the user's address without a trailing slash.

    Raises:
        WrongUsage: it is not an http or https address without query and fragment.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
        _ = parts.port  # raises if it is not a number
    except ValueError:
        usable = False
    if not usable:
        raise WrongUsage(
            f"'{url}' is not a public address", hint="give one such as --public-url https://hooks.example.com"
        )
    return url.strip().rstrip("/")
