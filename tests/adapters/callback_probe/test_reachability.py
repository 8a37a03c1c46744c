"""The probe: a public address is believed only when our own answer came back through it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe.reachability import prove_leads_here
from cronofy_cli.errors import Unreachable
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port
from tests.receiver.receiving import PATH, receiving, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cronofy_cli.errors import CronofyError


def explain_nothing(_status: int, _headers: Mapping[str, str]) -> None:
    """Know of no provider's own answers."""


def prove(
    url: str,
    limit_s: float = 0.0,
    explain: Callable[[int, Mapping[str, str]], CronofyError | None] = explain_nothing,
) -> float:
    """Probe an address."""
    return prove_leads_here(url, limit_s, explain, "look here", threading.Event().wait)


def test_the_listener_itself(tmp_path: Path) -> None:
    """The listener's own answer proves it, and the probe is not kept as a delivery."""
    with receiving(tmp_path) as receiver:
        took_ms = prove(f"http://127.0.0.1:{receiver.port}{PATH}")
    assert stored(tmp_path) == []

    assert 0 < took_ms < 5000


def test_another_path_of_the_listener(tmp_path: Path) -> None:
    """Only the served path proves it."""
    with receiving(tmp_path) as receiver, pytest.raises(Unreachable, match="something else responds with 404"):
        prove(f"http://127.0.0.1:{receiver.port}/r/another")


@pytest.mark.parametrize(("status", "headers"), [(200, {}), (404, {}), (405, {}), (405, {"Allow": "GET, HEAD"})])
def test_somebody_else(status: int, headers: dict[str, str]) -> None:
    """Nobody else's answer proves anything, not even a 405 of theirs."""
    with scripted_server() as server:
        server.answer(status, headers=headers)
        with pytest.raises(Unreachable, match=f"something else responds with {status}") as caught:
            prove(f"{server.url}{PATH}")

    assert caught.value.hint == "look here"


def test_an_answer_of_the_provider() -> None:
    """What a provider's own page means is told instead, and ngrok's page for browsers is not asked for."""
    told = Unreachable("no agent is connected")

    def explain(status: int, headers: Mapping[str, str]) -> CronofyError | None:
        return told if (status, headers.get("ngrok-error-code")) == (404, "ERR_NGROK_3200") else None

    with scripted_server() as server:
        server.answer(404, headers={"Ngrok-Error-Code": "ERR_NGROK_3200"})
        with pytest.raises(Unreachable) as caught:
            prove(f"{server.url}{PATH}", explain=explain)
        [request] = server.requests

    assert caught.value is told
    assert request.headers["ngrok-skip-browser-warning"] == "1"
    assert request.headers["User-Agent"] == "cronofy-cli probe"


def test_nobody_answers() -> None:
    """An address that refuses is asked every quarter of a second until the limit, and the last reason is given."""
    now, pauses = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    url = f"http://127.0.0.1:{free_port()}{PATH}"
    with pytest.raises(Unreachable, match="our own request to the public address did not come back") as caught:
        prove_leads_here(url, 1.0, explain_nothing, "look here", sleep, lambda: now[0])

    assert (pauses, caught.value.hint) == ([0.25] * 4, "look here")


def test_how_long_it_took() -> None:
    """The duration is that of the last request alone, in milliseconds."""
    times = iter([0.0, 10.0, 10.5, 20.0, 20.125])
    with scripted_server() as server:
        server.answer(502)
        server.answer(405, headers={"Allow": "POST"})
        url = f"{server.url}{PATH}"
        took_ms = prove_leads_here(url, 60.0, explain_nothing, None, lambda _: None, lambda: next(times))

    assert took_ms == 125


def test_it_asks_again() -> None:
    """An address that needs a moment is asked again until it leads here."""
    pauses: list[float] = []
    with scripted_server() as server:
        server.answer(502)
        server.answer(405, headers={"Allow": "POST"})
        prove_leads_here(f"{server.url}{PATH}", 10.0, explain_nothing, None, pauses.append)

    assert len(pauses) == 1
