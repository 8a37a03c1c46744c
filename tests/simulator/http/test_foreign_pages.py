"""The page of a simulator is served safely, and no other site's page can use its control API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.simulator.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.simulator.running import Running

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/simulator/credentials", None),
    ("GET", "/simulator/live", None),
    ("POST", "/simulator/reset", {}),
    ("POST", "/simulator/events", {}),
    ("DELETE", "/simulator/faults", None),
    ("GET", "/page/main.js", None),
]


def test_the_page_and_its_files(shared_simulator: Running) -> None:
    """They have their types and the headers that allow nothing inline, nothing foreign, and no copy in a cache."""
    for path, content_type in (
        ("/", "text/html"),
        ("/page/main.js", "text/javascript"),
        ("/page/shared/tokens.css", "text/css"),
    ):
        answer = shared_simulator.request("GET", path)
        assert answer.headers["content-type"].startswith(content_type)
        assert answer.headers["content-security-policy"].startswith(POLICY)
        assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert shared_simulator.request("GET", "/page/index.js", 404).json()["error"] == "unknown_path"
    shared_simulator.request("GET", "/page/..%2Fserver.py", 404)


def test_nothing_is_inline(shared_simulator: Running) -> None:
    """Neither the page nor its modules need what the policy forbids."""
    html = shared_simulator.request("GET", "/").text

    assert " style=" not in html
    assert re.search(r"\son\w+=", html) is None
    assert "<script>" not in html
    assert "http" not in html


def test_the_page_is_no_call_of_the_api(start: Any) -> None:
    """It stands neither in the request log nor in the timeline, and no ordered fault meets it."""
    simulator = start()
    simulator.request("POST", "/simulator/faults", 201, json={"path_prefix": "/", "status": 500})

    for path in ("/", "/page/main.js", "/page/shared/dom.js"):
        simulator.request("GET", path)

    assert simulator.get("/simulator/requests") == {"requests": []}
    simulator.request("GET", "/v1/userinfo", 500)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_foreign_page_is_refused(
    shared_simulator: Running, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
) -> None:
    """Whatever a browser says of a foreign page, it neither reads nor writes, and the answer says why."""
    answer = shared_simulator.request(method, path, 403, json=body, headers=headers)

    assert answer.json()["error"] == "foreign_page"


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_another_name_for_this_machine_is_refused(
    shared_simulator: Running, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """A page whose name was made to lead here is refused by that name."""
    headers = {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}

    shared_simulator.request(method, path, 403, json=body, headers=headers)


def test_the_page_itself_may(start: Any) -> None:
    """Its own origin reads and writes, by any of this machine's names."""
    simulator = start()
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{simulator.url.rpartition(':')[2]}"
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        simulator.request("POST", "/simulator/reset", json={}, headers=headers)
        simulator.request("GET", "/simulator", headers=headers)


ATTACK = """async url => {
  const say = promise => promise.then(r => r.type + r.status, e => e.name);
  const body = JSON.stringify({summary: 'Attack'}), post = {method: 'POST', body};
  return [
    await say(fetch(url + '/simulator/credentials')),
    await say(fetch(url + '/simulator/credentials', {mode: 'no-cors'})),
    await say(fetch(url + '/simulator/events', {...post, headers: {'Content-Type': 'application/json'}})),
    await say(fetch(url + '/simulator/events', {...post, mode: 'no-cors'})),
    await say(fetch(url + '/simulator/faults', {method: 'DELETE'})),
  ];
}"""


def test_a_foreign_page_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    """A real page of another origin on this machine gets to read nothing and changes nothing."""
    settings = SimulatorSettings(port=0)
    with running(settings) as victim, running(settings) as other:
        page = chromium.new_page()
        page.goto(f"{other.url}/simulator/routes")

        outcome = page.evaluate(ATTACK, victim.url)
        page.close()

        assert set(outcome) <= {"TypeError", "opaque0"}
        assert victim.get("/simulator/events", search="Attack")["events"] == []
        assert victim.get("/simulator/timeline")["entries"] == []
