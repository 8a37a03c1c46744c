"""Fields by their dotted names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.field_paths import Projection, members_of, parse_fields, text_at, value_at
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.events.field_paths import FieldPath

EVENT = (
    b'{"summary":"Caf\xc3\xa9 \\/","n":1.50,"flag":true,"nothing":null,"empty":[],'
    b'"location":{"description":"Beach","lat":"1.0"},'
    b'"start":{"time":"2026-11-24","tzid":"Etc/UTC"},"categories":["a","b"],'
    b'"attendees":[{"email":"a@x","status":"accepted"},{"email":"b@x"},7]}'
)
NAMES = st.sampled_from(["a", "b", "c"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)
PATHS = st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4)


def path(name: str) -> FieldPath:
    return tuple(name.split("."))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("summary", "Café /"),
        ("n", "1.50"),
        ("flag", "true"),
        ("nothing", ""),
        ("missing", ""),
        ("empty", ""),
        ("location.description", "Beach"),
        ("location", '{"description":"Beach","lat":"1.0"}'),
        ("start", "2026-11-24"),
        ("start.tzid", "Etc/UTC"),
        ("categories", "a, b"),
        ("attendees.email", "a@x, b@x"),
        ("attendees.status", "accepted"),
        ("summary.more", ""),
    ],
)
def test_text(name: str, expected: str) -> None:
    """A field becomes one text: a string as it is, a localized time as its time, an array with commas."""
    assert text_at(members_of(EVENT), path(name)) == expected


def test_projection() -> None:
    """What is left keeps its shape, its bytes and the order that was asked for; what is missing is null."""
    cut = Projection(parse_fields("n,summary, location.description,attendees.email,missing,flag.more")).cut(EVENT)

    assert cut == (
        b'{"n":1.50,"summary":"Caf\xc3\xa9 \\/","location":{"description":"Beach"},'
        b'"attendees":[{"email":"a@x"},{"email":"b@x"},null],"missing":null,"flag":null}'
    )


def test_the_whole_contains_its_part() -> None:
    """A field that is asked for whole and in part is there whole, once."""
    assert Projection(parse_fields("location.lat,location")).cut(EVENT) == (
        b'{"location":{"description":"Beach","lat":"1.0"}}'
    )


@pytest.mark.parametrize("text", ["", "a,", "a..b", ".a", "a b", "*", "a.", '"'])
def test_what_is_no_field(text: str) -> None:
    """A name that cannot be one is wrong usage."""
    with pytest.raises(WrongUsage):
        parse_fields(text)


def test_each_once() -> None:
    """A field that is named twice is one."""
    assert parse_fields("a, b.c,a") == (("a",), ("b", "c"))


def expected(value: object, paths: list[tuple[str, ...]]) -> object:
    """What a projection has to be, on decoded values."""
    if () in paths:
        return value
    if isinstance(value, list):
        return [expected(item, paths) for item in value]
    if not isinstance(value, dict):
        return None
    names = dict.fromkeys(each[0] for each in paths)
    return {
        name: expected(value[name], [each[1:] for each in paths if each[0] == name]) if name in value else None
        for name in names
    }


@given(value=JSON, paths=PATHS)
def test_projections_of_any_json(value: object, paths: list[tuple[str, ...]]) -> None:
    """A projection is JSON, and holds what the paths name."""
    assert json.loads(Projection(paths).cut(json.dumps(value).encode())) == expected(value, paths)


@given(value=JSON, paths=PATHS)
def test_texts_of_any_json(value: object, paths: list[tuple[str, ...]]) -> None:
    """Any field of any JSON has a text and a value."""
    raw = json.dumps({"a": value}).encode()

    for each in paths:
        assert isinstance(text_at(members_of(raw), each), str)
        found = value_at(raw, each)
        assert found is None or each[0] == "a"


@pytest.mark.parametrize("raw", [rb'{"a":"\ud800!"}', b'{"a":"\xff!"}'])
def test_a_text_with_something_that_is_none(raw: bytes) -> None:
    """A byte that is not UTF-8, or half a surrogate pair, hides nothing of the text that it is in."""
    assert value_at(msgspec.Raw(raw), ("a",)) == "\ufffd!"


@pytest.mark.parametrize("raw", [b"[", b"", b"7", b"[" * 100_000])
def test_what_cannot_be_read(raw: bytes) -> None:
    """A name that is no text, or no JSON at all, does not end the reading of thousands."""
    assert value_at(msgspec.Raw(raw), ("a",)) is None
    assert text_at(members_of(raw), ("a",)) == ""
