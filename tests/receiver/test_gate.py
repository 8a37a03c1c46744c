"""Only POST on the unguessable path gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.receiver.gate import Gate, Limits, refused
from tests.receiver.receiving import PATH, post, receiving, stored

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("method", "target", "refusal"),
    [
        (b"POST", b"/r/one", None),
        (b"POST", b"/hooks/r/one", None),
        (b"POST", b"/r/one?user=1&x=/r/two", None),
        (b"POST", b"http://127.0.0.1:80/r/one?a", None),
        (b"GET", b"/r/one", 405),
        (b"HEAD", b"/r/one", 405),
        (b"GET", b"/", 404),
        (b"POST", b"/", 404),
        (b"POST", b"/r/on", 404),
        (b"POST", b"/r/one/", 404),
        (b"POST", b"/r/ONE", 404),
        (b"POST", b"/?/r/one", 404),
        (b"POST", b"*", 404),
        (b"CONNECT", b"r/one:80", 404),
        (b"POST", b"", 404),
    ],
)
def test_refusal(method: bytes, target: bytes, refusal: int | None) -> None:
    """Any query string may follow a served path; what is not exactly one of them does not exist."""
    assert Gate(["/r/one", "/hooks/r/one"]).refusal(method, target) == refusal


@pytest.mark.parametrize(
    ("request_", "status", "allow"),
    [(post(path="/r/guess"), 404, None), (post(method="GET"), 405, "POST"), (post(method="DELETE"), 405, "POST")],
)
def test_nothing_recorded(tmp_path: Path, request_: bytes, status: int, allow: str | None) -> None:
    """Who does not get in is answered without a body and leaves no record, and may go on on the same connection."""
    with receiving(tmp_path) as receiver, receiver.wire() as wire:
        wire.send(request_)
        answer = wire.answer()
        assert (answer.status, answer.headers["Content-Length"], answer.headers.get("Allow")) == (status, "0", allow)
        assert wire.ask(post(path=f"{PATH}?again")) == 200
    assert [delivery.request.target for delivery in stored(tmp_path)] == [f"{PATH}?again"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "it is not HTTP as it should be"),
        (408, "it took longer than 2.5 s"),
        (413, "its body is larger than 64 KiB"),
        (431, "its headers are larger than 8 KiB, or are more than 50"),
    ],
)
def test_why_a_request_was_refused(status: int, reason: str) -> None:
    """It is said with the limit that it met, and where to look."""
    limits = Limits(body_bytes=64 * 1024, head_bytes=8 * 1024, head_lines=50, request_s=2.5)

    error = refused(status, limits)

    assert error.message == f"a request was refused with {status} and is not in the history: {reason}"
    assert error.hint == "what Cronofy sends is far below these limits: look at what else sends to the callback URL"
