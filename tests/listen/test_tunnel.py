"""The public address of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind, TunnelFacts
from cronofy_cli.adapters.tunnels.processes import AgentProcess
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import Unreachable, WrongUsage
from cronofy_cli.listen.options import Address
from cronofy_cli.listen.tunnel import PublicAddress, TunnelEvents, choose, served_paths
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PUBLIC = "https://a.example.com"


@dataclass
class FakeTunnel:
    """A tunnel that is up at once."""

    url: str = PUBLIC
    ready_hint: str | None = None
    ports: list[int] = field(default_factory=list)
    public_url: str | None = None

    @property
    def facts(self) -> TunnelFacts:
        """Its facts."""
        return TunnelFacts("fake", settle_s=2.5, ready_hint=self.ready_hint)

    def start(self, port: int) -> str:
        """Be up."""
        self.ports.append(port)
        self.public_url = self.url
        return self.url

    def is_alive(self) -> bool:
        """Whether it is up."""
        return self.public_url is not None

    def explain_answer(self, _status: int, _headers: Mapping[str, str]) -> None:
        """It says nothing of answers."""

    def stop(self) -> None:
        """Be down."""
        self.public_url = None


def address(tunnel: FakeTunnel, *, query: str = "", must_be_public: bool = True) -> PublicAddress:
    """Return the address of a run that serves /r/1."""
    return PublicAddress(tunnel, "/r/1", query=query, must_be_public=must_be_public)


def no_pause(_seconds: float) -> None:
    """Do not wait."""


def test_events_of_a_tunnel() -> None:
    """Agents that start are noted, whatever else happens is for the watchdog."""
    agent = AgentProcess(1, "1", "ngrok")
    events, noted = TunnelEvents(), list[AgentProcess]()
    started = TunnelEvent(TunnelEventKind.AGENT_STARTED, agent=agent)
    events(started)
    events.note_agent = noted.append
    others = [TunnelEvent(kind) for kind in TunnelEventKind if kind is not TunnelEventKind.AGENT_STARTED]

    for event in (started, TunnelEvent(TunnelEventKind.AGENT_STARTED), *others):
        events(event)

    assert noted == [agent]
    assert [events.queue.get_nowait() for _ in others] == others
    assert events.queue.empty()


def test_opened_and_closed() -> None:
    """The callback URL is the tunnel's address with the path and the query; the name has time to be known."""
    tunnel, pauses = FakeTunnel(), list[float]()
    public = address(tunnel, query="user=1")

    assert public.open(4040, pauses.append) == PUBLIC
    assert (tunnel.ports, pauses, public.name) == ([4040], [2.5], "fake")
    assert (public.callback_url, public.url, public.is_alive()) == (f"{PUBLIC}/r/1?user=1", PUBLIC, True)
    public.close()
    assert (public.url, public.is_alive(), tunnel.public_url) == (None, False, None)


def test_without_a_query() -> None:
    """Nothing stands behind the path."""
    public = address(FakeTunnel())
    public.open(4040, no_pause)

    assert public.callback_url == f"{PUBLIC}/r/1"


@pytest.mark.parametrize("must_be_public", [True, False])
def test_an_address_that_cronofy_cannot_reach(must_be_public: bool) -> None:
    """An address of this machine is refused before anything is posted there, unless a simulator posts."""
    public, pauses = address(FakeTunnel("http://127.0.0.1:4040"), must_be_public=must_be_public), list[float]()

    if must_be_public:
        with pytest.raises(WrongUsage, match="cannot reach 127"):
            public.open(4040, pauses.append)
    else:
        public.open(4040, pauses.append)
    assert len(pauses) == (not must_be_public)


def test_another_address() -> None:
    """An address that the provider has changed is taken over; one that is down keeps the last one."""
    tunnel = FakeTunnel()
    public = address(tunnel)
    public.follow()
    assert public.url is None
    public.open(4040, no_pause)
    tunnel.public_url = "https://b.example.com"
    public.follow()
    assert public.callback_url == "https://b.example.com/r/1"
    tunnel.public_url = None
    public.follow()
    assert public.callback_url == "https://b.example.com/r/1"
    tunnel.public_url = "http://10.0.0.1"
    with pytest.raises(WrongUsage, match="cannot reach 10"):
        public.follow()


@pytest.mark.parametrize("hint", [None, "wait a moment"])
def test_an_address_that_leads_elsewhere(hint: str | None) -> None:
    """A request through the address that does not come back is an error, which names both ends of the way."""
    with scripted_server() as server:
        server.answer(404)
        public = address(FakeTunnel(server.url, hint), must_be_public=False)
        public.open(4040, no_pause)
        with pytest.raises(Unreachable) as caught:
            public.prove(no_pause, 0.0)

    rest = "" if hint is None else f"; {hint}"
    assert caught.value.hint == f"check that {server.url}/r/1 leads to 127.0.0.1:4040{rest}"


@pytest.mark.parametrize(
    ("public_url", "paths"),
    [
        (None, ("/r/1",)),
        ("https://a.example.com", ("/r/1",)),
        ("https://a.example.com/", ("/r/1",)),
        ("https://a.example.com/hooks", ("/r/1", "/hooks/r/1")),
        ("https://a.example.com/hooks/", ("/r/1", "/hooks/r/1")),
    ],
)
def test_paths_to_serve(public_url: str | None, paths: tuple[str, ...]) -> None:
    """A proxy may keep the path of a public URL or strip it: the notification is taken either way."""
    assert served_paths(public_url, "/r/1") == paths


@pytest.mark.parametrize(
    ("wanted", "must_be_public", "name"),
    [
        (Address(), False, "none"),
        (Address(TunnelChoice.NONE), True, "none"),
        (Address(public_url="https://a.example.com"), False, "none"),
        (Address(TunnelChoice.URL, public_url="https://a.example.com"), False, "url"),
        (Address(public_url="https://a.example.com"), True, "url"),
        (Address(TunnelChoice.SSH, ssh_host="me@example.com"), True, "ssh"),
    ],
)
def test_the_tunnel_that_is_chosen(wanted: Address, must_be_public: bool, name: str, tmp_path: Path) -> None:
    """A simulator needs no tunnel unless one is asked for; else the options decide."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}

    tunnel: Any = choose(wanted, environment, TunnelEvents(), must_be_public=must_be_public)

    assert tunnel.facts.name == name
