"""The local API of an ngrok agent, as it is asked and understood: no agent is needed for that."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok import local_api
from cronofy_cli.adapters.tunnels.ngrok.local_api import Endpoint, EndpointWatch, LocalApi
from cronofy_cli.adapters.tunnels.ngrok.redaction import Redactor
from cronofy_cli.errors import CronofyError, NotFound, Unreachable
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.tunnels.support import Events
    from tests.fakes.scripted_server import ScriptedServer

DOMAIN = "https://hooks.ngrok.app"
LIMIT_S = 60.0


@pytest.fixture
def agent() -> Iterator[ScriptedServer]:
    """What answers in the agent's place."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def api(agent: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalApi]:
    """Its API, whose answers are waited for as long as it takes."""
    for name in ("ANSWER_LIMIT_S", "OPEN_LIMIT_S"):
        monkeypatch.setattr(local_api, name, LIMIT_S)
    with closing(LocalApi(f"{agent.url}/", Redactor(["2secret"]))) as made:
        yield made


@pytest.mark.parametrize(("url", "asked"), [(None, {}), (DOMAIN, {"url": DOMAIN})])
def test_an_endpoint(url: str | None, asked: dict[str, str], agent: ScriptedServer, api: LocalApi) -> None:
    """It leads to this machine's port, under the address that is asked for, and keeps nothing of what goes through."""
    agent.answer(json={"url": f"{DOMAIN}/"}, only_for="POST /api/endpoints")

    assert api.add("mine", 8080, url) == Endpoint("/api/endpoints/mine", DOMAIN)
    assert json.loads(agent.requests[0].body) == {
        "name": "mine",
        "upstream": {"url": "http://127.0.0.1:8080"},
        "inspect": False,
        **asked,
    }


@pytest.mark.parametrize(("url", "asked"), [(None, {}), (DOMAIN, {"domain": "hooks.ngrok.app"})])
def test_a_tunnel(url: str | None, asked: dict[str, str], agent: ScriptedServer, api: LocalApi) -> None:
    """An agent that knows no endpoints is asked for a tunnel, in the words of its time."""
    agent.answer(404)
    agent.answer(json={"public_url": DOMAIN}, only_for="POST /api/tunnels")

    assert api.add("mine", 8080, url) == Endpoint("/api/tunnels/mine", DOMAIN)
    assert json.loads(agent.requests[1].body) == {
        "name": "mine",
        "addr": "http://127.0.0.1:8080",
        "proto": "http",
        "inspect": False,
        **asked,
    }


@pytest.mark.parametrize(
    ("status", "body", "is_agent"),
    [
        (200, b'{"tunnels": []}', True),
        (200, b'{"other": []}', False),
        (200, b"[]", False),
        (200, b"", False),
        (200, b"<html>", False),
        (404, b"", False),
        (500, b"", False),
    ],
)
def test_what_is_an_agent(status: int, body: bytes, is_agent: bool, agent: ScriptedServer, api: LocalApi) -> None:
    """What tells of its tunnels is an agent, and nothing else is."""
    agent.answer(status, body=body, only_for="GET /api/tunnels")

    assert api.is_agent() is is_agent


@pytest.mark.parametrize(
    ("status", "body", "is_connected"),
    [
        (200, b'{"status": "online"}', True),
        (200, b'{"status": "reconnecting"}', False),
        (200, b"{}", True),
        (200, b"", True),
        (404, b"", True),
    ],
)
def test_its_session(status: int, body: bytes, is_connected: bool, agent: ScriptedServer, api: LocalApi) -> None:
    """An agent that does not tell whether it has its session is believed to."""
    agent.answer(status, body=body, only_for="GET /api/status")

    assert api.is_connected() is is_connected


def test_removing(agent: ScriptedServer, api: LocalApi) -> None:
    """An endpoint is closed by its place; one that is gone already is told as such."""
    agent.answer(204, only_for="DELETE /api/endpoints/mine")
    agent.answer(404)

    api.remove("/api/endpoints/mine")
    with pytest.raises(NotFound) as gone:
        api.remove("/api/endpoints/mine")

    assert gone.value.message == f"the ngrok agent at {agent.url} does not know /api/endpoints/mine"


@pytest.mark.parametrize(
    ("status", "body", "message", "hint"),
    [
        (200, b"<html>", "what answers at SERVER is not an ngrok agent", None),
        (200, b"[]", "what answers at SERVER is not an ngrok agent", None),
        (200, b"{}", "the ngrok agent does not tell its public address", "ngrok update"),
        (200, b'{"url": 7}', "the ngrok agent does not tell its public address", "ngrok update"),
        (
            502,
            b'{"details": {"err": "2secret is bad"}}',
            "the ngrok agent failed: ******** is bad",
            "check this machine's connection and proxy with: ngrok diagnose; or choose --tunnel cloudflared",
        ),
        (
            400,
            b'{"details": {"err": "no\\nERR_NGROK_334"}}',
            "the address is already online with another ngrok agent",
            "stop that one (https://dashboard.ngrok.com/agents), or choose another address with --domain",
        ),
    ],
)
def test_what_is_wrong(
    status: int, body: bytes, message: str, hint: str | None, agent: ScriptedServer, api: LocalApi
) -> None:
    """Each answer that leads to no address has its own sentence, without a secret."""
    agent.answer(status, body=body)

    with pytest.raises(CronofyError) as caught:
        api.add("mine", 8080, None)

    assert (caught.value.message, caught.value.hint) == (message.replace("SERVER", agent.url), hint)


def test_nobody_answers() -> None:
    """An agent that is gone is told by its address."""
    url = f"http://127.0.0.1:{free_port()}"
    with closing(LocalApi(url, str)) as api, pytest.raises(Unreachable) as caught:
        api.address_of("/api/tunnels/mine")

    assert caught.value.message == f"the ngrok agent at {url} does not answer"


def test_watching(agent: ScriptedServer, api: LocalApi, events: Events) -> None:
    """A new address is told once, with the former one, and is the endpoint's from then on."""
    for address in (DOMAIN, "https://other.ngrok.app", "https://other.ngrok.app/"):
        agent.answer(json={"url": address}, only_for="GET /api/endpoints/mine")
    agent.answer(404)
    watch = EndpointWatch(api, Endpoint("/api/endpoints/mine", DOMAIN), events)

    for _ in range(3):
        watch.look()
    with pytest.raises(NotFound):
        watch.look()

    assert watch.public_url == "https://other.ngrok.app"
    assert [(each.kind, each.detail, each.public_url) for each in events.seen] == [
        (TunnelEventKind.URL_CHANGED, f"was {DOMAIN}", "https://other.ngrok.app")
    ]
