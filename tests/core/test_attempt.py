"""What came of a request to an application, as it is shown."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANSWERED = Attempt(NOW, timedelta(milliseconds=12.6), "127.0.0.1:3000", 200)
PAGE = b"NoMethodError\n\n\tin app.rb:1\nmore\nand more"


def answered(body: bytes, encoding: str | None = None, name: str = "Content-Encoding") -> Attempt:
    """Return an answer with a body."""
    header = "" if encoding is None else f"{name}: {encoding}\r\n"
    head = f"HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n{header}".encode()
    return ANSWERED._replace(status=500, answer_head=head, answer_body=body)


@pytest.mark.parametrize(
    ("status", "succeeded", "is_refused"),
    [
        (None, False, False),
        (199, False, False),
        (200, True, False),
        (299, True, False),
        (300, False, False),
        (399, False, False),
        (400, False, True),
        (499, False, True),
        (500, False, False),
    ],
)
def test_how_it_ended(status: int | None, succeeded: bool, is_refused: bool) -> None:
    """2xx is a success, as for Cronofy; 4xx is a refusal."""
    attempt = ANSWERED._replace(status=status)

    assert (attempt.succeeded, attempt.is_refused) == (succeeded, is_refused)


@pytest.mark.parametrize(
    ("attempt", "result", "summary"),
    [
        (ANSWERED, "200", "200 in 13 ms"),
        (
            ANSWERED._replace(status=302, answer_head=b"HTTP/1.1 302 Found\r\nlocation:  /login\x1b[2J\r\n"),
            "302",
            "302 to /login[2J in 13 ms",
        ),
        (
            ANSWERED._replace(status=None, failure=Failure.CONNECTION_REFUSED),
            "connection_refused",
            Failure.CONNECTION_REFUSED.description,
        ),
        (
            ANSWERED._replace(status=None, failure=Failure.CONNECTION_REFUSED, reason="nothing\x1b listens"),
            "connection_refused",
            "nothing listens",
        ),
    ],
)
def test_in_one_line(attempt: Attempt, result: str, summary: str) -> None:
    """The status with its time and where a redirect leads, or the failure in words; nothing drives a terminal."""
    assert (attempt.result, attempt.summary) == (result, summary)


def packed(content: bytes, encoding: str | None) -> bytes:
    """Return what is sent of a content in an encoding."""
    if (encoding or "").lower() in {"gzip", "x-gzip"}:
        return gzip.compress(content)
    return zlib.compress(content) if encoding == "deflate" else content


@pytest.mark.parametrize("encoding", [None, "", "identity", "gzip", "GZip", "x-gzip", "deflate"])
def test_the_first_lines(encoding: str | None) -> None:
    """The first three that say something, unpacked, with their indentation."""
    sent = packed(PAGE, encoding)

    assert answered(sent, encoding).excerpt == ("NoMethodError", "    in app.rb:1", "more")
    assert answered(sent, encoding, "content-encoding").text == PAGE.decode()


def test_a_packed_answer_that_is_cut_off() -> None:
    """As much as there is can be read."""
    page = bytes(range(33, 127)) * 50
    text = answered(gzip.compress(page)[:-20], "gzip").text

    assert text
    assert page.decode().startswith(text)
    assert len(answered(gzip.compress(b"x" * 1_000_000), "gzip").text) == 64 * 1024


@pytest.mark.parametrize(("body", "encoding"), [(b"packed", "gzip"), (b"packed", "br"), (b"packed", "zstd")])
def test_what_cannot_be_unpacked(body: bytes, encoding: str) -> None:
    """It says how it is packed, and an empty answer says nothing."""
    assert answered(body, encoding).text == f"(compressed: {encoding})"
    assert answered(b"", encoding).text == ""


def test_long_lines() -> None:
    """A line is cut at its width, and no more than the beginning is looked at; nothing drives a terminal."""
    assert len(answered(b"x" * 161).excerpt[0]) == 160
    assert answered(b"x" * 160).excerpt == ("x" * 160,)
    assert answered(b"\n" * 8192 + b"late").excerpt == ()
    assert answered(b"\n" * 8191 + b"in time").excerpt == ("i",)
    assert answered(b"a\x1b[2Jb\xff").excerpt == ("a[2Jb\ufffd",)


@pytest.mark.parametrize(
    ("failure", "is_unreachable"),
    [(None, False), (Failure.CONNECTION_REFUSED, True), (Failure.ANSWER_TIMED_OUT, False)],
)
def test_whether_anybody_was_there(failure: Failure | None, is_unreachable: bool) -> None:
    """No connection is something else than no answer."""
    assert ANSWERED._replace(status=None, failure=failure).is_unreachable is is_unreachable
