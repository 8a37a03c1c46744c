"""Saved HTTP requests: the body's bytes, whatever the file went through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.http_message import parse_saved_request
from cronofy_cli.errors import WrongUsage

HEAD = b"POST /hook?user=1 HTTP/1.1\r\nHost: example.com\r\ncronofy-hmac-SHA256: one,two\r\n"
BODY = b'{\n  "example": "well-known"\r\n}'


def test_head_and_body_are_split() -> None:
    """Line, headers in their spelling, and the body's own bytes."""
    saved = parse_saved_request(HEAD + b"\r\n" + BODY)

    assert saved.request_line == "POST /hook?user=1 HTTP/1.1"
    assert saved.headers == ((b"Host", b"example.com"), (b"cronofy-hmac-SHA256", b"one,two"))
    assert saved.header("Cronofy-HMAC-SHA256") == "one,two"
    assert saved.header("Content-Length") is None
    assert saved.body == BODY


def test_line_feeds_alone_end_lines_too() -> None:
    """An editor or a log may have written bare line feeds; the body is not touched."""
    saved = parse_saved_request(HEAD.replace(b"\r\n", b"\n") + b"\n" + BODY)

    assert (saved.header("host"), saved.body) == ("example.com", BODY)


def test_a_body_that_became_longer_is_not_cut_off() -> None:
    """A body that was printed anew and saved under the head of the old one is returned as it is in the file."""
    head = HEAD + b"Content-Length: %d\r\n\r\n" % (len(BODY) - 4)

    assert parse_saved_request(head + BODY).body == BODY


@pytest.mark.parametrize("added", [b"\n", b"\r\n", b"\n\n"])
def test_a_line_end_that_an_editor_added_is_cut_off(added: bytes) -> None:
    """The length that was sent tells where the body ends."""
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY)

    assert parse_saved_request(head + BODY + added).body == BODY


@pytest.mark.parametrize("length", ["", "abc", "-1", "²", "٣", "9" * 5000])
def test_a_length_that_is_none_is_not_believed(length: str) -> None:
    """Nonsense in Content-Length leaves the body whole."""
    head = HEAD + b"Content-Length: " + length.encode() + b"\r\n\r\n"

    assert parse_saved_request(head + BODY).body == BODY


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_chunked_body_is_put_together(line_end: bytes) -> None:
    """Chunks, with extensions and a trailer, are the body that was sent."""
    chunks = [b"5;note=x", b"hello", b"6", b" world", b"0", b"Trailer: yes", b"", b""]
    head = HEAD + b"Transfer-Encoding: gzip, Chunked\r\n"

    saved = parse_saved_request(head.replace(b"\r\n", line_end) + line_end + line_end.join(chunks))

    assert saved.body == b"hello world"


@given(parts=st.lists(st.binary(min_size=1, max_size=20), max_size=5))
def test_any_body_survives_any_chunking(parts: list[bytes]) -> None:
    """However a body is cut into chunks, it is put together again."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)

    saved = parse_saved_request(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    assert saved.body == b"".join(parts)


@pytest.mark.parametrize("chunks", [b"", b"5\r\nhel", b"5\r\nhello\r\n", b"zz\r\nhello\r\n0\r\n\r\n", b"-1\r\n\r\n"])
def test_a_chunked_body_that_is_cut_short_is_refused(chunks: bytes) -> None:
    """Half a body cannot be verified: the error says that it is the file, not the signature."""
    with pytest.raises(WrongUsage, match="cut short"):
        parse_saved_request(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"example":"well-known"}',
        b"\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"POST /hook\r\n\r\n" + BODY,
        HEAD,
        HEAD + b"no colon\r\n\r\n",
        HEAD + b": no name\r\n\r\n",
    ],
)
def test_what_is_no_saved_request_is_refused(content: bytes) -> None:
    """Anything else is said to be none, with what one looks like."""
    with pytest.raises(WrongUsage, match="not an HTTP request") as caught:
        parse_saved_request(content)

    assert "POST /hook HTTP/1.1" in str(caught.value.hint)


@given(st.binary(max_size=200))
def test_no_file_crashes_it(content: bytes) -> None:
    """Any bytes are either split or refused."""
    try:
        parsed = parse_saved_request(content).body
    except WrongUsage as error:
        parsed = error.message.encode()

    assert isinstance(parsed, bytes)


def test_a_request_in_utf_16() -> None:
    """A request that was saved as UTF-16 is named as that; a byte order mark in front of another one is no harm."""
    saved = HEAD + b"\r\nbody"

    with pytest.raises(WrongUsage, match="UTF-16"):
        parse_saved_request(b"\xff\xfe" + saved.decode("latin-1").encode("utf-16-le"))

    assert parse_saved_request(b"\xef\xbb\xbf" + saved) == parse_saved_request(saved)


def test_a_chunked_body_without_its_last_line() -> None:
    """Where the file ends with the last chunk's size, nothing of the body is missing."""
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

    assert parse_saved_request(head + b"3\r\nabc\r\n0\r\n").body == b"abc"
