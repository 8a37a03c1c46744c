"""Choosing fields of an item by their dotted API names: `summary`, `location.description`, `attendees.email`.

Pure, on the bytes that the server sent: what is chosen stays byte for byte what it was. An array is looked into, each
of its items for itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.fields import UNREADABLE, decode_leniently
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FieldPath = tuple[str, ...]
Members = dict[str, msgspec.Raw]
"""An object's members, each its own JSON."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_NULL: Final = b"null"
_MEMBERS: Final = msgspec.json.Decoder(Members)
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_VALUE: Final = msgspec.json.Decoder()


def parse_fields(text: str) -> tuple[FieldPath, ...]:
    """Return the paths that `summary,location.description` names, each once.

    Raises:
        WrongUsage: one of them is no name.
    """
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if not _NAME.fullmatch(name):
            raise WrongUsage(f"'{name}' is not a field name", hint="write them as event_uid,start.time,summary")
    return tuple(tuple(name.split(".")) for name in names)


def members_of(raw: bytes | msgspec.Raw) -> Members:
    """Return an object's members; none when it is something else."""
    try:
        return decode_leniently(_MEMBERS, raw)
    except UNREADABLE:
        return {}


def text_at(members: Members, path: FieldPath) -> str:
    """Return a field as plain text: a string as it is, several values with commas between them, nothing for nothing."""
    value = members.get(path[0])
    return "" if value is None else _text(value, path[1:])


def value_at(raw: bytes | msgspec.Raw, path: FieldPath) -> object:
    """Return a field's decoded value, an array of them where an array is looked into; None where there is none."""
    value = members_of(raw).get(path[0])
    return None if value is None else _decoded(value, path[1:])


class Projection:
    """Cuts objects down to some fields, in the order in which they were asked for, `null` where one is missing."""

    def __init__(self, paths: Iterable[FieldPath]) -> None:
        self._tree = _tree(paths)

    def cut(self, raw: bytes | msgspec.Raw) -> bytes:
        """Return what is left of an object."""
        return _cut(bytes(raw), self._tree)


_Tree = dict[str, "_Tree | None"]


def _tree(paths: Iterable[FieldPath]) -> _Tree:
    below: dict[str, list[FieldPath]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    return {name: None if () in rests else _tree(rests) for name, rests in below.items()}


def _cut(raw: bytes, tree: Mapping[str, _Tree | None]) -> bytes:
    if raw.lstrip().startswith(b"["):
        return b"[" + b",".join(_cut(bytes(item), tree) for item in _items_of(raw)) + b"]"
    if not raw.lstrip().startswith(b"{"):
        return _NULL
    members = members_of(raw)
    return b"{" + b",".join(_member(name, members.get(name), below) for name, below in tree.items()) + b"}"


def _member(name: str, value: msgspec.Raw | None, below: _Tree | None) -> bytes:
    content = _NULL if value is None else bytes(value) if below is None else _cut(bytes(value), below)
    return b'"%s":%s' % (name.encode(), content)


def _text(value: msgspec.Raw, path: FieldPath) -> str:
    raw = bytes(value).strip()
    if raw.startswith(b"["):
        return ", ".join(text for text in (_text(item, path) for item in _items_of(raw)) if text)
    if path:
        return text_at(members_of(raw), path) if raw.startswith(b"{") else ""
    if raw.startswith(b'"'):
        return str(_decode(raw) or "")
    if raw.startswith(b"{"):
        # With localized_times a time is an object (docs: /developers/api/events/read-events/).
        time = members_of(raw).get("time")
        return raw.decode("utf-8", "replace") if time is None else _text(time, ())
    return "" if raw == _NULL else raw.decode("utf-8", "replace")


def _decoded(value: msgspec.Raw, path: FieldPath) -> object:
    raw = bytes(value).strip()
    if path and raw.startswith(b"["):
        return [_decoded(item, path) for item in _items_of(raw)]
    return value_at(raw, path) if path else _decode(raw)


def _items_of(raw: bytes) -> list[msgspec.Raw]:
    try:
        return decode_leniently(_ITEMS, raw)
    except UNREADABLE:
        return []


def _decode(raw: bytes) -> object:
    """Return a value; None where it cannot be read."""
    try:
        return decode_leniently(_VALUE, raw)
    except UNREADABLE:
        return None
