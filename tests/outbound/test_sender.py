"""One delivery to one target: exact bytes out, the answer in, and a result whatever happens."""

from __future__ import annotations

import json
import random
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.history.forwards import KEPT_BODY_BYTES
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge, sign
from cronofy_cli.outbound.advice import advice
from cronofy_cli.outbound.sender import Sender
from cronofy_cli.outbound.settings import SenderSettings, trial_settings
from cronofy_cli.outbound.target import parse_target
from tests.listen.forwarding.following import now
from tests.outbound.app import answer_of, running_app
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.outbound.app import App, Received

SECRET = ClientSecret("current", "a-client-secret")
ODD_BODY = (
    b'{ "notification" :{"type":"change",\t"type" : "change"},\r\n "url":"https:\\/\\/x\\u00e9\xc3\xa9", "a": 1.0e0 }'
)


@pytest.fixture(scope="module")
def shared() -> Iterator[App]:
    """An app that takes everything."""
    with running_app() as app:
        yield app


@pytest.fixture
def app() -> Iterator[App]:
    """An app of the test's own."""
    with running_app() as own:
        yield own


@pytest.fixture
def sender(app: App) -> Iterator[Sender]:
    """A sender to it."""
    made = sender_to(app)
    yield made
    made.close()


def sender_to(app: App, path: str = "/hook", sending: SenderSettings | None = None, host: str = "localhost") -> Sender:
    """Return a sender to an app."""
    return Sender(parse_target(f"http://{host}:{app.port}{path}"), sending or SenderSettings(limit_s=60), now)


def signed(body: bytes, *lines: tuple[bytes, bytes]) -> Delivery:
    """Return a delivery with a signature."""
    header = (HEADER.encode(), sign(body, [SECRET.value]).encode())
    return make_delivery(7, body, headers=(*lines, header, (b"Content-Length", b"%d" % len(body))))


def is_signed(received: Received) -> bool:
    """Whether the signature that arrived is that of the body that arrived."""
    header = (received.value(HEADER.encode()) or b"").decode()
    return judge(header, received.body, [SECRET]).state is SignatureState.VALID


def test_an_odd_body(app: App, sender: Sender) -> None:
    """Odd spacing, escapes, duplicate keys, no final newline: the bytes arrive as they came, the signature valid."""
    sender.forward(signed(ODD_BODY))

    (received,) = app.received
    assert received.body == ODD_BODY
    assert is_signed(received)


PIECES = [
    b'{"',
    b'":',
    b"\\/",
    b"\\u00e9",
    b"\xc3\xa9",
    b"\xff",
    b"\x00",
    b"\r\n",
    b" ",
    b"[1,1.0]",
    b"null",
    b"HTTP/1.1",
]


def random_body(chance: random.Random) -> bytes:
    """Return a body that looks more or less like JSON."""
    return b"".join(
        chance.choice(PIECES) if chance.random() < 0.7 else chance.randbytes(3) for _ in range(chance.randrange(40))
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(min_value=0))
def test_ten_thousand_bodies(shared: App, seed: int) -> None:
    """Whatever the body's bytes are, they arrive as they are, and the signature is still theirs: 10,000 of them."""
    chance = random.Random(seed)
    bodies = [random_body(chance) for _ in range(500)]
    sender = sender_to(shared)
    before = len(shared.received)

    statuses = {sender.forward(signed(body)).attempt.status for body in bodies}

    sender.close()
    arrived = shared.received[before:]
    assert statuses == {200}
    assert [each.body for each in arrived] == bodies
    assert all(map(is_signed, arrived))
    assert len({each.connection for each in arrived}) == 1


def test_headers(app: App, sender: Sender) -> None:
    """Headers keep their order and spelling; those of the hop to us are left out, and the host is the target's."""
    delivery = make_delivery(
        7,
        b"{}",
        headers=(
            (b"x-odd-Case", b" a  b\xe9"),
            (b"HOST", b"ab12.example.com"),
            (b"Connection", b"close, X-Hop"),
            (b"X-Hop", b"1"),
            (b"Keep-Alive", b"5"),
            (b"Proxy-Anything", b"1"),
            (b"TE", b"trailers"),
            (b"Transfer-Encoding", b"chunked"),
            (b"Upgrade", b"h2c"),
            (b"Expect", b"100-continue"),
            (b"X-Twice", b"1"),
            (b"x-forwarded-for", b"3.4.5.6"),
            (b"X-Twice", b"2"),
        ),
    )

    sender.forward(delivery)

    (received,) = app.received
    assert received.line == b"POST /hook?user_id=42 HTTP/1.1"
    assert received.lines == (
        b"x-odd-Case:  a  b\xe9",
        b"HOST: localhost:%d" % app.port,
        b"X-Twice: 1",
        b"x-forwarded-for: 3.4.5.6",
        b"X-Twice: 2",
        b"Content-Length: 2",
        b"X-Forwarded-Host: ab12.example.com",
    )


def test_the_length_is_that_of_the_body(app: App, sender: Sender) -> None:
    """Of a delivery that was imported with another length the whole body arrives; the header keeps its place."""
    headers = ((b"content-LENGTH", b"237"), (b"X-A", b"b"))

    assert sender.forward(make_delivery(7, b"{}", headers=headers)).attempt.status == 200
    (received,) = app.received
    assert received.body == b"{}"
    assert [line for line in received.lines if not line.startswith((b"X-Forwarded", b"Host"))] == [
        b"content-LENGTH: 2",
        b"X-A: b",
    ]


def test_own_headers(app: App) -> None:
    """Headers of the user's own are added, in the place of those of the same name."""
    own = SenderSettings(headers=((b"Authorization", b"Basic x"), (b"x-a", b"new")))
    sender = sender_to(app, "/hook?key=1", own)
    sender.forward(make_delivery(7, b"", headers=((b"X-A", b"old"), (b"Host", b"h"))))
    sender.close()

    (received,) = app.received
    assert received.line == b"POST /hook?key=1&user_id=42 HTTP/1.1"
    assert received.lines == (
        b"Host: localhost:%d" % app.port,
        b"Content-Length: 0",
        b"X-Forwarded-For: 127.0.0.1",
        b"X-Forwarded-Host: h",
        b"Authorization: Basic x",
        b"x-a: new",
    )


def test_the_answer(app: App, sender: Sender) -> None:
    """Status, head and the first 64 KiB of the answer are kept, and how long it took, and where it came from."""
    app.answer = lambda _: answer_of(422, b"x" * 100_000, "X-Request-ID: 5")

    forward = sender.forward(make_delivery(7), 3)
    attempt = forward.attempt

    assert (forward.delivery_id, forward.number, attempt.status, attempt.succeeded) == (7, 3, 422, False)
    assert attempt.answer_head == b"HTTP/1.1 422 Whatever\r\nContent-Length: 100000\r\nX-Request-ID: 5\r\n\r\n"
    assert (len(attempt.answer_body), attempt.is_cut) == (KEPT_BODY_BYTES, True)
    assert attempt.address == f"127.0.0.1:{app.port}"
    assert attempt.duration_ms > 0
    assert sender.forward(make_delivery(8)).attempt.status == 422
    assert {each.connection for each in app.received} == {1}


@pytest.mark.parametrize(("size", "connections"), [(1024 * 1024, {1}), (1024 * 1024 + 1, {1, 2})])
def test_a_long_answer(size: int, connections: set[int], app: App, sender: Sender) -> None:
    """An answer is read to its end up to 1 MiB, so that its connection can be used again; after that a new one is."""
    app.answer = lambda _: answer_of(200, b"x" * size)

    attempts = [sender.forward(make_delivery(number)).attempt for number in (1, 2)]

    assert {(each.status, len(each.answer_body), each.is_cut) for each in attempts} == {(200, KEPT_BODY_BYTES, True)}
    assert {each.connection for each in app.received} == connections


@pytest.mark.parametrize(("size", "is_cut"), [(KEPT_BODY_BYTES, False), (KEPT_BODY_BYTES + 1, True)])
def test_as_much_of_an_answer_as_is_kept(size: int, is_cut: bool, app: App, sender: Sender) -> None:
    """An answer that is just kept whole is not cut, here as where the target is tried as Cronofy would."""
    app.answer = lambda _: answer_of(200, b"x" * size)
    trying = sender_to(app, sending=trial_settings(insecure=False, limit_s=60))

    attempts = [each.forward(make_delivery(1)).attempt for each in (sender, trying)]

    assert [(len(each.answer_body), each.is_cut) for each in attempts] == [(KEPT_BODY_BYTES, is_cut)] * 2


def test_odd_names_and_addresses(app: App, sender: Sender) -> None:
    """Headers and queries that are not UTF-8 are read as bytes: what Connection names is dropped, the rest arrives."""
    delivery = make_delivery(7, headers=((b"Host", b"h\xe9"), (b"Connection", b"X-\xe9, , X-Gone"), (b"X-Gone", b"1")))
    odd = delivery._replace(request=delivery.request._replace(target="/r?a=\udce9 b"))

    assert sender.forward(odd).attempt.status == 200

    (received,) = app.received
    assert received.line == b"POST /hook?a=%E9%20b HTTP/1.1"
    assert received.value(b"X-Forwarded-Host") == b"h\xe9"
    assert (received.value(b"X-Gone"), received.value(b"Connection")) == (None, None)
    assert received.value(b"Host") == b"localhost:%d" % app.port


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\nTrailer: 1\r\n\r\n"
AFTER_OTHERS = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer_of(200, b"abcdef")


@pytest.mark.parametrize("raw", [CHUNKED, AFTER_OTHERS], ids=["chunked", "after others"])
def test_ways_to_answer(raw: bytes, app: App, sender: Sender) -> None:
    """An answer in chunks, and one after interim answers, is read whole, and the connection is used again."""
    app.answer = lambda _: raw

    attempts = [sender.forward(make_delivery(number)).attempt for number in (1, 2)]

    assert [(each.status, each.answer_body, each.is_cut) for each in attempts] == [(200, b"abcdef", False)] * 2
    assert {each.connection for each in app.received} == {1}


def test_an_answer_until_the_end() -> None:
    """An answer that ends with its connection is read whole."""
    with UntilTheEnd(b"HTTP/1.0 200 OK\r\n\r\nabcdef") as port:
        attempt = Sender(parse_target(str(port)), SenderSettings(limit_s=60), now).forward(make_delivery(7)).attempt

    assert (attempt.status, attempt.answer_body) == (200, b"abcdef")


def test_a_kept_connection_that_was_closed(app: App, sender: Sender) -> None:
    """When the app has closed the connection meanwhile, the delivery goes over a new one: nobody notices."""
    sender.forward(make_delivery(1))
    app.answer = lambda received: None if received.connection == 1 else answer_of(204)

    attempt = sender.forward(make_delivery(2)).attempt

    assert attempt.status == 204
    assert [each.connection for each in app.received] == [1, 1, 2]


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1:{}"), ("::1", "[::1]:{}")])
def test_localhost(host: str, address: str) -> None:
    """An app that listens on only one of 127.0.0.1 and ::1 is found, and it is told on which."""
    with running_app(host=host) as app:
        sender = sender_to(app)
        attempts = [sender.forward(make_delivery(number)).attempt for number in (1, 2)]
        assert sender.probe()
        sender.close()

    assert [each.status for each in attempts] == [200, 200]
    assert {each.address for each in attempts} == {address.format(app.port)}


class UntilTheEnd:
    """A server that says one thing to whoever connects, and closes."""

    def __init__(self, said: bytes) -> None:
        self._said = said
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        port: int = self._server.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._server.close()

    def _serve(self) -> None:
        connection = self._server.accept()[0]
        with connection:
            connection.recv(65536)
            connection.sendall(self._said)
            # Closing with unread bytes would reset the connection, and destroy what was said.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass


def test_nobody_there() -> None:
    """A port that nothing listens on is a result that says so, with no address."""
    sender = Sender(parse_target(str(free_port())), SenderSettings(limit_s=60), now)

    attempt = sender.forward(make_delivery(7)).attempt

    assert (attempt.status, attempt.failure, attempt.address) == (None, "connection_refused", None)
    assert (attempt.answer_head, attempt.answer_body, attempt.is_cut) == (b"", b"", False)
    assert not sender.probe()


@pytest.mark.parametrize(
    ("said", "failure"),
    [(b"", "connection_closed"), (b"SSH-2.0-OpenSSH\r\n", "not_http"), (b"HTTP/1.1 20", "not_http")],
)
def test_no_answer(said: bytes, failure: str) -> None:
    """A connection that ends without an answer, or with something else than HTTP, is told apart."""
    with UntilTheEnd(said) as port:
        attempt = Sender(parse_target(str(port)), SenderSettings(limit_s=60), now).forward(make_delivery(7)).attempt

    assert (attempt.status, attempt.failure) == (None, failure)


def test_the_time_limit(app: App) -> None:
    """An app that does not answer in time is given up; one that answers slowly is waited for when there is no limit."""
    app.awake.clear()
    sender = sender_to(app, sending=SenderSettings(limit_s=0.1))
    attempt = sender.forward(make_delivery(7)).attempt
    app.awake.set()
    patient = sender_to(app, sending=SenderSettings(limit_s=None))

    assert (attempt.failure, attempt.reason) == ("answer_timed_out", "no answer within 0.1 s")
    assert patient.forward(make_delivery(8)).attempt.status == 200
    patient.close()


@pytest.mark.parametrize("limit_s", [0.0, 1e-9])
def test_no_time_at_all(limit_s: float, app: App) -> None:
    """A limit that is over before anything could be sent is a time limit like any other."""
    attempt = sender_to(app, sending=SenderSettings(limit_s=limit_s)).forward(make_delivery(7)).attempt

    assert (attempt.failure, attempt.status) == ("answer_timed_out", None)
    assert app.received == []


def test_a_body_that_never_ends(app: App) -> None:
    """The status counts, though the rest of the answer does not come within the limit."""
    app.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
    sender = sender_to(app, sending=SenderSettings(limit_s=2))

    attempt = sender.forward(make_delivery(7)).attempt

    assert (attempt.status, attempt.answer_body, attempt.is_cut) == (200, b"abc", True)


def test_an_unknown_host() -> None:
    """A name that stands for nothing is a result."""
    sender = Sender(parse_target("http://no-such-host.invalid:1/"), SenderSettings(limit_s=60), now)

    assert sender.forward(make_delivery(7)).attempt.failure == "name_not_resolved"


def test_https() -> None:
    """A certificate of one's own is refused, and taken with insecure; plain HTTP behind https:// is told apart."""
    import ssl

    import trustme

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with running_app(tls=tls) as app, UntilTheEnd(b"HTTP/1.1 400 Bad Request\r\n\r\n") as plain:
        target = parse_target(f"https://localhost:{app.port}/")
        careful = Sender(target, SenderSettings(limit_s=60), now).forward(make_delivery(7)).attempt
        careless = Sender(target, SenderSettings(limit_s=60, insecure=True), now)
        taken = [careless.forward(make_delivery(number)).attempt.status for number in (7, 8)]
        careless.close()
        wrong = Sender(parse_target(f"https://localhost:{plain}/"), SenderSettings(limit_s=60), now)

        assert careful.failure == "certificate_untrusted"
        assert taken == [200, 200]
        attempt = wrong.forward(make_delivery(7)).attempt
        assert attempt.failure == "not_tls"
        assert "does not speak TLS" in (advice(attempt, wrong.target) or "")


@pytest.mark.parametrize(
    ("callback_url", "lines"),
    [
        ("https://ab12.example.com/r/x", [b"X-Forwarded-Proto: https"]),
        ("HTTP://127.0.0.1:4000/", [b"X-Forwarded-Proto: http"]),
        ("ftp://x/", []),
        (None, []),
    ],
)
def test_how_cronofy_reached_us(callback_url: str | None, lines: list[bytes], app: App, sender: Sender) -> None:
    """The scheme that the app is told is that of the channel's callback URL; where none is known nothing is said."""
    channel = {} if callback_url is None else {"callback_url": callback_url}
    sender.forward(make_delivery(7, json.dumps({"channel": channel}).encode(), headers=()))

    assert [line for line in app.received[0].lines if b"proto" in line.lower()] == lines


@pytest.mark.parametrize(
    "changes",
    [{"method": "GET / HTTP/1.1\r\nX:"}, {"headers": ((b"X-A", b"1\r\nX-B: 2"),)}, {"headers": ((b"X:A", b"1"),)}],
)
def test_what_is_no_http(changes: dict[str, Any], app: App, sender: Sender) -> None:
    """A delivery that was imported with what no request can hold is not sent, and the next one is."""
    delivery = make_delivery(7)
    odd = delivery._replace(request=delivery.request._replace(**changes))

    attempt = sender.forward(odd).attempt

    assert (attempt.status, attempt.failure) == (None, Failure.OTHER)
    assert sender.forward(delivery).attempt.status == 200
    assert len(app.received) == 1
