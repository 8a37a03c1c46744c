"""HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/): what came in with our answer to it, and what the
application was sent with its own.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cronofy_cli.core.times import to_utc_millis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery

_UNKNOWN = -1
"""How the format says that something was not measured."""


def har(
    deliveries: Iterable[Delivery], version: str, forwards_of: Callable[[Delivery], Iterable[Forward]] | None = None
) -> Iterator[bytes]:
    """Yield the parts of one document. `forwards_of` returns the attempts to forward a delivery, which follow it."""
    creator = msgspec.json.encode({"name": "cronofy", "version": version})
    before = b'{"log":{"version":"1.2","creator":' + creator + b',"entries":['
    for delivery in deliveries:
        forwards = () if forwards_of is None else forwards_of(delivery)
        for entry in (_entry(delivery), *(_forward_entry(delivery, each) for each in forwards)):
            yield before + msgspec.json.encode(entry)
            before = b",\n"
    yield (b"" if before == b",\n" else before) + b"]}}\n"


def _entry(delivery: Delivery) -> dict[str, object]:
    return {
        "startedDateTime": to_utc_millis(delivery.request.received_at),
        "time": 0,
        "request": _request(delivery, _callback_url(delivery)),
        "response": _response(
            delivery.answer_status, "", [{"name": "Content-Length", "value": "0"}], {"size": 0, "mimeType": ""}
        ),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"delivery #{delivery.id}, signature {delivery.verdict.state.value}",
    }


def _forward_entry(delivery: Delivery, forward: Forward) -> dict[str, object]:
    """Return an attempt to hand a delivery to the application. The headers are those that came, with its host."""
    attempt = forward.attempt
    query = _target(delivery).partition("?")[2]
    joint = "&" if "?" in forward.target else "?"
    url = f"{forward.target}{joint}{query}" if query else forward.target
    status_line, *lines = attempt.answer_head.decode("latin-1").splitlines() or [""]
    headers = [{"name": name.strip(), "value": value.strip()} for name, _, value in map(_parted, filter(None, lines))]
    content = {
        "size": len(attempt.answer_body),
        "mimeType": attempt.header("Content-Type"),
        **_content(attempt.answer_body),
    }
    how = "sent again by hand" if forward.is_replay else f"attempt {forward.number}"
    cut = ", the response is cut" if attempt.is_cut else ""
    failed = f", {attempt.failure.value}: {attempt.reason}" if attempt.failure is not None else ""
    duration_ms = round(attempt.duration_ms, 3)
    return {
        "startedDateTime": to_utc_millis(attempt.started_at),
        "time": duration_ms,
        "request": _request(delivery, url, host=urlsplit(forward.target).netloc),
        "response": _response(attempt.status, status_line.partition(" ")[2].partition(" ")[2], headers, content),
        "cache": {},
        "timings": {"send": 0, "wait": duration_ms, "receive": 0},
        "comment": _safe(f"delivery #{delivery.id} to the application, {how}{failed}{cut}"),
    }


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _response(
    status: int | None, text: str, headers: list[dict[str, str]], content: dict[str, object]
) -> dict[str, object]:
    """Return a response; 0 stands for none."""
    return {
        "status": status or 0,
        "statusText": text,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": next((each["value"] for each in headers if each["name"].lower() == "location"), ""),
        "headersSize": _UNKNOWN,
        "bodySize": content["size"],
    }


def _callback_url(delivery: Delivery) -> str:
    request = delivery.request
    scheme = request.header("X-Forwarded-Proto") or "http"
    host = request.header("X-Forwarded-Host") or request.header("Host") or "localhost"
    return f"{_safe(scheme)}://{_safe(host)}{_target(delivery)}"


def _target(delivery: Delivery) -> str:
    return delivery.request.target.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _request(delivery: Delivery, url: str, *, host: str | None = None) -> dict[str, object]:
    request = delivery.request
    headers = [{"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in request.headers]
    if host is not None:
        headers = [{"name": "Host", "value": host}, *(each for each in headers if each["name"].lower() != "host")]
    return {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(url.partition("?")[2], keep_blank_values=True, errors="replace")
        ],
        "postData": {"mimeType": _safe(request.header("Content-Type") or ""), **_text(request.body)},
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body),
    }


def _text(body: bytes) -> dict[str, str]:
    found = _content(body)
    # The format has `encoding` for responses only; readers take it here too, and people read the comment.
    return found | {"comment": "text is base64"} if "encoding" in found else found


def _content(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _safe(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
