"""Applications that are served for a test: ASGI and WSGI, with their start, their end and their bugs."""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.testing.serving import Served
from tests.open_files import open_files
from tests.support import REPOSITORY
from tests.testing.applications import Inbox, broken_asgi, plain_asgi

if TYPE_CHECKING:
    from cronofy_cli.testing.serving import Application

BODY = b'{"notification":{"type":"change"}}'


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_an_application_is_called(kind: str) -> None:
    """Path, body, status and answer arrive as they are, in another thread than the test's."""
    inbox = Inbox()
    inbox.status = 202

    with Served(getattr(inbox, kind)) as app, urllib.request.urlopen(f"{app.url}/a%20b?c=d", BODY) as answer:
        assert (answer.status, answer.read()) == (202, b"ok")

    assert (inbox.paths, inbox.types) == (["/a b"], ["change"])
    assert inbox.thread != threading.get_ident()


def test_what_an_asgi_application_is_called_with() -> None:
    """All that the specification lists, with the state that the application made at its start; then nothing more."""
    scopes: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Application, send: Application) -> None:
        scopes.append(scope | {"state": dict(scope["state"])})
        if scope["type"] == "lifespan":
            scope["state"]["database"] = "open"
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        scope["state"]["user"] = "of one request"
        messages.extend([await receive(), await receive()])
        await plain_asgi(scope, receive, send)

    with Served(application) as app:
        connection = HTTPConnection(app.url.removeprefix("http://"))
        for method in ("POST", "PUT"):
            connection.request(method, "/a%20b%C3%BC?c=d%20e", BODY, {"X-Odd": "\xe9", "Host": "app.test"})
            connection.getresponse().read()
        connection.close()

    life, first, second = scopes
    assert life == {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    host, _ = first.pop("client")
    assert host == "127.0.0.1"
    assert first == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/a bü",
        "raw_path": b"/a%20b%C3%BC",
        "query_string": b"c=d%20e",
        "root_path": "",
        "headers": [
            *((b"accept-encoding", b"identity"), (b"content-length", b"%d" % len(BODY))),
            *((b"x-odd", b"\xe9"), (b"host", b"app.test")),
        ],
        "server": ("127.0.0.1", connection.port),
        "state": {"database": "open"},
    }
    assert (second["method"], second["state"]) == ("PUT", {"database": "open"})
    assert messages[:2] == [
        {"type": "http.request", "body": BODY, "more_body": False},
        {"type": "http.disconnect"},
    ]


def test_an_answer_without_a_body() -> None:
    """204, 304 and HEAD have none, whatever the application sends: the next request on the connection is answered."""
    inbox = Inbox()

    with Served(inbox.asgi) as app:
        connection = HTTPConnection(app.url.removeprefix("http://"))
        for method, status, length in (
            *(("POST", 204, None), ("GET", 304, None), ("HEAD", 200, "2"), ("POST", 299, "2"), ("POST", 303, "2")),
        ):
            inbox.status = status
            connection.request(method, "/", BODY)
            answer = connection.getresponse()
            has_body = (method, length) == ("POST", "2")
            assert (answer.status, answer.read()) == (status, b"ok" if has_body else b"")
            assert (answer.headers.get_all("Content-Length"), answer.headers["X-App"]) == (length and [length], "1")
        connection.close()

    assert len(inbox.received) == 5


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_a_client_that_is_gone_is_no_news(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A connection that is reset, as by a simulator that ends, leaves no traceback in the test's output."""
    with Served(getattr(Inbox(), kind)) as app:
        connection = HTTPConnection(app.url.removeprefix("http://"))
        connection.request("POST", "/", BODY)
        connection.getresponse().read()
        client = socket.create_connection(("127.0.0.1", connection.port))
        client.sendall(b"POST / HTTP/1.1\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        connection.request("POST", "/", BODY)
        connection.getresponse().read()
        connection.close()

    assert "Traceback" not in capfd.readouterr().err


def test_the_life_of_an_asgi_application() -> None:
    """It is started before the first request, and ended with the test."""
    inbox = Inbox()

    with Served(inbox.asgi):
        assert inbox.life == ["startup"]

    assert inbox.life == ["startup", "shutdown"]


def test_an_asgi_application_without_a_life() -> None:
    """One that refuses what it does not know is served as well."""
    with Served(plain_asgi) as app, urllib.request.urlopen(app.url, b"{}") as answer:
        assert answer.status == 204


def test_an_object_that_is_an_application() -> None:
    """Frameworks make objects with `__call__`: whether that is async says which kind it is."""

    class Framework:
        async def __call__(self, *arguments: object) -> None:
            await plain_asgi(*arguments)  # type: ignore[arg-type]

    with Served(Framework()) as app, urllib.request.urlopen(app.url, b"{}") as answer:
        assert answer.status == 204


def test_a_bug_is_a_500(capfd: pytest.CaptureFixture[str]) -> None:
    """What an application raises is its answer, and its traceback is in the test's output."""
    with Served(broken_asgi) as app, pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(app.url, b"{}")

    refusal.value.close()
    assert refusal.value.code == 500
    assert "KeyError: 'the bug'" in capfd.readouterr().err


def test_an_application_that_does_not_start() -> None:
    """A failed start-up is the test's failure, with the application's words."""

    async def application(_scope: object, receive: object, send: Application) -> None:
        del receive
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(RuntimeError, match="the application does not start: no database"), Served(application):
        pass


def test_a_call_at_the_end() -> None:
    """A request that is being answered when the application ends is answered; one that comes after it is not."""
    is_in, may_go = threading.Event(), asyncio.Event()

    async def application(scope: dict[str, Any], receive: Application, send: Application) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
            may_go.set()
            return
        is_in.set()
        await may_go.wait()
        await plain_asgi(scope, receive, send)

    with ThreadPoolExecutor() as pool:
        with Served(application) as app:
            connection = HTTPConnection(app.url.removeprefix("http://"))
            connection.request("POST", "/", BODY)
            assert is_in.wait(60)
            answered = pool.submit(connection.getresponse)
        assert answered.result().status == 204
        answered.result().read()
        connection.request("POST", "/", BODY)
        assert connection.getresponse().status == 503
        connection.close()


def test_a_call_that_comes_with_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that came in at the very moment of the end is answered."""
    run_on_loop, tests_thread = asyncio.run_coroutine_threadsafe, threading.get_ident()
    has_come, has_ended = threading.Event(), threading.Event()

    def late(call: Any, loop: asyncio.AbstractEventLoop) -> Any:
        if threading.get_ident() != tests_thread:
            has_come.set()
            has_ended.wait(0.1)
        return run_on_loop(call, loop)

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", late)
    with ThreadPoolExecutor() as pool:
        with Served(plain_asgi) as app:
            connection = HTTPConnection(app.url.removeprefix("http://"))
            connection.request("POST", "/", BODY)
            answered = pool.submit(connection.getresponse)
            assert has_come.wait(60)
        has_ended.set()
        assert answered.result().status == 204
        connection.close()


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_nothing_is_left(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """With the end its threads are over, its sockets and its event loop are closed, and it has said nothing."""
    threads, files = set(threading.enumerate()), open_files()

    with Served(getattr(Inbox(), kind)) as app:
        urllib.request.urlopen(app.url, BODY).close()
    while rest := set(threading.enumerate()) - threads:  # A connection's own end with it.
        rest.pop().join(60)

    assert open_files() <= files
    assert capfd.readouterr() == ("", "")


def test_two_calls_at_once() -> None:
    """An application is called for a second request while it answers the first, whichever kind it is."""
    together = threading.Barrier(2, timeout=60)

    def application(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        together.wait()
        start_response("204 No Content", [])
        return []

    with Served(application) as app, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(urllib.request.urlopen, [app.url] * 2))
    for answer in answers:
        answer.close()

    assert [answer.status for answer in answers] == [204, 204]


def test_a_call_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end does not wait for ever: a request that hangs then is answered 503."""
    monkeypatch.setattr("cronofy_cli.testing.serving.LIMIT_S", 0.2)
    is_in = threading.Event()

    async def application(scope: dict[str, Any], receive: Application, send: Application) -> None:
        if scope["type"] == "lifespan":
            raise KeyError
        is_in.set()
        await asyncio.Event().wait()

    with ThreadPoolExecutor() as pool:
        with Served(application) as app:
            connection = HTTPConnection(app.url.removeprefix("http://"))
            connection.request("POST", "/", BODY)
            assert is_in.wait(60)
            answered = pool.submit(connection.getresponse)
        assert answered.result(60).status == 503
        connection.close()


LEFT_OPEN = """
from tests.testing.applications import plain_asgi, Inbox
from cronofy_cli.testing.serving import Served

applications = [Served(plain_asgi), Served(Inbox().wsgi)]
print([application.url for application in applications])
"""


def test_an_application_that_is_left_open_holds_nothing_up() -> None:
    """A program that forgets to end it ends all the same."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300
    )

    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:" in done.stdout
