"""What becomes of a post to a callback URL: the status that was answered, or a code and words for why there is none."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import trustme

from cronofy_cli.core.failure import Failure
from cronofy_cli.simulator.callback_sender import CallbackSender
from tests.ports import free_port

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    Outcome = tuple[int | None, Failure | None, str | None]

BODY = b'{"notification":{}}'
HEADERS = {"Content-Type": "application/json"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Application:
    """Answers each request with the same bytes; `keeps` goes on after that. Counts connections and keeps what came."""

    def __init__(self, answer: bytes, *, keeps: bool = True) -> None:
        self._answer = answer
        self._keeps = keeps
        self.connections = 0
        self.received: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.received.append(head + await reader.readexactly(len(BODY)))
                writer.write(self._answer)
                await writer.drain()
                if not self._keeps:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def post_all(
    application: Application,
    paths: Sequence[str] = ("/hook",),
    *,
    tls: ssl.SSLContext | None = None,
    limit_s: float = 60,
) -> list[Outcome]:
    """Post to an application one after the other, and return how each post ended."""

    async def run() -> list[Outcome]:
        sender = CallbackSender()
        server = await asyncio.start_server(application.serve, "127.0.0.1", 0, ssl=tls)
        async with server:
            port = server.sockets[0].getsockname()[1]
            base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
            outcomes = [await sender.post(f"{base}{path}", BODY, HEADERS, limit_s) for path in paths]
            await sender.close()
        return outcomes

    return asyncio.run(run())


def post_to(url: str) -> Outcome:
    """Post to a URL where nothing of ours is."""

    async def run() -> Outcome:
        return await CallbackSender().post(url, BODY, HEADERS, 60)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (OK, 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 503),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000, 200),
    ],
    ids=["200", "204", "503", "redirect", "chunked", "interim", "too long to be read"],
)
def test_an_answer_is_its_status(answer: bytes, status: int) -> None:
    """Whatever its shape; a redirect is not followed, and of a long body the beginning is enough."""
    assert post_all(Application(answer)) == [(status, None, None)]


def test_an_answer_may_end_with_its_connection() -> None:
    """One without a length, as old servers send it."""
    assert post_all(Application(b"HTTP/1.0 200 OK\r\n\r\nok", keeps=False)) == [(200, None, None)]


def test_a_connection_is_used_again() -> None:
    """Where the application keeps it open; else each post has one of its own."""
    kept, closed = Application(OK), Application(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), keeps=False)

    for application in (kept, closed):
        assert post_all(application, ["/hook"] * 3) == [(200, None, None)] * 3
    assert (kept.connections, closed.connections) == (1, 3)


def test_how_many_connections_are_kept() -> None:
    """However many posts were under way at once, no more connections to an application are kept than 32."""
    is_full, open_now = asyncio.Event(), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        open_now += 1
        if open_now == 34:
            is_full.set()
        await reader.readuntil(b"\r\n\r\n")
        await is_full.wait()
        writer.write(OK)
        with suppress(ConnectionError):
            await reader.read()
            await reader.read()
        open_now -= 1
        writer.close()

    async def run() -> None:
        sender = CallbackSender()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
            await asyncio.gather(*(sender.post(url, b"", HEADERS, 60) for _ in range(34)))
            async with asyncio.timeout(60):
                while open_now > 32:  # noqa: ASYNC110 - another task counts
                    await asyncio.sleep(0.01)
            assert open_now == 32
            await sender.close()

    asyncio.run(run())


def test_the_request_is_whole() -> None:
    """Path and query as they are in the URL, quoted where they must be, and the body byte for byte."""
    application = Application(OK)
    post_all(application, ["/a%20b/é?x=1&y=[2]", ""])

    first, second = application.received
    assert first.startswith(b"POST /a%20b/%C3%A9?x=1&y=[2] HTTP/1.1\r\nHost: 127.0.0.1:")
    assert first.endswith(b"\r\n\r\n" + BODY)
    assert b"Content-Type: application/json\r\n" in first
    assert second.startswith(b"POST / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nCont", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "the connection was closed amid the answer"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "the connection was closed amid the answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "the answer has no status"),
        (b"SSH-2.0-OpenSSH\r\n", "Expected HTTP/"),
    ],
    ids=["nothing", "half a head", "cut off", "interim alone", "a head without end", "not HTTP"],
)
def test_what_is_no_answer(answer: bytes, words: str) -> None:
    """The connection was closed before there was one, or it is not HTTP; the reason says which."""
    ((status, failure, reason),) = post_all(Application(answer, keeps=False))

    assert (status, failure) == (None, Failure.CONNECTION_CLOSED)
    assert reason
    assert words in reason


def test_an_answer_that_does_not_come() -> None:
    """After the limit it counts as none."""
    assert post_all(Application(b""), limit_s=0.2) == [
        (None, Failure.ANSWER_TIMED_OUT, "no answer within 0.2 s"),
    ]


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1:{port}/", Failure.CONNECTION_REFUSED),
        ("http://localhost:{port}/", Failure.CONNECTION_REFUSED),
        ("http://nowhere.invalid/", Failure.NAME_NOT_RESOLVED),
        ("http://127.0.0.1:99999/", Failure.CONNECTION_CLOSED),
        ("http:///hook", Failure.CONNECTION_CLOSED),
    ],
)
def test_no_connection(url: str, failure: Failure) -> None:
    """Each reason has its code."""
    status, code, reason = post_to(url.format(port=free_port()))

    assert (status, code) == (None, failure)
    assert reason


def test_a_certificate_of_nobody() -> None:
    """A certificate that no authority of this machine vouches for is not trusted."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    ((status, failure, _),) = post_all(Application(OK), tls=context)

    assert (status, failure) == (None, Failure.CERTIFICATE_UNTRUSTED)
