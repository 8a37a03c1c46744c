"""One post over real HTTP: what goes over the wire, and how each way of ending is reported."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest

from cronofy_cli import __version__
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import digest
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.poster import Poster
from cronofy_cli.outbound.request import Post
from cronofy_cli.outbound.settings import trial_settings
from cronofy_cli.outbound.target import parse_target
from tests.adapters.callback_probe.tls_servers import make_authorities, serving
from tests.listen.forwarding.following import now
from tests.outbound.receiver import receiving
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.core.attempt import Attempt

BODY = b'{ "notification" : {"type":"change", "type":"change"}, "url":"https:\\/\\/caf\\u00e9" }\n\xc3\xa9'
POST = Post(BODY, digest(BODY, "CRN_1"))


def poster_to(url: str, *, limit_s: float = 60, insecure: bool = False) -> Poster:
    """Return what posts to an address."""
    return Poster(parse_target(url), trial_settings(insecure=insecure, limit_s=limit_s), now)


def send(url: str, post: Post = POST, *, limit_s: float = 60, insecure: bool = False) -> Attempt:
    """Send one post."""
    return poster_to(url, limit_s=limit_s, insecure=insecure).post(post)


def test_what_goes_over_the_wire() -> None:
    """The request is Cronofy's, byte for byte: path and query, its headers in its spelling, the raw body."""
    with receiving() as receiver:
        attempt = send(receiver.url)

    host = receiver.url.removeprefix("http://").partition("/")[0]
    head = (
        f"POST /hook?user_id=42 HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nUser-Agent: cronofy-cli/{__version__}\r\n"
        f"Cronofy-HMAC-SHA256: {digest(BODY, 'CRN_1')}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    assert receiver.requests == [head.encode() + BODY]
    assert (attempt.status, attempt.excerpt, attempt.succeeded) == (200, ("ok",), True)


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
        attempt = send(receiver.url)

    assert (attempt.status, attempt.succeeded) == (status, 200 <= status < 300)
    assert attempt.summary == f"{status} in {attempt.duration_ms:.0f} ms"


def test_redirects_are_not_followed() -> None:
    """A redirect is an answer of its own; its aim is told without what could drive a terminal."""
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 307 No\r\nLocation: /elsewhere\x9b2J\r\nContent-Length: 0\r\n\r\n"
        attempt = send(receiver.url)

    assert receiver.connections == 1
    assert attempt.summary.startswith("307 to /elsewhere2J in ")


def test_the_first_lines_of_an_answer() -> None:
    """Of an answer the first three lines that say something are kept, shortened and harmless."""
    body = b"\r\n\x1b[31mTraceback\x1b[0m\n\n  " + b"x" * 300 + b"\nthird\nfourth"
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        attempt = send(receiver.url)

    assert attempt.excerpt == ("[31mTraceback[0m", "  " + "x" * 157 + "…", "third")


def test_an_endless_answer() -> None:
    """Whoever sends more than is worth reading has answered."""
    with receiving() as receiver:
        receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"line\n" * 20_000
        receiver.rest = b"more"
        attempt = send(receiver.url)

    assert (attempt.status, attempt.excerpt, attempt.is_cut) == (200, ("line",) * 3, True)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"], ids=len
)
def test_the_limit_is_for_all_of_it(answer: bytes) -> None:
    """An answer that does not end within the limit is none, wherever it stops."""
    with receiving() as receiver:
        receiver.answer, receiver.rest = answer, b"rest"
        attempt = send(receiver.url, limit_s=0.2)

    assert (attempt.failure, attempt.status, attempt.is_unreachable) == (Failure.ANSWER_TIMED_OUT, None, False)
    assert attempt.duration_ms >= 200
    assert attempt.summary == "no answer within 0.2 s"


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nX-Half"], ids=len
)
def test_an_answer_that_is_cut_off(answer: bytes) -> None:
    """An answer whose connection ends before it is complete is none."""
    with receiving() as receiver:
        receiver.answer = answer
        attempt = send(receiver.url)

    assert (attempt.status, attempt.failure) in {(None, Failure.CONNECTION_CLOSED), (None, Failure.NOT_HTTP)}


def test_an_answer_that_trickles() -> None:
    """An answer of which a little comes again and again does not get more time for it."""
    with receiving() as receiver:
        receiver.answer, receiver.pieces = b"HTTP/1.1 200 OK\r\nX-Slow: ", 1000
        attempt = send(receiver.url, limit_s=0.2)

    assert (attempt.status, attempt.failure) == (None, Failure.ANSWER_TIMED_OUT)


def test_cronofys_own_limit() -> None:
    """Unless something else is asked for the limit is Cronofy's five seconds."""
    assert Poster(parse_target("3000"), trial_settings(insecure=False), now).limit_s == 5


def test_a_connection_that_breaks_off() -> None:
    """A server that closes the connection without an answer was reached."""
    with receiving() as receiver:
        receiver.hang_up = True
        attempt = send(receiver.url)

    assert (attempt.failure, attempt.is_unreachable) == (Failure.CONNECTION_CLOSED, False)


def test_what_is_not_http() -> None:
    """An answer that is no HTTP is none, and told from a connection that broke off."""
    with receiving() as receiver:
        receiver.answer = b"220 mail.example.com ESMTP\r\n\r\n"
        attempt = send(receiver.url)

    assert (attempt.failure, attempt.status) == (Failure.NOT_HTTP, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_listens(host: str) -> None:
    """A refused connection is told as one, also where a name has several addresses."""
    attempt = send(f"http://{host}:{free_port()}/hook")

    assert (attempt.failure, attempt.is_unreachable) == (Failure.CONNECTION_REFUSED, True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_localhost(address: str) -> None:
    """`localhost` is found on either of its addresses, is told which, and stays the host that is asked for."""
    with receiving(address) as receiver:
        attempt = send(f"http://localhost:{receiver.port}/hook")

    shown = f"[::1]:{receiver.port}" if address == "::1" else f"127.0.0.1:{receiver.port}"
    assert (attempt.status, attempt.address) == (200, shown)
    assert f"Host: localhost:{receiver.port}\r\n".encode() in receiver.requests[0]
    assert receiver.connections == 1


def test_a_name_that_does_not_resolve() -> None:
    """An unknown name is told as one."""
    assert send("http://handler.invalid/hook").failure is Failure.NAME_NOT_RESOLVED


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    """Cronofy verifies certificates, so a self-signed one is refused, and the reason is told."""
    with serving(make_authorities(tmp_path).self_signed()) as (url, _):
        attempt = send(url)

    assert (attempt.failure, attempt.is_unreachable) == (Failure.CERTIFICATE_SELF_SIGNED, True)
    assert re.fullmatch("the certificate is refused: self.signed certificate", attempt.summary)


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


PROXY_URL = "http://user:p%40ss@127.0.0.1:{port}"


def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host beyond this machine is reached through the proxy of the environment, with its user and password."""
    with receiving() as proxy:
        monkeypatch.setenv("http_proxy", PROXY_URL.format(port=proxy.port))
        monkeypatch.delenv("no_proxy", raising=False)
        attempt = send("http://app.example.com/hook?a=1")

    assert attempt.status == 200
    lines = proxy.requests[0].split(b"\r\n")
    assert lines[0] == b"POST http://app.example.com/hook?a=1 HTTP/1.1"
    assert lines[1] == b"Host: app.example.com"
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:p@ss") in lines
    assert proxy.requests[0].endswith(BODY)


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """For https the proxy is asked for a tunnel first; one that refuses is named as what failed."""
    with receiving() as proxy:
        proxy.answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        attempt = send("https://app.example.com/hook")

    assert proxy.requests[0].startswith(b"CONNECT app.example.com:443 HTTP/1.1\r\nHost: app.example.com:443\r\n")
    assert (attempt.failure, attempt.is_unreachable) == (Failure.PROXY_FAILED, True)
    assert attempt.summary.endswith("refused the way to app.example.com: 407 Proxy Authentication Required")


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the proxy that is named, and not the host behind it."""
    port = free_port()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("no_proxy", raising=False)
    attempt = send("http://app.example.com/hook")

    assert attempt.failure is Failure.PROXY_FAILED
    assert attempt.summary == f"the proxy 127.0.0.1:{port} cannot be reached: connection refused"


def test_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that NO_PROXY names is reached without the proxy."""
    with receiving() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", ".invalid")
        attempt = send("http://app.invalid/hook")

    assert (attempt.failure, proxy.connections) == (Failure.NAME_NOT_RESOLVED, 0)


def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken proxy of the environment is named without its password, and not used for this machine."""
    monkeypatch.setenv("http_proxy", "nonsense://user:secret@proxy.example.com")

    with pytest.raises(WrongUsage, match="the proxy that the environment names cannot be used"):
        poster_to("http://example.com/hook")
    with receiving() as receiver:
        assert send(receiver.url).status == 200
