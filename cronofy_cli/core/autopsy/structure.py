"""Causes that the request's structure shows although no digest can be made to match."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.autopsy.header_readings import SentDigests
from cronofy_cli.core.notifications.deliveries import find_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Headers

_COMPRESSED_MARKS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x78\x9c": "zlib"}
_COMPRESSIONS = {"gzip", "x-gzip", "deflate", "br", "zstd", "compress"}
_REDACTED = re.compile(r"\W*(?:redacted|filtered|masked|hidden|removed|secret|x{4,})\W*|\*{3,}|…|\.{3}", re.IGNORECASE)
_UNFINISHED = ("true", "false", "null", "-", ".")
"""What a cut value may be the beginning of, or end with."""


def structural_evidence(header: str, body: bytes, headers: Headers) -> tuple[Cause, str] | None:
    """Return the first cause that the structure shows and what shows it, or None."""
    return next(_evidence(header, body, headers), None)


def content_length(headers: Headers) -> int | None:
    """Return what Content-Length says, if it is a number."""
    value = (find_header(headers, "Content-Length") or "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


def _evidence(header: str, body: bytes, headers: Headers) -> Iterator[tuple[Cause, str]]:
    if _REDACTED.fullmatch(header.strip()):
        yield Cause.HEADER_REDACTED, "the header's value is a placeholder"
    if not SentDigests(header).may_hold_sha256:
        yield Cause.HEADER_NOT_A_DIGEST, f"nothing in the header's {len(header)} characters decodes to 32 bytes"
    if not body:
        yield Cause.BODY_EMPTY, "the body has no bytes"
    yield from _compression(body, headers)
    yield from _length(body, headers)
    media_type = (find_header(headers, "Content-Type") or "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        yield Cause.BODY_FORM_ENCODED, f"Content-Type is {media_type}"


def _compression(body: bytes, headers: Headers) -> Iterator[tuple[Cause, str]]:
    coding = (find_header(headers, "Content-Encoding") or "").strip().lower()
    mark = next((name for start, name in _COMPRESSED_MARKS.items() if body.startswith(start)), None)
    if mark is not None:
        yield Cause.BODY_STILL_COMPRESSED, f"the body begins like {mark}"
    elif coding in _COMPRESSIONS:
        looks_plain = body.lstrip()[:1] in (b"{", b"[")
        shown = f"Content-Encoding is {coding} and the body {'is plain text' if looks_plain else 'is not JSON'}"
        yield Cause.BODY_DECOMPRESSED if looks_plain else Cause.BODY_STILL_COMPRESSED, shown


def _length(body: bytes, headers: Headers) -> Iterator[tuple[Cause, str]]:
    sent = content_length(headers)
    ends_early = json_ends_early(body)
    if sent is not None and sent != len(body):
        cut = sent > len(body) and (ends_early or not body.lstrip().startswith((b"{", b"[")))
        shown = f"Content-Length says {sent} bytes, the body has {len(body)}"
        yield Cause.BODY_TRUNCATED if cut else Cause.BODY_LENGTH_CHANGED, shown
    if ends_early:
        yield Cause.BODY_TRUNCATED, f"the JSON ends early, after {len(body)} bytes"


def json_ends_early(body: bytes) -> bool:
    """Say whether the body is the beginning of a JSON object or array whose end is missing."""
    text = body.decode("utf-8", "replace").rstrip()
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        rest = text[error.pos :]
        cut_literal = any(literal.startswith(rest) for literal in _UNFINISHED)
        return cut_literal or error.msg.startswith("Unterminated string") or _in_cut_escape(error, text)
    except (ValueError, RecursionError):
        return False
    return False


def _in_cut_escape(error: json.JSONDecodeError, text: str) -> bool:
    return "escape" in error.msg and re.search(r"\\(?:u[0-9a-fA-F]{0,3})?\Z", text[error.pos - 1 :]) is not None
