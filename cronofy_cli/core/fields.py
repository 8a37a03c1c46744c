"""Reading fields of JSON from outside: a field that is missing, or of an unexpected type, is as good as not there.

The API adds fields freely and asks clients to ignore what they do not know (docs: /developers/api/).
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec

_ESCAPE: Final = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
"""An escape in JSON. The group is half a surrogate pair: JSON's grammar allows it, and it is no text."""

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for JSON that is none, or is nested too deeply."""

_ANYTHING: Final = msgspec.json.Decoder()
_Decoded = TypeVar("_Decoded")

Fields = dict[str, object]
"""A decoded JSON object."""


def decode_object(raw: bytes | msgspec.Raw) -> Fields:
    """Return the object that `raw` holds; an empty one when it holds something else.

    What is no text in it is replaced by U+FFFD: one bad byte in a title must not hide an event.
    """
    try:
        return as_object(decode_leniently(_ANYTHING, raw))
    except UNREADABLE:
        return {}


def decode_leniently(decoder: msgspec.json.Decoder[_Decoded], raw: bytes | msgspec.Raw) -> _Decoded:
    """Return what `raw` holds, with U+FFFD for what is no text in it.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is not such JSON; see UNREADABLE.
    """
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return decoder.decode(with_valid_text(bytes(raw)))


def readable(raw: bytes | msgspec.Raw) -> bytes:
    """Return JSON that any program can read: with U+FFFD for what is no text in it, otherwise as it came."""
    content = bytes(raw)
    try:
        _ANYTHING.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return with_valid_text(content)
    except RecursionError:
        return content
    return content


def with_valid_text(raw: bytes) -> bytes:
    """Return JSON with U+FFFD for bytes that are not UTF-8 and for halves of surrogate pairs."""
    utf8 = raw.decode("utf-8", "replace").encode()
    return re.sub(_ESCAPE, lambda match: rb"\ufffd" if match[1] else match[0], utf8)


def as_object(value: object) -> Fields:
    """Return `value` when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(fields: Fields, key: str) -> str | None:
    """Return a field that is a string."""
    value = fields.get(key)
    return value if isinstance(value, str) else None


def flag(fields: Fields, key: str) -> bool:
    """Whether a field is there and true."""
    return fields.get(key) is True


def texts(fields: Fields, key: str) -> tuple[str, ...]:
    """Return the strings of a field that is an array."""
    value = fields.get(key)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def objects(fields: Fields, key: str) -> tuple[Fields, ...]:
    """Return the objects of a field that is an array."""
    value = fields.get(key)
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
