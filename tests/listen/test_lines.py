"""How a forward looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.core.failure import Failure
from cronofy_cli.listen.forwarding.reports import ForwardReport
from cronofy_cli.listen.lines import forward_in_full, forward_lines
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import answered, forward
from tests.samples import make_delivery

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward


def kept(status: int | None = 200, **changes: Any) -> Forward:
    """Return a forward whose attempt is changed so."""
    return forward(1)._replace(attempt=answered(status, **changes))


@pytest.mark.parametrize(
    ("target", "address", "shown"),
    [
        ("3000/hook", "[::1]:3000", "http://localhost:3000/hook (::1)  #1"),
        ("3000/hook", "127.0.0.1:3000", "http://localhost:3000/hook (127.0.0.1)  #1"),
        ("3000/hook", None, "http://localhost:3000/hook  #1"),
        ("10.0.0.1:3000/hook", "10.0.0.1:3000", "http://10.0.0.1:3000/hook  #1"),
    ],
)
def test_where_localhost_was_found(target: str, address: str | None, shown: str) -> None:
    """Of localhost the line tells on which of its two addresses the app was found."""
    found = kept(address=address)

    (line,) = forward_lines(ForwardReport(make_delivery(1), parse_target(target), found, None), color=False)

    assert line == f"          -> 200 in 23 ms  {shown}"


def test_in_full() -> None:
    """An attempt with the whole answer, safe to show; that more of it was not kept is told."""
    attempt = kept(500, answer_body=b"\x1b[31mNo such table\r\n\r\n  at line 5\n")

    assert forward_in_full(attempt, color=False).splitlines() == [
        "2026-11-22T12:00:00.000Z  -> 500 in 23 ms  http://localhost:3000/hook  at 127.0.0.1:3000  attempt 1",
        "    HTTP/1.1 500 X",
        "    X-Odd: é",
        "",
        "    [31mNo such table",
        "",
        "      at line 5",
        "    …",
    ]


def test_a_replay_in_full() -> None:
    """What was sent again by hand says so in the place of the number of the attempt."""
    first, *_ = forward_in_full(kept()._replace(is_replay=True), color=False).splitlines()

    assert first == "2026-11-22T12:00:00.000Z  -> 200 in 23 ms  http://localhost:3000/hook  at 127.0.0.1:3000  replay"


def test_in_full_without_an_answer() -> None:
    """Without an answer it is why there was none."""
    attempt = kept(None, answer_body=b"", is_cut=False)

    assert forward_in_full(attempt, color=False) == (
        "2026-11-22T12:00:00.000Z  -> connection refused in 23 ms  http://localhost:3000/hook  attempt 1"
    )


def test_a_time_limit_is_one_length_of_time() -> None:
    """An app that hangs has one length of time in its line, the limit; any other failure has what it took."""
    hangs = kept(None, failure=Failure.ANSWER_TIMED_OUT, reason="no answer within 1 s")

    lines = [
        forward_lines(ForwardReport(make_delivery(), parse_target("3000"), each, None), color=False)[0]
        for each in (hangs, kept(None))
    ]

    assert lines[0].startswith("          -> no answer within 1 s  http")
    assert lines[1].startswith("          -> connection refused in 23 ms  http")
