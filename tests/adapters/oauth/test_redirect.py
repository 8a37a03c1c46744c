"""The server that waits for the browser's redirect: real HTTP on loopback."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from cronofy_cli.adapters.oauth.redirect import RedirectCatcher
from cronofy_cli.errors import TimeLimitReached, WrongUsage
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = "our-state"
AGAIN = "cronofy auth login --port 7000"
LIMIT_S = 10.0


@dataclass
class Waiting:
    """A catcher that waits on a thread, and what it got."""

    port: int
    foreign: list[str] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)

    def get(self, target: str, method: str = "GET") -> tuple[int, str]:
        """Ask as a browser does, and return status and page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        connection.request(method, target)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return answer.status, page


@contextmanager
def waiting() -> Iterator[Waiting]:
    """Wait for a redirect; at the end it must have come."""
    port = free_port()
    found = Waiting(port)
    with RedirectCatcher(port, STATE, on_foreign=lambda: found.foreign.append("came"), again=AGAIN) as catcher:
        thread = threading.Thread(target=lambda: found.caught.append(catcher.wait(LIMIT_S)))
        thread.start()
        yield found
        thread.join()
    assert len(found.caught) == 1


def callback(**query: str) -> str:
    """Return the target of a redirect."""
    return f"/callback?{urlencode(query)}"


def test_a_success() -> None:
    """The redirect with our state ends the wait, and the browser is told to go back to the terminal."""
    with waiting() as found:
        status, page = found.get(callback(code="c0de", state=STATE))

    assert (status, found.caught) == (200, [f"code=c0de&state={STATE}"])
    assert "Approved. You can close this tab and go back to the terminal." in page
    assert "c0de" not in page


def test_a_refusal() -> None:
    """A refusal ends the wait too; the page does not claim success."""
    with waiting() as found:
        status, page = found.get(callback(error="access_denied", state=STATE))

    assert (status, found.caught) == (200, [f"error=access_denied&state={STATE}"])
    assert "The sign-in did not finish. The terminal says why; you can close this tab." in page


def test_what_is_not_the_redirect_is_404_and_waited_past() -> None:
    """Icons, scanners, previews and broken requests get 404, or nothing, and do not end the wait."""
    with waiting() as found:
        asked = ["/favicon.ico", "/", "/callback", "/callback?state=x", f"/other?code=c&state={STATE}", "//["]
        statuses = [found.get(target)[0] for target in asked]
        preview = found.get(callback(code="c", state=STATE), "HEAD")[0]
        with socket.create_connection(("127.0.0.1", found.port)) as scanner:
            scanner.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            scanner.recv(1000)
        assert found.caught == []
        found.get(callback(code="c", state=STATE))

    assert statuses[:5] == [404] * 5
    assert preview == 404


def test_another_state_is_refused_and_waited_past() -> None:
    """A redirect of another sign-in is 400 and told; ours still counts."""
    with waiting() as found:
        refused = [found.get(callback(code="c", state=state)) for state in ("other", "", "ä")]
        found.get(callback(code="ours", state=STATE))

    assert ([status for status, _ in refused], found.foreign) == ([400] * 3, ["came"] * 3)
    assert all("belongs to another sign-in. Go back to the terminal." in page for _, page in refused)
    assert found.caught == [f"code=ours&state={STATE}"]


def test_a_connection_that_says_nothing_delays_nobody() -> None:
    """Browsers open connections in advance; the redirect on another one is answered at once."""
    with waiting() as found, socket.create_connection(("127.0.0.1", found.port)):
        status, _ = found.get(callback(code="c", state=STATE))

    assert status == 200


def test_nothing_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a redirect nor a broken client leaves a word on the streams: the query holds the code."""
    with waiting() as found:
        with socket.create_connection(("127.0.0.1", found.port)) as rude:
            rude.sendall(b"GET /callback?code=rude HTTP/1.1\r\n")
        found.get("//[")
        found.get(callback(code="c", state=STATE))

    assert capfd.readouterr() == ("", "")


def test_the_port_is_in_use() -> None:
    """A port in use is told with the redirect URI to enter, and the user's own command with another port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(WrongUsage) as refused, catcher_at(port):
            pass

    assert refused.value.message == f"port {port}, which the redirect needs, is in use"
    assert refused.value.hint == (
        "end what uses it, or enter http://localhost:PORT/callback in the Cronofy dashboard and run: "
        f"{AGAIN} --port PORT"
    )


def test_what_is_no_port() -> None:
    """A number that no port has is told with the system's reason."""
    with pytest.raises(WrongUsage) as refused, catcher_at(70_000):
        pass

    assert refused.value.message.startswith("port 70000, which the redirect needs, cannot be used: ")
    assert "0-65535" in refused.value.message


def test_the_head_of_the_page() -> None:
    """The page is kept by nobody, names its address to nobody, and loads nothing; its connection ends with it."""
    with waiting() as found:
        connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=LIMIT_S)
        connection.request("GET", callback(code="c", state=STATE))
        answer = connection.getresponse()
        page = answer.read()
        connection.close()

    assert answer.getheaders() == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
        ("Connection", "close"),
    ]


def test_the_port_is_free_again_at_once() -> None:
    """A second sign-in right after the first one gets the same port."""
    with waiting() as found:
        found.get(callback(code="c", state=STATE))

    with catcher_at(found.port) as catcher:
        assert catcher is not None


def test_the_browser_does_not_come_back() -> None:
    """At the time limit the hint is the way without a browser on this machine."""
    with catcher_at(free_port()) as catcher, pytest.raises(TimeLimitReached) as reached:
        catcher.wait(0.0)

    assert reached.value.message == "the browser did not come back within 0 s"
    assert reached.value.hint == f"run it again, or open the page on any machine: {AGAIN} --no-browser"


def catcher_at(port: int) -> RedirectCatcher:
    """A catcher that nothing comes to."""
    return RedirectCatcher(port, STATE, on_foreign=pytest.fail, again=AGAIN)
