"""Fields of JSON from outside."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.fields import as_object, decode_object, flag, objects, readable, text, texts

FIELDS: dict[str, object] = {"a": "x", "b": True, "c": ["x", 1, "y"], "d": [{"e": 1}, 2, {}], "n": None, "one": 1}


def test_a_field_of_its_type() -> None:
    """It is what it says; in a list, what has another type is passed over."""
    assert (text(FIELDS, "a"), flag(FIELDS, "b")) == ("x", True)
    assert texts(FIELDS, "c") == ("x", "y")
    assert objects(FIELDS, "d") == ({"e": 1}, {})
    assert as_object({"e": 1}) == {"e": 1}


@pytest.mark.parametrize("key", ["n", "one", "missing"])
def test_a_field_of_another_type(key: str) -> None:
    """It is as good as not there."""
    assert (text(FIELDS, key), flag(FIELDS, key), texts(FIELDS, key), objects(FIELDS, key)) == (None, False, (), ())
    assert as_object(FIELDS.get(key)) == {}


@pytest.mark.parametrize("raw", [b"", b"[1]", b"{", b"[" * 100_000, b'"text"'])
def test_what_is_no_object(raw: bytes) -> None:
    """It has no fields."""
    assert decode_object(raw) == {}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (rb'{"a": "\ud83d\ude00"}', None),
        (rb'{"a": "\\ud83d"}', None),
        (rb'{"a": 1.50}', None),
        (b"[" * 100_000, None),
        (rb'{"a": "\ud83dx"}', rb'{"a": "\ufffdx"}'),
        (rb'{"a": "\udE00"}', rb'{"a": "\ufffd"}'),
        (rb'{"a": "\\\ud83d"}', rb'{"a": "\\\ufffd"}'),
        (b'{"a": "\xff"}', '{"a": "\ufffd"}'.encode()),
    ],
)
def test_what_any_program_can_read(raw: bytes, kept: bytes | None) -> None:
    """What is no text in JSON is replaced; everything else stays as it came, to the byte."""
    assert readable(raw) == (raw if kept is None else kept)
    if kept is not None:
        assert decode_object(raw) == json.loads(kept)
