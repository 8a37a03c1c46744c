"""Where the public address comes from: what contradicts itself is refused, what is named is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.settings import load_settings
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.options import Address
from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.support import Cli


def address(cli: Cli, tunnel: TunnelChoice | None, **options: str | int) -> Address:
    """Return the address that options stand for, with nothing set."""
    settings = load_settings(cli.environment, cli.folder, {})
    return Address.from_settings(settings, tunnel=tunnel, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("tunnel", [TunnelChoice.NGROK, TunnelChoice.CLOUDFLARED, TunnelChoice.NONE])
def test_a_public_url_beside_a_tunnel(tunnel: TunnelChoice, cli: Cli) -> None:
    """A tunnel has an address of its own: one of them would silently not be used."""
    with pytest.raises(WrongUsage, match=f"--public-url cannot be combined with --tunnel {tunnel}") as raised:
        address(cli, tunnel, public_url="https://x.example.com", port=3000)

    assert raised.value.hint == "leave out one of them; --public-url goes with --tunnel url or ssh"


@pytest.mark.parametrize(
    ("tunnel", "options", "chosen"),
    [
        (None, {}, TunnelChoice.AUTO),
        (None, {"public_url": "https://x.example.com"}, TunnelChoice.URL),
        (TunnelChoice.AUTO, {"public_url": "https://x.example.com"}, TunnelChoice.URL),
        (None, {"ssh_host": "box"}, TunnelChoice.SSH),
        (None, {"ssh_host": "box", "public_url": "https://x.example.com"}, TunnelChoice.SSH),
        (TunnelChoice.SSH, {"public_url": "https://x.example.com"}, TunnelChoice.SSH),
    ],
)
def test_what_the_options_stand_for(
    tunnel: TunnelChoice | None, options: dict[str, str], chosen: TunnelChoice, cli: Cli
) -> None:
    """An address or a host alone says which kind it is; both together are ssh with a web server in front."""
    assert address(cli, tunnel, **options).tunnel is chosen


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ("--ssh-host", "me@box", "--public-url", "https://x.example.com"),
            "--public-url in front of an ssh host needs the port there that it leads to",
            "add --remote-port PORT",
        ),
        (
            ("--tunnel", "ngrok", "--ssh-host", "me@box"),
            "--ssh-host cannot be combined with --tunnel ngrok",
            "leave out one of them; --ssh-host goes with --tunnel ssh",
        ),
        (
            ("--tunnel", "ngrok", "--remote-port", "8080"),
            "--remote-port cannot be combined with --tunnel ngrok",
            "leave out one of them; --remote-port goes with --tunnel ssh",
        ),
    ],
)
def test_where_a_port_goes(arguments: tuple[str, ...], message: str, hint: str, cli: Cli) -> None:
    """What cannot be meant ends with a sentence that says how it is written."""
    result = run_main(cli, "listen", "--data-center", "simulator", *arguments)

    assert result.exit_code == 2
    assert result.stderr.endswith(f"error: {message}\nhint: {hint}\n")


def test_the_simulators_client_secret_is_shown(cli: Cli) -> None:
    """An application that receives from the simulator needs it, and it protects nothing."""
    result = run_main(cli, "listen", "--data-center", "simulator", "--only", "verification", "--count", "1")

    assert "client secret CRN_simulator_client_secret" in result.stderr


def test_where_it_listens(cli: Cli) -> None:
    """On this machine alone, unless a proxy elsewhere needs to reach it; what is no address is refused."""
    public: dict[str, str | int] = {"public_url": "https://x.example.com", "port": 3000}

    assert address(cli, None).bind == "127.0.0.1"
    assert address(cli, None, **public, bind="0.0.0.0").bind == "0.0.0.0"
    assert address(cli, None, **public, bind="::").bind == "::"
    with pytest.raises(WrongUsage, match="'everywhere' is not an address of this machine"):
        address(cli, None, **public, bind="everywhere")
    with pytest.raises(WrongUsage, match="--bind is for a proxy that leads here") as raised:
        address(cli, None, bind="0.0.0.0")
    assert raised.value.hint == "name its address: --public-url URL; a tunnel needs no --bind"
