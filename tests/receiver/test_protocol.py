"""HTTP as senders really speak it: in pieces, in bursts, slowly, wrongly."""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cronofy_cli.core.signature import HEADER, sign
from cronofy_cli.receiver.gate import Gate, Limits
from cronofy_cli.receiver.reader import RequestReader
from tests.receiver.receiving import BODY, NOW, PATH, SECRET, post, receiving, stored

if TYPE_CHECKING:
    from pathlib import Path

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


def test_slow_sender(tmp_path: Path) -> None:
    """A request that is not complete within the limit is answered 408, also if it never stops to trickle in."""
    with receiving(tmp_path, limits=Limits(request_s=0.3, linger_s=0.1)) as receiver, receiver.wire() as wire:
        wire.send(post()[:-1])

        assert wire.answer().status == 408
        assert wire.is_closed()
    assert stored(tmp_path) == []


def test_silence(tmp_path: Path) -> None:
    """A kept connection is closed without a word once it was idle for long enough."""
    with receiving(tmp_path, limits=Limits(idle_s=0.2)) as receiver, receiver.wire() as wire:
        assert wire.ask(post()) == 200
        wire.send(b"\r\n")
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
