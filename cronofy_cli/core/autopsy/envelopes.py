"""What the body may still be wrapped into: compression, base64, a form, a string, a whole request.

Each opened envelope is a guess at the signed bytes; recomputing the digest decides.
"""

from __future__ import annotations

import binascii
import html
import json
import re
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.autopsy.json_tokens import missing_closers
from cronofy_cli.core.notifications.http_message import parse_saved_request
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.autopsy.byte_forms import BodyForm

LARGEST_PLAIN_BODY = 4 * 1024 * 1024
"""A compressed body is opened up to here, so that a bomb cannot fill the memory."""

_LONGEST_REQUEST_LINE = 8192
_BASE64_TEXT = re.compile(rb"[A-Za-z0-9+/=_\-\r\n]+")
_FORM_FIELD = re.compile(rb"(?:[\w.%\[\]-]{1,60}=)?(?=%7B|%5B|\{|\[)", re.IGNORECASE)
_WINDOW_BITS = {"gzip": 31, "zlib": 15, "raw deflate": -15}


def opened_envelopes(form: BodyForm, content_length: int | None) -> Iterator[BodyForm]:
    """Yield what is inside the body if it is an envelope, and the body at the length that was sent."""
    yield from opened_binary(form)
    yield from _unquoted(form)
    yield from _from_text(form)
    yield from _from_request(form)
    if content_length is not None and 0 < content_length < len(form.body):
        shorter = form.body[:content_length]
        yield form.then(shorter, Cause.BODY_EXTENDED, f"keeping the {content_length} bytes that Content-Length says")
    if closers := missing_closers(form.body):
        yield form.then(form.body + closers, Cause.BODY_TRUNCATED, f"adding the missing {closers.decode()!r}")


def opened_binary(form: BodyForm) -> Iterator[BodyForm]:
    """Yield what is inside the body if it is compressed or in base64."""
    yield from _decompressed(form)
    yield from _unbase64(form)


def _decompressed(form: BodyForm) -> Iterator[BodyForm]:
    for name, window_bits in _WINDOW_BITS.items():
        plain = _inflated(form.body, window_bits)
        if plain:
            yield form.then(plain, Cause.BODY_STILL_COMPRESSED, f"decompressing it ({name})")


def _inflated(body: bytes, window_bits: int) -> bytes:
    opener = zlib.decompressobj(window_bits)
    try:
        plain = opener.decompress(body, LARGEST_PLAIN_BODY)
    except zlib.error:
        return b""
    return plain if opener.eof else b""


def _unbase64(form: BodyForm) -> Iterator[BodyForm]:
    if not _BASE64_TEXT.fullmatch(form.body):
        return
    bare = form.body.translate(bytes.maketrans(b"-_", b"+/"), b"\r\n=")
    try:
        plain = b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return
    yield form.then(plain, Cause.BODY_STILL_BASE64, "decoding it from base64")


def _unquoted(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body.strip()
    field = _FORM_FIELD.match(body)
    if field:
        value = body[field.end() :].removesuffix(b"=")
        spaced = unquote_to_bytes(value.replace(b"+", b" "))
        name = "the value of its form field"
        cause = Cause.BODY_FORM_ENCODED if field.end() or value != body else Cause.BODY_URL_ENCODED
        yield form.then(spaced, cause, f"taking {name}, decoded")
        yield form.then(unquote_to_bytes(value), cause, f"taking {name}, decoded except for '+'")
        yield form.then(value, cause, f"taking {name} as it is")
    if b"%" in body:
        yield form.then(unquote_to_bytes(body), Cause.BODY_URL_ENCODED, "percent-decoding it")


def _from_text(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body.strip()
    if body.startswith(b'"'):
        try:
            inner = json.loads(body)
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, str):
            text = inner.encode("utf-8", "surrogatepass")
            yield form.then(text, Cause.BODY_JSON_STRING, "taking the text that its JSON string holds")
    if b"&" in body and b";" in body:
        unescaped = html.unescape(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        yield form.then(unescaped, Cause.BODY_HTML_ENTITIES, "turning its HTML entities into characters")


def _from_request(form: BodyForm) -> Iterator[BodyForm]:
    if b" HTTP/" not in form.body[:_LONGEST_REQUEST_LINE]:
        return
    try:
        body = parse_saved_request(form.body).body
    except (WrongUsage, ValueError):
        return
    yield form.then(body, Cause.BODY_WHOLE_REQUEST, "taking the part after its empty line")
