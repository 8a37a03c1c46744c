"""The items of an answer of any endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.api_items import items_of
from cronofy_cli.errors import RequestFailed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text().filter(lambda name: name != "pages")


@given(st.lists(VALUES), NAMES, st.none() | st.dictionaries(st.text(), VALUES), st.sampled_from([None, 2]))
def test_a_list(items: list[Any], name: str, pages: dict[str, Any] | None, indent: int | None) -> None:
    """What is under the one name beside `pages` is the list, however the document is laid out."""
    document = {"pages": pages, name: items} if pages is not None else {name: items}

    found = items_of(json.dumps(document, indent=indent).encode())

    assert [json.loads(bytes(item)) for item in found] == items


def test_items_keep_their_bytes() -> None:
    """Each item is what the server sent."""
    body = b'{"events":[{ "a" : 1.50,"b":"\\u00e9" },7]}'

    assert list(map(bytes, items_of(body))) == [b'{ "a" : 1.50,"b":"\\u00e9" }', b"7"]


@pytest.mark.parametrize(
    "document",
    [
        b'{"sub":"acc_1","profiles":[1]}',
        b'{"channel":{"channel_id":"chn_1"}}',
        b'{"pages":{}}',
        b'{"pages":[1]}',
        b"{}",
        b'"text"',
        b"null",
        b"1.50",
    ],
)
def test_one_thing(document: bytes) -> None:
    """What is no list is one item: itself."""
    assert list(map(bytes, items_of(document))) == [document]


def test_a_bare_array() -> None:
    """A document that is an array is the list."""
    assert list(map(bytes, items_of(b' [1, "x"] '))) == [b"1", b'"x"']


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_nothing(body: bytes) -> None:
    """An empty body, such as that of a 202, has no items."""
    assert items_of(body) == ()


def test_any_bytes() -> None:
    """Whatever a server answers is items or an error in words."""
    with_items = 0
    pieces = st.sampled_from([b"[", b"]", b"{", b"}", b'"a"', b":", b",", b"1.50", b"null", b" ", b'"pages"', b"\xff"])
    documents = st.builds(json.dumps, st.lists(VALUES, min_size=1) | VALUES).map(str.encode)

    @given(
        st.binary()
        | st.lists(pieces).map(b"".join)
        | documents
        | st.builds(bytes.__add__, documents, st.binary(max_size=1))
    )
    def check(body: bytes) -> None:
        nonlocal with_items
        try:
            found = items_of(body)
        except RequestFailed:
            return
        with_items += bool(found)
        assert all(bytes(item) in body for item in found)

    check()
    assert with_items > 5


@pytest.mark.parametrize(
    "body",
    [b"{", b"<html>", b"\xff", b"[1,]", b'{"a":' + b"[" * 100_000],
    ids=["cut", "html", "bytes", "comma", "deep"],
)
def test_no_json(body: bytes) -> None:
    """What has no items says how to see it all the same."""
    with pytest.raises(RequestFailed, match="not JSON") as caught:
        items_of(body)

    assert "--ndjson" in str(caught.value.hint)
