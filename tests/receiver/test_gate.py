"""Only POST on the unguessable path gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.receiver.gate import Gate
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
