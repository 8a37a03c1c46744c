"""Reading fields of JSON from outside: a field that is missing, or of an unexpected type, is as good as not there.

The API adds fields freely and asks clients to ignore what they do not know (docs: /developers/api/).
"""

from __future__ import annotations

import msgspec

Fields = dict[str, object]
"""A decoded JSON object."""


def decode_object(raw: bytes | msgspec.Raw) -> Fields:
    """Return the object that `raw` holds; an empty one when it holds something else."""
    try:
        return as_object(msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


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
