"""Choosing by what a document says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.where import DEEPEST, parse_where
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from typing import Any

DOCUMENT: dict[str, Any] = {
    "notification": {"type": "change", "changes_since": "2026-11-22T09:24:16Z", "count": 3, "ratio": 0.5, "zero": 0},
    "channel": {"channel_id": "chn_1", "filters": {"calendar_ids": ["cal_a", "cal_b"], "only_managed": True}},
    "list": [{"x": 1}, {"x": 2, "y": None}, {}],
    "odd key": {"and": 'it\'s "this"', "dot.ted": 1},
    "nothing": None,
}

TRUE = [
    "notification.type == change",
    "notification.type == 'change'",
    'notification.type = "change"',
    ".notification.type==change",
    "notification.type != verification",
    "notification.missing != 1",
    "notification.changes_since >= 2026-11-22T00:00:00Z",
    "notification.changes_since < '2026-11-23'",
    "notification.count == 3",
    "notification.count == 3.0",
    "notification.count > -1e3",
    "notification.ratio <= 0.5",
    "notification.type contains hang",
    "notification.type ~ chan",
    "channel.filters.calendar_ids contains cal_b",
    "channel.filters ~ only_managed",
    "channel.filters.calendar_ids[0] == cal_a",
    "channel.filters.calendar_ids[-1] == cal_b",
    "channel.filters.calendar_ids[*] == cal_b",
    "channel.filters.calendar_ids[] == cal_b",
    "list[*].x == 2",
    "list[1].x == 2",
    "exists list[1].y",
    "exists(nothing)",
    "nothing == null",
    "not exists notification.missing",
    "!(exists notification.missing)",
    "channel.filters.only_managed",
    "channel.filters.only_managed == true",
    '["odd key"]["and"] == "it\'s \\"this\\""',
    "['odd key']['dot.ted'] == 1",
    "notification.type == x or notification.count == 3",
    "notification.type == x || notification.type == change && notification.count == 3",
    "not (notification.type == x or notification.count == 4)",
    "not notification.type == x and notification.count == 3",
    "exists .",
]
FALSE = [
    "notification.type == Change",
    "notification.type == verification",
    "notification.missing == null",
    "notification.missing",
    "notification.zero",
    "nothing",
    "notification.count == '3'",
    "notification.count == true",
    "channel.filters.only_managed == 1",
    "notification.count > a",
    "notification.type > 1",
    "list[*].x == 3",
    "list[*].x != 2",
    "list[9].x == 1",
    "notification.type[0] == c",
    "notification.count contains 3",
    "notification.type contains 1",
    "exists list[0].y",
    "not notification.type == change",
    "notification.type == x and notification.count == 3 or notification.count == 4",
]


@pytest.mark.parametrize("expression", TRUE)
def test_true(expression: str) -> None:
    """What is so of the document."""
    assert parse_where(expression).fits(DOCUMENT)


@pytest.mark.parametrize("expression", FALSE)
def test_false(expression: str) -> None:
    """What is not so of it; kinds are never mixed, and a field that is not there equals nothing."""
    assert not parse_where(expression).fits(DOCUMENT)


@pytest.mark.parametrize(
    ("expression", "place", "what"),
    [
        ("", "at its end", "expected a path"),
        ("   ", "at its end", "expected a path"),
        ("a ==", "at its end", "expected a value"),
        ("a == ", "at its end", "expected a value"),
        ("== 1", "at character 1", "expected a path"),
        ("a == and", "at character 6", "expected a value"),
        ("a == 1 b", "at character 8", "expected and, or, or the end"),
        ("(a == 1", "at its end", "expected )"),
        ("a == 1)", "at character 7", "expected and, or, or the end"),
        ("a == 'x", "at character 6", "the quote is not closed"),
        ("a[x]", "at character 3", "between the brackets"),
        ("a[0", "at its end", "expected ]"),
        ("a..b", "at character 3", "beside this dot"),
        ("a.b.", "at its end", "beside this dot"),
        ("a & b", "at character 3", "this sign means nothing"),
        ("exists 'a'", "at character 8", "expected a path"),
        ("a == * ", "at character 6", "expected a value"),
    ],
)
def test_not_understood(expression: str, place: str, what: str) -> None:
    """Wrong usage says where it stopped making sense, and what was expected there."""
    with pytest.raises(WrongUsage) as caught:
        parse_where(expression)

    assert what in caught.value.message
    assert place in caught.value.message
    shown = (caught.value.hint or "").removeprefix("look at the arrow: ").replace(" ->", "")
    assert "".join(shown.split()) == "".join(expression.split())


def test_too_deep() -> None:
    """An expression that is nested without end is refused, not a crash."""
    for text in ("(" * 5000, "not " * 5000 + "a", "(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1)):
        with pytest.raises(WrongUsage, match="deep"):
            parse_where(text)
    assert parse_where("(" * 20 + "a" + ")" * 20).fits({"a": 1})


def test_bodies() -> None:
    """A raw body is looked at as JSON; one that is not JSON has no fields."""
    where = parse_where("a == 1")

    assert where.fits_body(b' {"a" : 1}')
    assert not where.fits_body(b"\xff")
    assert not where.fits_body(b"[" * 100_000)
    assert parse_where("not exists a").fits_body(b"no JSON")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


@given(document=JSON, expression=st.text(alphabet="abc.[]*() =!<>~'\"01&|\\ndorxist", max_size=30))
def test_anything(document: object, expression: str) -> None:
    """Any text is either understood and answers yes or no of any document, or is wrong usage."""
    try:
        answer: bool | str = parse_where(expression).fits(document)
    except WrongUsage as error:
        answer = error.message[:26]

    assert answer in {True, False, "--where is not understood "}


@given(document=JSON, value=st.text(max_size=10) | st.integers() | st.booleans() | st.none())
def test_equal_and_not_equal(document: object, value: object) -> None:
    """For any value exactly one of == and != holds, and not turns one into the other."""
    literal = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else _quoted(value)

    equal = parse_where(f"a == {literal}").fits(document)
    assert parse_where(f"a != {literal}").fits(document) is not equal
    assert parse_where(f"not a == {literal}").fits(document) is not equal
    assert parse_where(f"a == {literal}").fits({"a": value})


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
