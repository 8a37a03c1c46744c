"""Changing one member of a JSON file with comments, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.agent.json_edit import read, with_member, without_member
from cronofy_cli.errors import WrongUsage

ENTRY: dict[str, Any] = {"command": "cronofy", "args": ["mcp"]}
COMMENTED = """\
// mine
{
  /* first */
  "servers": {
    "other": { "command": "x // no comment" }, // second
  },
  "inputs": [ "a, }" ]  // third
}
"""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text(max_size=8).filter(lambda key: key != "servers"), VALUES, max_size=4)
GAPS = st.sampled_from(["", " ", "\n", " // {\n", '/* "x": } */', "\n\t"])


def test_comments_stay() -> None:
    """What was written stands where it stood; only the member is new."""
    changed = with_member(COMMENTED, "servers", "ours", ENTRY)

    assert read(changed)["servers"] == {"ours": ENTRY, "other": {"command": "x // no comment"}}
    for line in COMMENTED.splitlines():
        assert line in changed
    assert without_member(changed, "servers", "ours") == COMMENTED


@pytest.mark.parametrize("text", ["", "{}", "{\n}\n", '{"a": 1}', '{"a": 1}\n', '{\n  "servers": {}\n}\n', "  { } "])
def test_a_member_of_a_file_without_the_group(text: str) -> None:
    """An empty file, and one without the group, get both."""
    changed = with_member(text, "servers", "ours", ENTRY)

    assert read(changed) == {**read(text), "servers": {"ours": ENTRY}}
    assert read(without_member(changed, "servers", "ours")) == {k: v for k, v in read(text).items() if k != "servers"}


def test_a_member_that_is_there_is_replaced() -> None:
    """The old value goes, wherever it stands."""
    text = '{"servers": {"a": 1, "ours": {"command": "old"}, "b": 2}}'

    assert read(with_member(text, "servers", "ours", ENTRY)) == {"servers": {"a": 1, "ours": ENTRY, "b": 2}}
    assert without_member(text, "servers", "ours") == '{"servers": {"a": 1, "b": 2}}'


@pytest.mark.parametrize("text", ["{", "[]", '{"servers": 3}', "{,}", '{"a": 1 "b": 2}', "nonsense", '{"a": 1}}'])
def test_a_broken_file(text: str) -> None:
    """What is no JSON, or has something else where the servers belong, is refused."""
    with pytest.raises(WrongUsage):
        with_member(text, "servers", "ours", ENTRY)


@pytest.mark.parametrize(
    "text",
    [
        '{"servers": {}, "servers": {"ours": {}, "b": 1}}',
        '{"servers": {"ours": {"a": 1}}, "servers": {"ours": {}, "b": 1}}',
        '{"servers": {"ours": {}, "ours": {"a": 1}, "b": 1}}',
    ],
)
def test_a_file_that_says_something_twice(text: str) -> None:
    """Which of two is meant is for a person to say: the file is refused, with the way to change it by hand."""
    with pytest.raises(WrongUsage, match=r"^the file is not JSON that can be changed safely$") as refused:
        without_member(text, "servers", "ours")

    assert refused.value.hint == "repair it, or change it by hand: --print shows the lines"


@given(document=DOCUMENTS, servers=st.none() | DOCUMENTS, gap=GAPS, indent=st.none() | st.integers(0, 4))
def test_any_file(document: dict[str, Any], servers: dict[str, Any] | None, gap: str, indent: int | None) -> None:
    """Whatever is in a file, and however it is laid out, nothing else changes; and undone, it says what it said."""
    whole = document if servers is None else {**document, "servers": {k: v for k, v in servers.items() if k != "ours"}}
    text = gap + json.dumps(whole, indent=indent) + gap

    changed = with_member(text, "servers", "ours", ENTRY)
    undone = without_member(changed, "servers", "ours")

    assert read(changed) == {**whole, "servers": {**whole.get("servers", {}), "ours": ENTRY}}
    assert {"servers": {}, **read(undone)} == {"servers": {}, **whole}
