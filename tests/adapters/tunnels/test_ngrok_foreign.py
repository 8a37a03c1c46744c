"""An agent that the user runs already: it is used, and left as it was."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok.tunnel import status
from cronofy_cli.errors import Unreachable
from tests.adapters.tunnels.support import post
from tests.fakes.ngrok_setup import FAKES, TOKEN
from tests.fakes.scripted_server import scripted_server
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.adapters.tunnels.support import Events, Machine, Upstream

    WaitUntil = Callable[[Callable[[], bool]], None]


class UsersAgent:
    """An agent that runs without us, with an endpoint of the user's own."""

    def __init__(self, machine: Machine, wait_until: WaitUntil) -> None:
        configuration = machine.ngrok_configuration
        configuration.write_text(f"{configuration.read_text()}  authtoken: {TOKEN}\n")
        self.api = f"http://127.0.0.1:{machine.web_port}/api"
        self.process = subprocess.Popen(
            [FAKES / "ngrok", "start", "--none", "--log", "stdout", "--config", configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self.status() == "online")

    def status(self) -> str:
        """Return what the agent says of its session; nothing before it is up."""
        try:
            return str(self.ask("GET", "/status")["status"])
        except import_httpx().HTTPError:
            return ""

    def tunnels(self) -> list[str]:
        """Return the names of its endpoints."""
        return [tunnel["name"] for tunnel in self.ask("GET", "/tunnels")["tunnels"]]

    def ask(self, method: str, path: str) -> dict[str, Any]:
        """Ask its API."""
        with open_client(self.api) as client:
            document: dict[str, Any] = client.request(method, f"{self.api}{path}").json()
            return document


@pytest.fixture
def users_agent(machine: Machine, wait_until: WaitUntil) -> Iterator[Callable[..., UsersAgent]]:
    """Run the user's own agent, told what to do by variables."""
    started: list[UsersAgent] = []

    def start(**variables: str) -> UsersAgent:
        machine.set(**variables)
        started.append(UsersAgent(machine, wait_until))
        return started[-1]

    yield start
    for agent in started:
        agent.process.kill()
        agent.process.wait()


@pytest.mark.parametrize("version", ["3.39.10", "3.19.1"])
def test_it_is_used_and_survives(
    machine: Machine, events: Events, listener: Upstream, users_agent: Callable[..., UsersAgent], version: str
) -> None:
    """Our endpoint is added to the agent that runs, of whichever age, and kept out of its inspector; stop() takes it
    away and nothing else.
    """
    theirs = users_agent(FAKE_NGROK_VERSION=version)
    with machine.ngrok(events, token=None) as tunnel:
        url = tunnel.start(listener.port)

        assert post(url)[0] == 202
        assert (tunnel.is_alive(), tunnel.public_url) == (True, url)
        assert len(theirs.tunnels()) == 1
        tunnel.stop()
        tunnel.stop()
        assert (tunnel.is_alive(), tunnel.public_url) == (False, None)

    assert [asked["inspect"] for asked in machine.asked()] == [False]
    assert theirs.process.poll() is None
    assert theirs.tunnels() == []
    assert events.kinds == []
    assert len(machine.calls()) == 1


def test_its_domain(
    machine: Machine, events: Events, listener: Upstream, users_agent: Callable[..., UsersAgent]
) -> None:
    """A domain is asked of the agent that runs."""
    users_agent(FAKE_NGROK_VERSION="3.19.1")
    with machine.ngrok(events, domain="hooks.example.com") as tunnel:
        assert tunnel.start(listener.port) == "https://hooks.example.com"


def test_its_end_is_noticed(
    machine: Machine, events: Events, listener: Upstream, users_agent: Callable[..., UsersAgent]
) -> None:
    """When the user ends the agent, the tunnel is told to be gone, and the next start has an agent of our own."""
    theirs = users_agent()
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        theirs.process.kill()
        theirs.process.wait()
        events.wait_for(TunnelEventKind.AGENT_ENDED)
        assert not tunnel.is_alive()
        tunnel.stop()

        assert post(tunnel.start(listener.port))[0] == 202


def test_its_session(
    machine: Machine, events: Events, listener: Upstream, users_agent: Callable[..., UsersAgent]
) -> None:
    """A session that the agent loses, and has again under another address, is told."""
    theirs = users_agent(FAKE_NGROK_SCENARIO="address_changes")
    with machine.ngrok(events) as tunnel:
        before = tunnel.start(listener.port)
        theirs.process.send_signal(signal.SIGUSR1)
        events.wait_for(TunnelEventKind.SESSION_LOST)
        theirs.process.send_signal(signal.SIGUSR1)
        events.wait_for(TunnelEventKind.SESSION_BACK)
        sessions = [each for each in events.seen if each.kind is not TunnelEventKind.URL_CHANGED]
        assert {each.detail for each in sessions} == {"the agent that already ran says so"}

        assert events.wait_for(TunnelEventKind.URL_CHANGED).public_url == tunnel.public_url != before


def test_its_refusal(machine: Machine, events: Events, users_agent: Callable[..., UsersAgent]) -> None:
    """When ngrok refuses the endpoint, the error says which agent was asked, and that agent runs on."""
    theirs = users_agent(FAKE_NGROK_SCENARIO="endpoint_in_use")
    with machine.ngrok(events) as tunnel:
        before = open_files()
        with pytest.raises(Unreachable, match="already online") as caught:
            tunnel.start(9)
        assert open_files() <= before

    assert caught.value.hint == (
        "stop that one (https://dashboard.ngrok.com/agents), or choose another address with --domain; "
        "the ngrok agent that already runs was asked: stop it to have one of our own"
    )
    assert theirs.process.poll() is None


def test_it_counts_as_usable(machine: Machine, users_agent: Callable[..., UsersAgent]) -> None:
    """With an agent that runs, ngrok can be used without a token of ours."""
    users_agent()

    found = status(machine.settings(token=None))

    assert (found.is_usable, found.detail) == (True, f"an agent runs on port {machine.web_port}")


def test_another_program_on_the_port_is_not_an_agent(machine: Machine) -> None:
    """What answers on the agent's port without being one is not given an endpoint."""
    with scripted_server(port=machine.web_port) as other:
        other.answer(200, body=b"<html>", only_for="GET /api/tunnels")
        found = status(machine.settings())

    assert found.is_usable
    assert "authtoken from" in found.detail
