"""What differs between two deliveries: headers, fields of the JSON body, and the bytes where nothing else does.

Pure. Events that were read because of them are `core.event_differences`' matter, and how a difference looks is the
output's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery, Headers

_SHOWN_AROUND: Final = 20
"""Bytes before and after the first one that differs."""


class _Missing:
    """Told from null, which a field may hold."""


_MISSING: Final = _Missing()


class DifferencePart(StrEnum):
    """In which part of a delivery a difference is."""

    RESULT = "result"
    """Verdict, answer and target."""
    HEADER = "header"
    BODY = "body"
    """A field of the JSON."""
    BYTES = "bytes"
    """The body says the same, or is not JSON, and is written otherwise."""
    EVENT = "event"
    """An event that was read because of it, known by its `event_uid`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same; None where it is missing."""

    part: DifferencePart
    place: str
    """A name, or a path such as `channel.filters.calendar_ids[0]`."""
    before: str | None
    after: str | None


def compare_deliveries(before: Delivery, after: Delivery) -> tuple[Difference, ...]:
    """Return everything that differs but the number and the time: results, headers in their order, the body."""
    return (
        *_results(before, after),
        *_headers(before.request.headers, after.request.headers),
        *_bodies(before.request.body, after.request.body),
    )


def _results(before: Delivery, after: Delivery) -> Iterator[Difference]:
    pairs = (
        ("method", before.request.method, after.request.method),
        ("target", before.request.target, after.request.target),
        ("signature", before.verdict.state.value, after.verdict.state.value),
        ("secret", before.verdict.secret_label, after.verdict.secret_label),
        ("response_status", before.answer, after.answer),
        ("data_center", before.context, after.context),
    )
    for place, old, new in pairs:
        if old != new:
            yield Difference(DifferencePart.RESULT, place, old, new)


def _headers(before: Headers, after: Headers) -> Iterator[Difference]:
    old, new = _by_name(before), _by_name(after)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Difference(DifferencePart.HEADER, name, old.get(name), new.get(name))


def _by_name(headers: Headers) -> dict[str, str]:
    """Spelling and order of names mean nothing to HTTP; several lines of one name are one value (RFC 9110, 5.3)."""
    values: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        values[key] = f"{values[key]}, {text}" if key in values else text
    return values


def _bodies(before: bytes, after: bytes) -> Iterator[Difference]:
    if before == after:
        return
    differences: list[Difference] = []
    try:
        differences = list(_values("", msgspec.json.decode(before), msgspec.json.decode(after)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Then only the bytes can be compared.
        differences = []
    yield from differences or [_bytes(before, after)]


def _values(path: str, old: object, new: object) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _values(_member(path, key), old.get(key, _MISSING), new.get(key, _MISSING))
    elif isinstance(old, list) and isinstance(new, list):
        for index, before, after in _aligned(old, new):
            yield from _values(f"{path}[{index}]", before, after)
    elif json_text(old) != json_text(new):
        yield Difference(DifferencePart.BODY, path or "(all of it)", json_text(old), json_text(new))


def _aligned(old: list[object], new: list[object]) -> Iterator[tuple[int, object, object]]:
    """Yield the items that are not the same, with their places: one more at the head makes no other one differ."""
    begin = 0
    end = min(len(old), len(new))
    while begin < end and json_text(old[begin]) == json_text(new[begin]):
        begin += 1
    same = 0
    while same < end - begin and json_text(old[-1 - same]) == json_text(new[-1 - same]):
        same += 1
    before, after = old[begin : len(old) - same], new[begin : len(new) - same]
    for index in range(max(len(before), len(after))):
        pair = [each[index] if index < len(each) else _MISSING for each in (before, after)]
        yield begin + index, pair[0], pair[1]


def _member(path: str, key: str) -> str:
    if not key.replace("_", "").isalnum():
        return f"{path}[{msgspec.json.encode(key).decode()}]"
    return f"{path}.{key}" if path else key


def json_text(value: object) -> str | None:
    """Return a value as JSON; None where there is none."""
    return None if isinstance(value, _Missing) else msgspec.json.encode(value).decode()


def _bytes(before: bytes, after: bytes) -> Difference:
    shortest = min(len(before), len(after))
    at = next((index for index in range(shortest) if before[index] != after[index]), shortest)
    window = slice(max(at - _SHOWN_AROUND, 0), at + _SHOWN_AROUND)
    return Difference(DifferencePart.BYTES, f"byte {at}", repr(before[window])[1:], repr(after[window])[1:])
