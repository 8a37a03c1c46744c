"""Which tunnel is taken, and those that start nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.tunnels.choose import PROVIDERS, choose_tunnel, provider_statuses
from cronofy_cli.adapters.tunnels.interface import TunnelOptions
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import Unreachable, WrongUsage
from tests.fakes.ngrok_setup import FAKES, TOKEN
from tests.golden_files import check_golden
from tests.requirements import require_program
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from tests.adapters.tunnels.support import Events, Machine

IMPORTS = """
import sys
from pathlib import Path
from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.interface import TunnelOptions
from cronofy_cli.core.tunnels import TunnelChoice
choose_tunnel(TunnelChoice.URL, TunnelOptions({}, Path(), public_url="https://x.example"), print).start(1)
print(sorted({"pyngrok", "httpx", "yaml", "subprocess", "cronofy_cli.adapters.tunnels.ngrok"} & set(sys.modules)))
"""


def chosen(machine: Machine, events: Events, choice: str = "auto", **options: Any) -> str:
    """Return the name of the tunnel that is taken."""
    settings = {"environment": os.environ, "ngrok_token": lambda: TOKEN, **options}
    made = TunnelOptions(data_folder=machine.data_folder, **settings)
    return choose_tunnel(TunnelChoice(choice), made, events).facts.name


def only_cloudflared(folder: Path) -> dict[str, str]:
    """Return an environment where no ngrok is installed."""
    (folder / "bin").mkdir()
    (folder / "bin" / "cloudflared").symlink_to(FAKES / "cloudflared")
    return {"PATH": str(folder / "bin")}


def test_auto(machine: Machine, events: Events, tmp_path: Path) -> None:
    """auto is ngrok if agent and token are there, else cloudflared."""
    assert chosen(machine, events) == "ngrok"
    assert chosen(machine, events, ngrok_token=lambda: None) == "cloudflared"
    assert chosen(machine, events, environment=only_cloudflared(tmp_path)) == "cloudflared"


def test_auto_takes_what_the_options_name(machine: Machine, events: Events) -> None:
    """An address or a host of the user's own is what auto takes."""
    assert chosen(machine, events, public_url="https://hooks.example.com") == "url"
    assert chosen(machine, events, ssh_host="box") == "ssh"
    assert chosen(machine, events, ssh_host="box", public_url="https://hooks.example.com") == "ssh"


def test_auto_explains(machine: Machine, events: Events) -> None:
    """Where nothing can be used, the error tells what each provider lacks and how to get the first."""
    with pytest.raises(Unreachable) as caught:
        chosen(machine, events, environment={"PATH": "/nowhere"})

    assert caught.value.message == (
        "no tunnel can be opened on this machine "
        "(ngrok: no ngrok agent is installed; cloudflared: cloudflared is not installed)"
    )
    assert caught.value.hint == "cronofy tunnel install, or install it with brew, apt, choco or winget"


def test_a_choice_is_not_overruled(machine: Machine, events: Events) -> None:
    """What the user chooses is taken, whatever is installed or named."""
    assert chosen(machine, events, "none") == "none"
    assert chosen(machine, events, "cloudflared", ssh_host="box") == "cloudflared"


@pytest.mark.parametrize(
    ("choice", "message", "hint"),
    [
        ("ssh", "--tunnel ssh needs a host", "add --ssh-host user@host"),
        ("url", "--tunnel url needs the address", "add --public-url URL and --port PORT"),
    ],
)
def test_a_choice_that_needs_an_option(machine: Machine, events: Events, choice: str, message: str, hint: str) -> None:
    """A choice that needs to know more names the option."""
    with pytest.raises(WrongUsage) as caught:
        chosen(machine, events, choice)

    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_every_choice_has_a_provider() -> None:
    """Each word that --tunnel takes has a provider, and the order of preference is the one in which they are named."""
    assert [TunnelChoice.AUTO, *PROVIDERS] == list(TunnelChoice)


def test_what_a_caller_must_know(machine: Machine, events: Events) -> None:
    """Of each provider: whether Cronofy reaches its address, from when on, and what to try where it leads elsewhere."""
    options = TunnelOptions(os.environ, machine.data_folder, ssh_host="box", public_url="https://hooks.example.com")
    facts = [choose_tunnel(choice, options, events).facts for choice in PROVIDERS]

    lines = [f"{each.name}: public {each.is_public}, from {each.settle_s} s on: {each.ready_hint}\n" for each in facts]
    check_golden("facts.txt", "".join(lines).encode(), Path(__file__).parent / "golden")


def test_statuses(machine: Machine) -> None:
    """The status lists what can be installed, in the order of preference."""
    require_program("ssh")
    options = TunnelOptions(os.environ, machine.data_folder, ngrok_token=lambda: TOKEN)

    assert [(status.name, status.is_usable) for status in provider_statuses(options).values()] == [
        ("ngrok", True),
        ("cloudflared", True),
        ("ssh", True),
    ]


def test_ssh_is_never_taken_unasked(machine: Machine, events: Events, tmp_path: Path) -> None:
    """Where ssh alone is installed, its status says what to name, and no tunnel is chosen."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ssh").symlink_to(FAKES / "cloudflared")
    options = TunnelOptions({"PATH": str(tmp_path / "bin")}, machine.data_folder)

    status = provider_statuses(options)[TunnelChoice.SSH]

    assert (status.is_usable, status.hint) == (True, "name your host: --tunnel ssh --ssh-host USER@HOST")
    with pytest.raises(Unreachable, match="no tunnel can be opened"):
        choose_tunnel(TunnelChoice.AUTO, options, events)


def test_an_address_of_ones_own(machine: Machine, events: Events) -> None:
    """An own address is given back without its slash, and nothing is started or ended."""
    options = TunnelOptions({}, machine.data_folder, public_url=" https://hooks.example.com/in/ ")
    tunnel = choose_tunnel(TunnelChoice.URL, options, events)

    assert (tunnel.is_alive(), tunnel.public_url) == (False, None)
    assert tunnel.start(8080) == tunnel.public_url == "https://hooks.example.com/in"
    assert (tunnel.is_alive(), tunnel.facts.is_public, tunnel.explain_answer(502, {})) == (True, True, None)
    tunnel.stop()
    assert not tunnel.is_alive()


@pytest.mark.parametrize(
    "url", ["hooks.example.com", "ftp://x.example", "https://", "https://x:y", "https://x/?a=1", "https://[x"]
)
def test_what_is_no_address(machine: Machine, events: Events, url: str) -> None:
    """What cannot be an address is refused."""
    with pytest.raises(WrongUsage) as caught:
        chosen(machine, events, "url", public_url=url)

    assert caught.value.message == f"'{url}' is not a public address"
    assert caught.value.hint == "give one such as --public-url https://hooks.example.com"


def test_no_tunnel(machine: Machine, events: Events) -> None:
    """Without a tunnel the address is the port itself, which nobody outside can reach."""
    tunnel = choose_tunnel(TunnelChoice.NONE, TunnelOptions({}, machine.data_folder), events)

    assert tunnel.start(8080) == tunnel.public_url == "http://127.0.0.1:8080"
    assert (tunnel.is_alive(), tunnel.explain_answer(404, {})) == (True, None)
    assert not tunnel.facts.is_public
    tunnel.stop()
    assert not tunnel.is_alive()


def test_what_is_not_chosen_is_not_imported() -> None:
    """An address of one's own costs no import of pyngrok, httpx or another provider."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True, cwd=REPOSITORY)

    assert done.stdout == "[]\n"
