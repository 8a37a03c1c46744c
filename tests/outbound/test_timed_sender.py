"""One post over real HTTP: what goes over the wire, and how each way of ending is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cronofy_cli import __version__
from cronofy_cli.core.signature import digest
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.outcome import Trouble
from cronofy_cli.outbound.request import Post
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.outbound.timed_sender import ANSWER_LIMIT_S, Sender
from tests.adapters.callback_probe.tls_servers import closed_port, make_authorities, serving
from tests.outbound.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.outbound.outcome import Outcome

BODY = b'{ "notification" : {"type":"change", "type":"change"}, "url":"https:\\/\\/caf\\u00e9" }\n\xc3\xa9'
POST = Post(BODY, digest(BODY, "CRN_1"))


def send(url: str, post: Post = POST, *, limit_s: float = 5, insecure: bool = False) -> Outcome:
    """Send one post."""

    async def run() -> Outcome:
        async with Sender(parse_target(url), limit_s=limit_s, insecure=insecure) as sender:
            return await sender.send(post)

    return asyncio.run(run())


def test_what_goes_over_the_wire() -> None:
    """The request is Cronofy's, byte for byte: path and query, its headers in its spelling, the raw body."""
    with receiving() as receiver:
        outcome = send(receiver.url)

    host = receiver.url.removeprefix("http://").partition("/")[0]
    head = (
        f"POST /hook?user_id=42 HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nUser-Agent: cronofy-cli/{__version__}\r\n"
        f"Cronofy-HMAC-SHA256: {digest(BODY, 'CRN_1')}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    assert receiver.requests == [head.encode() + BODY]
    assert (outcome.status, outcome.excerpt, outcome.is_success) == (200, "ok", True)


@pytest.mark.parametrize(
    ("post", "line"),
    [
        (Post(b"{}", None), None),
        (Post(b"{}", ""), b"Cronofy-HMAC-SHA256: "),
        (Post(b"{}", "\xe9"), b"Cronofy-HMAC-SHA256: \xe9"),
        (Post(b"{}", "a, b", signature_header="cronofy-hmac-sha256"), b"cronofy-hmac-sha256: a, b"),
    ],
    ids=["none", "empty", "not-ascii", "lower-case"],
)
def test_odd_signatures(post: Post, line: bytes | None) -> None:
    """A signature is sent as it is, or left out."""
    with receiving() as receiver:
        send(receiver.url, post)

    lines = [each for each in receiver.requests[0].split(b"\r\n") if b"hmac" in each.lower()]
    assert lines == ([] if line is None else [line])


@pytest.mark.parametrize("status", [200, 204, 299, 304, 400, 500])
def test_success_is_2xx(status: int) -> None:
    """200-299 is a success and nothing else is."""
    with receiving() as receiver:
        receiver.answer = f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode()
        outcome = send(receiver.url)

    assert (outcome.status, outcome.is_success) == (status, 200 <= status < 300)
    assert outcome.summary == f"{status} in {outcome.elapsed_ms:.0f} ms"


def test_redirects_are_not_followed() -> None:
    """A redirect is an answer of its own; its aim is told without what could drive a terminal."""
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 307 No\r\nLocation: /elsewhere\x9b2J\r\nContent-Length: 0\r\n\r\n"
        outcome = send(receiver.url)

    assert receiver.connections == 1
    assert outcome.summary.startswith("307 to /elsewhere2J in ")


def test_the_first_lines_of_an_answer() -> None:
    """Of an answer the first three lines that say something are kept, shortened and harmless."""
    body = b"\r\n\x1b[31mTraceback\x1b[0m\n\n  " + b"x" * 300 + b"\nthird\nfourth"
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        outcome = send(receiver.url)

    assert outcome.excerpt.splitlines() == ["[31mTraceback[0m", "x" * 199 + "…", "third"]


def test_an_endless_answer() -> None:
    """Whoever sends more than is worth reading has answered."""
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"line\n" * 20_000
        receiver.rest = b"more"
        outcome = send(receiver.url)

    assert (outcome.status, outcome.excerpt) == (200, "line\nline\nline")


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"], ids=len
)
def test_the_limit_is_for_all_of_it(answer: bytes) -> None:
    """An answer that does not end within the limit is none, wherever it stops."""
    with receiving() as receiver:
        receiver.answer, receiver.rest = answer, b"rest"
        outcome = send(receiver.url, limit_s=0.2)

    assert (outcome.trouble, outcome.status, outcome.is_unreachable) == (Trouble.ANSWER_TIMEOUT, None, False)
    assert outcome.elapsed_ms >= 200
    assert outcome.summary == "no answer: within 0.2 s"


def test_cronofys_own_limit() -> None:
    """Unless told otherwise the limit is Cronofy's five seconds."""
    assert ANSWER_LIMIT_S == 5
    assert Sender(parse_target("3000")).limit_s == ANSWER_LIMIT_S


def test_a_connection_that_breaks_off() -> None:
    """A server that closes the connection without an answer was reached."""
    with receiving() as receiver:
        receiver.hang_up = True
        outcome = send(receiver.url)

    assert (outcome.trouble, outcome.is_unreachable) == (Trouble.BROKEN_OFF, False)


def test_what_is_not_http() -> None:
    """An answer that is no HTTP is none, and told from a connection that broke off."""
    with receiving() as receiver:
        receiver.answer = b"220 mail.example.com ESMTP\r\n\r\n"
        outcome = send(receiver.url)

    assert (outcome.trouble, outcome.status) == (Trouble.NOT_HTTP, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_listens(host: str) -> None:
    """A refused connection is told as one, also where a name has several addresses."""
    outcome = send(f"http://{host}:{closed_port()}/hook")

    assert (outcome.trouble, outcome.is_unreachable) == (Trouble.CONNECTION_REFUSED, True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_localhost(address: str) -> None:
    """`localhost` is found on either of its addresses, is told which, and stays the host that is asked for."""
    with receiving(address) as receiver:
        outcome = send(f"http://localhost:{receiver.port}/hook")

    shown = f"[::1]:{receiver.port}" if address == "::1" else f"127.0.0.1:{receiver.port}"
    assert (outcome.status, outcome.address) == (200, shown)
    assert f"Host: localhost:{receiver.port}\r\n".encode() in receiver.requests[0]
    assert receiver.connections == 1


def test_a_name_that_does_not_resolve() -> None:
    """An unknown name is told as one."""
    assert send("http://handler.invalid/hook").trouble is Trouble.UNKNOWN_NAME


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    """Cronofy verifies certificates, so a self-signed one is refused, and the reason is told."""
    with serving(make_authorities(tmp_path).self_signed()) as (url, _):
        outcome = send(url)

    assert (outcome.trouble, outcome.is_unreachable) == (Trouble.TLS, True)
    assert outcome.detail.replace("-", " ") == "self signed certificate"


def test_any_certificate(tmp_path: Path) -> None:
    """A certificate of one's own is taken when that is asked for, by whatever name the app is called."""
    with serving(make_authorities(tmp_path).self_signed(), 200) as (url, _):
        assert send(url, insecure=True).status == 200


def test_a_trusted_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An https handler whose certificate is trusted is posted to."""
    authorities = make_authorities(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities.root_file))
    with serving(authorities.valid(), 200) as (url, _):
        assert send(url).status == 200


def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken proxy of the environment is named without its password, and not used for this machine."""
    monkeypatch.setenv("HTTP_PROXY", "nonsense://user:secret@proxy.example.com")

    with pytest.raises(WrongUsage, match="the proxy that the environment names cannot be used"):
        Sender(parse_target("http://example.com/hook"))
    with receiving() as receiver:
        assert send(receiver.url).status == 200
