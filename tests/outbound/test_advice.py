"""What is advised, by cause."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from cronofy_cli.outbound.advice import advice, first_lines
from cronofy_cli.outbound.failure import FailureKind
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import forward

TARGET = parse_target("3000/hook")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "raw body"),
        (401, "behind a login"),
        (403, "behind a login"),
        (404, "a route for POST /hook"),
        (405, "take POST"),
        (419, "CSRF"),
        (422, "CSRF"),
        (302, "a redirect for a failure"),
        (500, "its log"),
        (503, "its log"),
        (418, "anything but 2xx"),
    ],
)
def test_by_status(status: int, said: str) -> None:
    """Each status that has a usual cause leads to it."""
    assert said in (advice(forward(1, status), TARGET) or "")


def test_where_a_redirect_leads() -> None:
    """The address is named, made safe."""
    head = b"HTTP/1.1 302 Found\r\nLOCATION: /login\x1b[2J\r\n\r\n"

    assert (advice(replace(forward(1, 302), answer_head=head), TARGET) or "").endswith("it leads to, /login[2J")


@pytest.mark.parametrize("kind", FailureKind)
def test_by_failure(kind: FailureKind) -> None:
    """Every kind of failure has its advice, each another one."""
    said = {each: advice(replace(forward(1, None), failure=each.value), TARGET) for each in FailureKind}

    assert said[kind]
    assert list(said.values()).count(said[kind]) == 1


def test_containers() -> None:
    """In a container localhost is the container: the host's name there is suggested, and how to have it."""
    refused = forward(1, None)
    unknown = replace(refused, failure="no_such_host")

    assert "host.docker.internal:3000/hook" in (advice(refused, TARGET, in_container=True) or "")
    assert "127.0.0.1 and ::1" in (advice(refused, TARGET) or "")
    assert "--add-host" in (advice(unknown, parse_target("host.docker.internal:3000")) or "")


def test_slow() -> None:
    """An answer that is good and too late for Cronofy is told; one in time needs no advice."""
    assert advice(forward(1, 200), TARGET) is None
    assert "took 5.1 s" in (advice(replace(forward(1, 200), duration=timedelta(seconds=5.1)), TARGET) or "")


def test_first_lines() -> None:
    """The first lines that say something are shown, three at most, and cannot drive the terminal."""
    body = b"\r\n\n  <h1>Oh\x1b[31m no</h1>\n\n" + b"x" * 500 + b"\nthree\nfour"

    assert first_lines(replace(forward(1, 500), answer_body=body)) == ("<h1>Oh[31m no</h1>", "x" * 160, "three")


@pytest.mark.parametrize(
    ("encoding", "body", "lines"),
    [
        ("gzip", gzip.compress(b"no such table\nline 2", mtime=0), ("no such table", "line 2")),
        ("Deflate", zlib.compress(b"no such table"), ("no such table",)),
        ("gzip", gzip.compress(b"no such table" * 9, mtime=0)[:-5], (("no such table" * 9),)),
        ("gzip", b"no such table", ("(compressed: gzip)",)),
        ("br", b"\x0b\x02\x80no", ("(compressed: br)",)),
        ("identity", b"no such table", ("no such table",)),
    ],
)
def test_the_first_lines_of_a_compressed_answer(encoding: str, body: bytes, lines: tuple[str, ...]) -> None:
    """Cronofy accepts compressed answers and so the app may send one: its first lines are shown as text."""
    head = f"HTTP/1.1 500 X\r\ncontent-encoding: {encoding}\r\n\r\n".encode()

    assert first_lines(replace(forward(1, 500), answer_head=head, answer_body=body)) == lines
