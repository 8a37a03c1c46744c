"""Fields of a command line, as a query and as a document."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.api_fields import as_document, as_query, parse_field
from cronofy_cli.errors import WrongUsage

KEYS = st.text(st.characters(blacklist_characters="[]=", blacklist_categories=["Cs"]), min_size=1, max_size=6)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)


def refuse_files(name: str) -> str:
    """Stand for a file that nobody named."""
    raise AssertionError(f"{name} was read")


def row_of_objects(keys: list[str]) -> st.SearchStrategy[Any]:
    """Objects that all have the same keys: so it can be told where one ends."""
    return st.lists(st.fixed_dictionaries(dict.fromkeys(keys, TEXTS)), min_size=1, max_size=3)


OBJECTS_IN_A_ROW = st.lists(KEYS, min_size=1, max_size=3, unique=True).flatmap(row_of_objects)
DOCUMENTS = st.recursive(
    st.dictionaries(KEYS, TEXTS | st.lists(TEXTS, max_size=3) | OBJECTS_IN_A_ROW, min_size=1, max_size=3),
    lambda inner: st.dictionaries(KEYS, TEXTS | inner, min_size=1, max_size=3),
    max_leaves=5,
)


def written(name: str, value: object) -> list[str]:
    """Return a value as the fields that stand for it."""
    if isinstance(value, dict):
        return [field for key, inner in value.items() for field in written(f"{name}[{key}]" if name else key, inner)]
    if isinstance(value, list):
        return [field for item in value for field in written(f"{name}[]", item)] or [f"{name}[]"]
    return [f"{name}={value}"]


@given(DOCUMENTS)
def test_any_document(document: dict[str, Any]) -> None:
    """Objects, arrays and arrays of objects can be written as fields, whatever their texts hold."""
    assert as_document(map(parse_field, written("", document))) == document


@given(st.lists(st.tuples(KEYS, TEXTS), max_size=5))
def test_any_query(parameters: list[tuple[str, str]]) -> None:
    """In a query each field is sent as it was written, in order, however often a name comes."""
    assert as_query(parse_field(f"{name}={value}") for name, value in parameters) == parameters


def test_any_text() -> None:
    """Whatever is typed is a field that can be sent, or a refusal in words."""
    sent = 0
    names = st.text(st.sampled_from("ab[]=\u00e9\udcff."), max_size=8)

    @given(st.text() | st.builds("{}={}".format, names | KEYS, st.text()) | KEYS.map("{}[]".format), st.booleans())
    def check(text: str, is_typed: bool) -> None:
        nonlocal sent
        try:
            field = parse_field(text, (lambda name: name) if is_typed else None)
            document = as_document([field])
        except WrongUsage:
            return
        sent += 1
        assert msgspec.json.encode(document)
        assert all(isinstance(value, str) for _, value in as_query([field]))

    check()
    assert sent > 5


def test_names_of_cronofys_arrays() -> None:
    """A query keeps the brackets of the API; an empty array is nothing in it."""
    fields = [parse_field(text) for text in ("tzid=Etc/UTC", "calendar_ids[]=cal_1", "calendar_ids[]=cal_2", "x[]")]

    assert as_query(fields) == [("tzid", "Etc/UTC"), ("calendar_ids[]", "cal_1"), ("calendar_ids[]", "cal_2")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-42", -42),
        ("123456789012345", 123456789012345),
        ("1234567890123456", "1234567890123456"),
        ("007", "007"),
        ("1.5", "1.5"),
        ("1e3", "1e3"),
        ("True", "True"),
        ("", ""),
        ("١", "١"),
    ],
)
def test_typed_values(text: str, value: object) -> None:
    """Words and whole numbers of JSON are values; what a parser could read differently stays text."""
    assert as_document([parse_field(f"a={text}", refuse_files)]) == {"a": value}
    assert as_document([parse_field(f"a={text}")]) == {"a": text}


def test_typed_values_in_a_query() -> None:
    """A query has words for them."""
    fields = [parse_field(text, refuse_files) for text in ("a=true", "b=false", "c=null", "d=7")]

    assert as_query(fields) == [("a", "true"), ("b", "false"), ("c", ""), ("d", "7")]


def test_a_value_from_a_file() -> None:
    """A typed value that begins with @ is what a file holds; a text that does is a text."""
    assert as_document([parse_field("a=@secret.txt", {"secret.txt": "CRN_1"}.__getitem__)]) == {"a": "CRN_1"}
    assert as_document([parse_field("a=@secret.txt")]) == {"a": "@secret.txt"}


def test_an_array_of_objects() -> None:
    """A key that the last object has begins the next object."""
    fields = ["a[][id]=1", "a[][tags][]=x", "a[][tags][]=y", "a[][at][zone]=Z", "a[][at][time]=T", "a[][at][zone]=V"]

    document = as_document(map(parse_field, fields))

    assert json.dumps(document["a"]) == json.dumps(
        [{"id": "1", "tags": ["x", "y"], "at": {"zone": "Z", "time": "T"}}, {"at": {"zone": "V"}}]
    )


@pytest.mark.parametrize(
    "fields",
    [
        ["a=1", "a=2"],
        ["a=1", "a[b]=2"],
        ["a=1", "a[]=2"],
        ["a[b]=1", "a=2"],
        ["a[b]=1", "a[]=2"],
        ["a[]=1", "a[b]=2"],
        ["a[]=1", "a=2"],
        ["a[b]=1", "a[b][c]=2"],
        ["a[][b]=1", "a[][b][]=1"],
    ],
    ids=" ".join,
)
def test_contradictions(fields: list[str]) -> None:
    """A key cannot be two things, and the message names the field that comes too late."""
    with pytest.raises(WrongUsage, match="contradicts") as caught:
        as_document(map(parse_field, fields))

    assert f"'{fields[-1].partition('=')[0]}'" in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["", "=", "=1", "a", "a[b]", "[a]=1", "a]=1", "a[=1", "a[b=1", "a[b]c=1", "a[[b]]=1", "a=\udcff", "\udcff=1"],
)
def test_no_field(text: str) -> None:
    """What is no field is wrong usage, and the refusal does not repeat the value."""
    with pytest.raises(WrongUsage):
        parse_field(text)


def test_too_deep() -> None:
    """A field of very many levels is refused before anything runs out of stack."""
    with pytest.raises(WrongUsage, match="levels"):
        parse_field(f"a{'[b]' * 10_000}=1")
    with pytest.raises(WrongUsage, match="more than 32 levels"):
        parse_field(f"a{'[b]' * 32}=1")
    assert len(parse_field(f"a{'[b]' * 31}=1").keys) == 32


def test_an_array_in_an_array() -> None:
    """An array in an array cannot be told from two, and is refused."""
    with pytest.raises(WrongUsage, match="array in an array"):
        as_document([parse_field("a[][]=1")])
