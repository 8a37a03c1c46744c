"""HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): what came in, and our answer to it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from cronofy_cli.core.times import to_utc_millis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery

_UNKNOWN = -1
"""How the format says that something was not measured."""


def har(deliveries: Iterable[Delivery], version: str) -> Iterator[bytes]:
    """Yield the parts of one document."""
    creator = msgspec.json.encode({"name": "cronofy", "version": version})
    before = b'{"log":{"version":"1.2","creator":' + creator + b',"entries":['
    for delivery in deliveries:
        yield before + msgspec.json.encode(_entry(delivery))
        before = b",\n"
    yield (b"" if before == b",\n" else before) + b"]}}\n"


def _entry(delivery: Delivery) -> dict[str, object]:
    return {
        "startedDateTime": to_utc_millis(delivery.request.received_at),
        "time": 0,
        "request": _request(delivery),
        "response": {
            "status": delivery.answer_status or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Length", "value": "0"}],
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": "",
            "headersSize": _UNKNOWN,
            "bodySize": 0,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"delivery #{delivery.id}, signature {delivery.verdict.state.value}",
    }


def _request(delivery: Delivery) -> dict[str, object]:
    request = delivery.request
    target = request.target.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    scheme = request.header("X-Forwarded-Proto") or "http"
    host = request.header("X-Forwarded-Host") or request.header("Host") or "localhost"
    return {
        "method": request.method,
        "url": f"{_safe(scheme)}://{_safe(host)}{target}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [
            {"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in request.headers
        ],
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(target.partition("?")[2], keep_blank_values=True, errors="replace")
        ],
        "postData": {"mimeType": _safe(request.header("Content-Type") or ""), **_text(request.body)},
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body),
    }


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        # The format has `encoding` for answers only; readers take it here too, and people read the comment.
        return {"text": base64.b64encode(body).decode(), "encoding": "base64", "comment": "text is base64"}


def _safe(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
