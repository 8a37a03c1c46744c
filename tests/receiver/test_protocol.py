"""HTTP as senders really speak it: in pieces, in bursts, slowly, wrongly."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise
from typing import TYPE_CHECKING

import httptools
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cronofy_cli.core.signature import HEADER, sign
from cronofy_cli.receiver.gate import Gate, Limits
from cronofy_cli.receiver.protocol import Connection
from cronofy_cli.receiver.reader import RequestReader
from tests.receiver.receiving import BODY, NOW, PATH, SECRET, post, receiving, stored

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.receiver.responses import Exchange

MEBIBYTE = 1024 * 1024
SIGNATURE = sign(BODY, [SECRET.value])


def head(*lines: str) -> bytes:
    """Return the head of a POST with a signature for BODY."""
    first = [f"POST {PATH} HTTP/1.1", "Host: x", f"{HEADER}: {SIGNATURE}"]
    return "\r\n".join([*first, *lines, "", ""]).encode()


def chunked(*parts: bytes) -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def test_byte_by_byte(tmp_path: Path) -> None:
    """A request that comes in single bytes is read like any other."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        for byte in post():
            wire.send(bytes([byte]))

        assert wire.answer().status == 200
    assert [delivery.request.body for delivery in stored(tmp_path)] == [BODY]


def test_headers_as_sent(tmp_path: Path) -> None:
    """Header lines keep their order, their spelling, their repetitions and bytes that are not UTF-8."""
    sent = ((b"hOsT", b"x"), (b"X-Twice", b"1"), (b"x-tWICE", b"2"), (b"X-Empty", b""), (b"X-Bytes", b"\xff\xfe"))
    lines = b"".join(b"%s: %s\r\n" % line for line in sent)

    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        assert wire.ask(f"POST {PATH}?a=%20&b HTTP/1.1\r\n".encode() + lines + b"\r\n") == 401

    (delivery,) = stored(tmp_path)
    assert delivery.request.headers == sent
    assert (delivery.request.method, delivery.request.target) == ("POST", f"{PATH}?a=%20&b")
    assert delivery.request.received_at == NOW


def test_chunks(tmp_path: Path) -> None:
    """A chunked body is put together, and a trailer neither becomes a header nor disturbs the next request."""
    trailing = head("Transfer-Encoding: chunked") + b"5;x=y\r\n%s\r\n" % BODY[:5] + chunked(BODY[5:])[:-2]

    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(trailing + f"{HEADER}: forged\r\n\r\n".encode() + post())

        assert (wire.answer().status, wire.answer().status) == (200, 200)
    first, second = stored(tmp_path)
    assert (first.request.body, second.request.body) == (BODY, BODY)
    assert first.request.header(HEADER) == SIGNATURE


def test_pipelined(tmp_path: Path) -> None:
    """Requests that are sent without waiting are answered in their order, whatever becomes of each."""
    requests = [
        post(),
        post(path="/guess"),
        post(secret="wrong"),
        post(method="PUT"),
        post(),
        b"garbage\r\n\r\n",
    ]
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(b"".join(requests))

        assert [wire.answer().status for _ in requests] == [200, 404, 401, 405, 200, 400]
        assert wire.is_closed()
    assert [delivery.answer_status for delivery in stored(tmp_path)] == [200, 401, 200]


def test_continue(tmp_path: Path) -> None:
    """A sender that asks first is told to go on, after what it asked before is answered."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(post() + head(f"Content-Length: {len(BODY)}", "Expect: 100-Continue"))

        assert (wire.answer().status, wire.answer().status) == (200, 100)
        assert wire.ask(BODY) == 200
    assert len(stored(tmp_path)) == 2


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (post(b"", "Expect: 100-continue", path="/guess"), 404),
        (head(f"Content-Length: {MEBIBYTE + 1}", "Expect: 100-continue"), 413),
    ],
)
def test_no_continue(tmp_path: Path, request_head: bytes, status: int) -> None:
    """A sender that asks first is spared a body that would be refused."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        assert wire.ask(request_head) == status
        assert wire.is_closed()


def test_biggest_body(tmp_path: Path) -> None:
    """A body of one mebibyte is still taken."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        assert wire.ask(post(b"x" * MEBIBYTE)) == 200
    assert [len(delivery.request.body) for delivery in stored(tmp_path)] == [MEBIBYTE]


@pytest.mark.parametrize(
    ("too_much", "status"),
    [
        (post(b"x" * (MEBIBYTE + 1)), 413),
        (head("Transfer-Encoding: chunked") + chunked(b"x" * MEBIBYTE, b"x"), 413),
        (post(b"x" * (MEBIBYTE + 1), path="/guess"), 413),
        (post(BODY, f"X: {'x' * 33_000}"), 431),
        (post(BODY, *["X: y"] * 101), 431),
        (post(path=f"{PATH}?{'x' * 33_000}"), 431),
    ],
    ids=["body", "chunks", "wrong path", "line", "lines", "target"],
)
def test_too_much(tmp_path: Path, too_much: bytes, status: int) -> None:
    """What is beyond the limits is refused with its reason, not recorded, and ends the connection."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        assert wire.ask(too_much) == status
        assert wire.is_closed()
    assert stored(tmp_path) == []
    assert len(receiver.troubles) == (PATH.encode() in too_much)


@pytest.mark.parametrize(
    ("too_much", "said"),
    [
        (post(b"x" * (MEBIBYTE + 1)), "refused with 413 and is not in the history: its body is larger than 1024 KiB"),
        (head(f"Content-Length: {MEBIBYTE + 1}", "Expect: 100-continue"), "refused with 413"),
        (post(BODY, *["X: y"] * 101), "its headers are larger than 32 KiB, or are more than 100"),
        (head("Content-Length: nine"), "refused with 400"),
        (post() + post(b"x" * (MEBIBYTE + 1)), "refused with 413"),
        (post(b"x" * (MEBIBYTE + 1), path="/guess"), None),
        (post() + b"garbage\r\n\r\n", None),
        (post(b"x" * (MEBIBYTE + 1), method="PUT"), None),
    ],
)
def test_a_refused_request_is_reported(tmp_path: Path, too_much: bytes, said: str | None) -> None:
    """What is sent to the listener's own path and is not read is reported, once; what a stranger sends is not."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(too_much)
        wire.answer()
        if too_much.startswith(post()):
            wire.answer()
        wire.is_closed()

    assert [error.message for error in receiver.troubles if said and said in error.message] == [
        error.message for error in receiver.troubles
    ]
    assert len(receiver.troubles) == (said is not None)


@pytest.mark.parametrize(
    ("begin", "status"),
    [(post()[:-200], 431), (head("Transfer-Encoding: chunked") + b"0\r\n", 413)],
    ids=["head", "trailer"],
)
def test_endless_line(tmp_path: Path, begin: bytes, status: int) -> None:
    """A line that never ends is refused before it fills the memory."""
    with receiving(tmp_path, limits=Limits(body_bytes=64 * 1024)) as receiver, receiver.wire() as wire:
        wire.send(begin + b"\r\nX-Endless: " if status == 431 else begin + b"X-Endless: ")
        for _ in range(8):
            wire.send(b"x" * 64 * 1024)

        assert wire.answer().status == status


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/3.1\r\n\r\n",
        b"POST /\xff HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"zz\r\n",
    ],
)
def test_garbage(tmp_path: Path, garbage: bytes) -> None:
    """What is not HTTP is answered 400 and ends the connection, and the next one is served."""
    with receiving(tmp_path) as receiver:
        with receiver.wire() as wire:
            assert wire.ask(garbage) == 400
            assert wire.is_closed()
        with receiver.wire() as wire:
            assert wire.ask(post()) == 200


def test_a_fault_while_a_request_is_read() -> None:
    """A bug of ours is raised, which ends the listener with its name; its sender is not told that it sent no HTTP."""

    def broken() -> datetime:
        raise ZeroDivisionError

    reader = RequestReader(gate=Gate([PATH]), limits=Limits(), clock=broken, on_answer=lambda: None)

    with pytest.raises(httptools.HttpParserCallbackError):
        reader.feed(memoryview(post()))


def test_slow_sender(tmp_path: Path) -> None:
    """A request that is not complete within the limit is answered 408, also if it never stops to trickle in."""
    with receiving(tmp_path, limits=Limits(request_s=1.0, linger_s=0.1)) as receiver, receiver.wire() as wire:
        wire.send(post()[:-1])

        assert wire.answer().status == 408
        assert wire.is_closed()
    assert stored(tmp_path) == []


def test_silence(tmp_path: Path) -> None:
    """A kept connection is closed without a word once it was idle for long enough."""
    with receiving(tmp_path, limits=Limits(idle_s=0.2)) as receiver, receiver.wire() as wire:
        assert wire.ask(post() + b"\r\n") == 200
        assert wire.is_closed()


@pytest.mark.parametrize(
    ("request_", "connection"),
    [
        (post(version="1.0"), "close"),
        (post(BODY, "Connection: keep-alive", version="1.0"), "keep-alive"),
        (post(BODY, "Connection: close"), "close"),
        (post(), None),
    ],
)
def test_persistence(tmp_path: Path, request_: bytes, connection: str | None) -> None:
    """A connection is kept or closed as its version and its sender ask, and the answer says so."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(request_)
        answer = wire.answer()

        assert (answer.status, answer.headers.get("Connection")) == (200, connection)
        if connection == "close":
            assert wire.is_closed()
        else:
            assert wire.ask(post()) == 200


@pytest.mark.parametrize("framing", [f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"])
def test_upgrade(tmp_path: Path, framing: str) -> None:
    """An offer to speak HTTP/2 in the clear is passed over: the request and the next one are read as they are."""
    body = BODY if framing.startswith("Content") else chunked(BODY)
    offer = head("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", framing) + body

    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(offer + post())

        assert (wire.answer().status, wire.answer().status) == (200, 200)
    first, _ = stored(tmp_path)
    assert (first.request.body, first.request.target, first.request.header("upgrade")) == (BODY, PATH, "h2c")


def test_half_closed(tmp_path: Path) -> None:
    """Who has nothing more to send still gets its answer."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(post())
        wire.end_sending()

        assert wire.answer().status == 200
        assert wire.is_closed()


def test_quiet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Connections that break off leave no trace in the log, and what they had sent completely is recorded."""
    with caplog.at_level(logging.DEBUG, logger="asyncio"), receiving(tmp_path) as receiver:
        for sent in (b"", post()[:50], post() * 50):
            wire = receiver.wire()
            wire.send(sent)
            wire.reset()
        with receiver.wire() as wire:
            assert wire.ask(post()) == 200
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, 1000), max_size=12))
def test_any_split(cuts: list[int]) -> None:
    """However the bytes are cut, the same requests come out, in the same order."""
    parts = [post(), head("Transfer-Encoding: chunked"), chunked(BODY[:9], BODY[9:]), post(path="/guess"), post()]
    stream = memoryview(b"".join(parts))
    reader = RequestReader(gate=Gate([PATH]), limits=Limits(), clock=lambda: NOW, on_answer=lambda: None)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})

    found = [each for start, end in pairwise(edges) for each in reader.feed(stream[start:end])]

    assert [each.status for each in found] == [None, None, 404, None]
    assert [each.request.body for each in found if each.request] == [BODY] * 3


LONG_HEAD = post(BODY, f"X: {'x' * (32 * 1024)}")
LONGEST_HEAD = post(BODY, f"X: {'x' * 32_000}")


@settings(deadline=None)
@given(
    cuts=st.lists(st.integers(0, 70_000), max_size=6),
    before=st.integers(0, 3),
    is_too_long=st.booleans(),
)
def test_a_long_head_however_it_is_cut(cuts: list[int], before: int, is_too_long: bool) -> None:
    """A head over 32 KiB is refused, one below it is not, in whatever pieces it comes and whatever came before it."""
    stream = memoryview(post() * before + (LONG_HEAD if is_too_long else LONGEST_HEAD))
    reader = RequestReader(gate=Gate([PATH]), limits=Limits(), clock=lambda: NOW, on_answer=lambda: None)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    event(f"in {min(len(edges) - 1, 3)} pieces")

    statuses: list[int | None] = []
    for start, end in pairwise(edges):
        statuses += [] if reader.is_finished else [each.status for each in reader.feed(stream[start:end])]

    assert statuses == [None] * before + [431 if is_too_long else None]


@pytest.mark.parametrize(("size", "statuses"), [(32 * 1024, []), (32 * 1024 + 1, [431])])
@pytest.mark.parametrize("before", [0, 2])
def test_a_head_without_an_end(size: int, statuses: list[int], before: int) -> None:
    """A head that does not end is refused with the first byte beyond 32 KiB, for later requests too."""
    reader = RequestReader(gate=Gate([PATH]), limits=Limits(), clock=lambda: NOW, on_answer=lambda: None)
    stream = memoryview(head("X: ").removesuffix(b"\r\n\r\n").ljust(size, b"x"))
    assert [each.status for each in reader.feed(memoryview(post() * before))] == [None] * before

    assert [each.status for each in reader.feed(stream[: size // 2])] == []
    assert [each.status for each in reader.feed(stream[size // 2 :])] == statuses


class Wired(asyncio.Transport):
    """What a connection does to its transport, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep an answer's first line."""
        self.done.append(bytes(data).partition(b"\r\n")[0])

    def write_eof(self) -> None:
        """Nothing more is written."""
        self.done.append("end")

    def close(self) -> None:
        """Close it once all has left."""
        self.done.append("close")

    def abort(self) -> None:
        """Close it now."""
        self.done.append("abort")

    def pause_reading(self) -> None:
        """Nothing is read any more."""
        self.done.append("pause")

    def resume_reading(self) -> None:
        """It is read again."""
        self.done.append("resume")

    def is_closing(self) -> bool:
        """Whether it was closed or aborted."""
        return "close" in self.done or "abort" in self.done


class Turned:
    """A connection over a transport that a test watches, with a clock that it turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.asked: list[Exchange] = []
        self.lost: list[Connection] = []
        self.wired = Wired()
        self.connection = Connection(
            handler=self.asked.append,
            gate=Gate([PATH]),
            limits=Limits(request_s=10, idle_s=120, linger_s=2),
            clock=lambda: NOW,
            monotonic_s=lambda: self.now_s,
            on_made=lambda _: None,
            on_lost=self.lost.append,
        )
        self.connection.connection_made(self.wired)

    def receive(self, data: bytes) -> None:
        """Let these bytes arrive."""
        self.connection.get_buffer(-1)[: len(data)] = data
        self.connection.buffer_updated(len(data))

    def after(self, seconds: float) -> list[bytes | str]:
        """Turn the clock, and return what has been done since it was made."""
        self.now_s += seconds
        self.connection.expire(self.now_s)
        return self.wired.done


OK, TIMEOUT = b"HTTP/1.1 200 OK", b"HTTP/1.1 408 Request Timeout"


@pytest.fixture
def turned() -> Turned:
    """A connection that was just made."""
    return Turned()


def test_a_connection_that_says_nothing(turned: Turned) -> None:
    """It has as long as a request may take, and goes without a word."""
    turned.receive(b"\r\n")

    assert turned.after(9.9) == []
    assert turned.after(0.1) == ["abort"]


@pytest.mark.parametrize("requests_before", [0, 1])
def test_a_request_that_trickles(turned: Turned, requests_before: int) -> None:
    """The limit runs from a request's first byte, on a kept connection too; then its sender may read the answer."""
    for _ in range(requests_before):
        turned.receive(post())
        turned.asked[0].answer(200)
        turned.after(60)
    before = [OK] * requests_before
    turned.receive(post()[:10])
    assert turned.after(5) == before
    turned.receive(post()[10:20])

    assert turned.after(4.9) == before
    assert turned.after(0.1) == [*before, TIMEOUT, "end"]
    assert turned.after(1.9) == [*before, TIMEOUT, "end"]
    assert turned.after(0.1) == [*before, TIMEOUT, "end", "abort"]


def test_a_connection_that_is_idle(turned: Turned) -> None:
    """It is kept from the last answer on for as long as it may be idle; empty lines change nothing."""
    turned.receive(post())
    assert not turned.connection.is_idle
    turned.now_s += 3
    turned.asked[0].answer(200)
    assert (turned.connection.is_idle, turned.connection.idle_since_s) == (True, 1003)

    assert turned.after(119) == [OK]
    turned.receive(b"\r\n")
    assert turned.after(0.9) == [OK]
    assert turned.after(0.1) == [OK, "abort"]


def test_answers_in_the_order_of_the_requests(turned: Turned) -> None:
    """An answer that is early waits for those before it; what is refused has its place among them."""
    turned.receive(post() + post(path="/guess") + post())
    [first, second] = turned.asked

    second.answer(503)
    assert turned.wired.done == []
    first.answer(200)

    assert turned.wired.done == [OK, b"HTTP/1.1 404 Not Found", b"HTTP/1.1 503 Service Unavailable"]


def test_the_end_of_an_idle_connection(turned: Turned) -> None:
    """When the listener ends, what is idle is closed at once, and nothing is done to it afterwards."""
    turned.connection.finish()
    turned.connection.pause_writing()
    turned.connection.resume_writing()

    assert turned.wired.done == ["close"]


def test_the_end_of_a_busy_connection(turned: Turned) -> None:
    """When the listener ends, a request that is being read, or waits for its answer, is let end."""
    turned.receive(post()[:-1])
    turned.connection.finish()
    assert turned.wired.done == []
    turned.receive(post()[-1:])
    assert turned.wired.done == []
    turned.asked[0].answer(200)

    assert turned.wired.done == [OK, "close"]


def test_who_does_not_read_answers(turned: Turned) -> None:
    """Nothing more is read from who does not read, until it does."""
    turned.connection.pause_writing()
    turned.connection.resume_writing()

    assert turned.wired.done == ["pause", "resume"]


def test_a_sender_that_has_said_all(turned: Turned) -> None:
    """The connection is kept for the answers that are still to leave, and not where there are none."""
    assert not turned.connection.eof_received()
    turned = Turned()
    turned.receive(post())
    assert turned.connection.eof_received()
    turned.asked[0].answer(200)

    assert turned.wired.done == [OK, "close"]


def test_a_connection_that_is_lost(turned: Turned) -> None:
    """Its end is told once; an answer that comes later goes nowhere, and nothing arrives any more."""
    turned.receive(post())
    turned.connection.connection_lost(None)
    turned.asked[0].answer(200)
    turned.connection.abort()
    turned.connection.expire(9e9)
    turned.receive(post())

    assert (turned.wired.done, turned.lost, len(turned.asked)) == ([], [turned.connection], 1)
