"""JMESPath, made safe and strict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.query import DEEPEST, Query
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from typing import Any

DOCUMENT: dict[str, Any] = {
    "notification": {"type": "change", "changes_since": "2026-11-22T09:24:16Z", "count": 3, "ratio": 0.5, "zero": 0},
    "channel": {"channel_id": "chn_1", "filters": {"calendar_ids": ["cal_a", "cal_b"], "only_managed": True}},
    "list": [{"x": 1}, {"x": 2, "y": None}, {}],
    "odd key": {"and": "it's", "dot.ted": 1},
    "nothing": None,
}

TRUE = [
    "notification.type == 'change'",
    "notification.type != 'verification'",
    "notification.missing != `1`",
    "notification.missing == nothing.too",
    "notification.changes_since >= '2026-11-22T00:00:00Z'",
    "notification.changes_since < '2026-11-23'",
    "notification.count == `3`",
    "notification.count == `3.0`",
    "notification.count > `-1e3`",
    "notification.ratio <= `0.5`",
    "notification.zero",
    "contains(notification.type, 'hang')",
    "contains(channel.filters.calendar_ids, 'cal_b')",
    "!contains(channel.missing.ids, 'cal_b')",
    "!contains(notification.count, '3')",
    "starts_with(notification.type, 'ch') && ends_with(notification.type, 'ge')",
    "!starts_with(notification.missing, 'x')",
    "length(channel.missing) == `0`",
    "length(channel.filters.calendar_ids) == `2`",
    "channel.filters.calendar_ids[-1] == 'cal_b'",
    "list[?x == `2`]",
    "contains(list[].x, `2`)",
    "contains(keys(@), 'nothing')",
    "nothing == `null`",
    "channel.filters.only_managed",
    "channel.filters.only_managed == `true`",
    '"odd key"."and" == \'it\\\'s\'',
    '"odd key"."dot.ted" == `1`',
    "notification.type == 'x' || notification.count == `3`",
    "!(notification.type == 'x' || notification.count == `4`)",
    "notification.type == @.notification.type",
    "sort_by(list[?x], &x)[0].x == `1`",
]
FALSE = [
    "notification.type == 'Change'",
    "notification.missing",
    "nothing",
    "notification.count == '3'",
    "notification.count == `true`",
    "channel.filters.only_managed == `1`",
    "notification.count > 'a'",
    "notification.missing > 'a'",
    "notification.type > `1`",
    "list[?x == `3`]",
    "list[9].x == `1`",
    "notification.type[0] == 'c'",
    "join(',', notification.missing) == 'x'",
    "max_by(list, &x)",
]


@pytest.mark.parametrize("expression", TRUE)
def test_true(expression: str) -> None:
    """What is so of the document; what is missing is null, contains nothing and begins with nothing."""
    assert Query(expression, option="--where").fits(DOCUMENT)


@pytest.mark.parametrize("expression", FALSE)
def test_false(expression: str) -> None:
    """What is not so of it; kinds are never mixed, and a function that cannot take a value finds nothing."""
    assert not Query(expression, option="--where").fits(DOCUMENT)


@pytest.mark.parametrize(
    ("expression", "place", "what"),
    [
        ("", "at its end", "an expression is missing"),
        ("   ", "at its end", "something is missing"),
        ("a ==", "at its end", "something is missing"),
        ("== `1`", "at character 1", "expected"),
        ("(a == `1`", "at its end", "something is missing"),
        ("a == `1`)", "at character 9", "expected an operator or the end"),
        ("a == 'x", "at character 6", "the quote is not closed"),
        ("a['x", "at character 3", "the quote is not closed"),
        ("a[x]", "at character 3", "expected"),
        ("a..b", "at character 3", "expected"),
        ("a & b", "at character 3", "expected an operator or the end"),
        ("nope(a)", "at character 1", "there is no function nope()"),
        ("a.b == 'nope(' && nope (a)", "at character 19", "there is no function nope()"),
        # How it was written before it was JMESPath.
        ("a == change", "at character 6", "a text stands in quotes: 'change' (the field would be @.change)"),
        ('a == "change"', "at character 6", "a text stands in quotes: 'change'"),
        ("a[?b == c]", "at character 9", "a text stands in quotes: 'c'"),
        ("contains(a, cal_1)", "at character 13", "a text stands in quotes: 'cal_1'"),
        ("a == true", "at character 6", "true stands in back quotes: `true`"),
        ("a == `x`", "at character 6", "a text stands in quotes"),
        ("a[2026-11-22T00:00:00Z]", "at character 7", "a time stands in quotes: '2026-11-22T00:00:00Z'"),
        ("a >= 2026-11-22T00:00:00Z", "at character 6", "a time stands in quotes: '2026-11-22T00:00:00Z'"),
        ("a > 2", "at character 5", "a number stands in back quotes: `3`"),
        ("a == -2", "at character 6", "a number stands in back quotes: `3`"),
        ("a = 'x'", "at character 3", "write == for equal"),
        ("a == 'x' and b", "at character 10", "write && for and, || for or"),
        ("a or b", "at character 3", "write && for and, || for or"),
        ("not a", "at character 5", "write !(...) for not"),
        ("exists a", "at character 8", "write PATH != `null` for exists"),
        ("exists(a)", "at character 1", "there is no function exists()"),
        ("a contains 'x'", "at character 3", "write contains(PATH, 'text')"),
        ("a ~ 'x'", "at character 3", "write contains(PATH, 'text')"),
    ],
)
def test_not_understood(expression: str, place: str, what: str) -> None:
    """Wrong usage says where it stopped making sense, what was expected there, and where the language is explained."""
    with pytest.raises(WrongUsage) as caught:
        Query(expression, option="--where")

    assert caught.value.message.startswith("--where is not understood ")
    assert what in caught.value.message
    assert place in caught.value.message
    shown, _, topic = (caught.value.hint or "").removeprefix("look at the arrow: ").partition("; see ")
    assert "".join(shown.replace("->", "").split()) == "".join(expression.split())
    assert topic == "'cronofy help where'"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("length()", "--query is not understood: length() takes 1 value, not 0"),
        ("contains('a')", "--query is not understood: contains() takes 2 values, not 1"),
        ("merge()", "--query is not understood: merge() takes at least 1 value, not 0"),
    ],
)
def test_number_of_values(expression: str, message: str) -> None:
    """A function that is given too few or too many values is wrong usage before any document is looked at."""
    with pytest.raises(WrongUsage) as caught:
        Query(expression, option="--query")

    assert (caught.value.message, caught.value.hint) == (message, "cronofy help where")


def test_a_value_of_the_wrong_type() -> None:
    """Where a value is asked for, a function that cannot take what is there is an error and no empty answer."""
    with pytest.raises(WrongUsage) as caught:
        Query("sum(notification.type)", option="--query").value(DOCUMENT)

    assert caught.value.message == "--query cannot be applied: sum() does not take a value of type string"


def test_too_deep() -> None:
    """An expression that is nested without end is refused, not a crash."""
    for text in ("(" * 5000, "!" * 5000 + "a", " || ".join("a" * (DEEPEST + 2)), "(" * 5000 + "a" + ")" * 5000):
        with pytest.raises(WrongUsage, match="deep"):
            Query(text, option="--where")
    assert Query("(" * 20 + "a" + ")" * 20, option="--where").fits({"a": 1})
    assert not Query("a" + ".a" * 5000, option="--where").fits({"a": 1})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)
PIECES = st.sampled_from([*"abc.[]*()=!<>'\"`01&|\\@,:?{}- ", "==", "length(", "contains(", "sum(", "&&", "[?", "'a'"])


@given(document=JSON, expression=st.lists(PIECES, max_size=15).map("".join))
def test_anything(document: object, expression: str) -> None:
    """Any text is either understood and answers yes or no of any document, or is wrong usage."""
    try:
        answer: bool | str = Query(expression, option="--where").fits(document)
    except WrongUsage as error:
        answer = error.message[:25]

    assert answer in {True, False, "--where is not understood"}


@given(document=JSON, value=st.text(max_size=10) | st.integers(-9, 9) | st.booleans() | st.none())
def test_equal_and_not_equal(document: object, value: object) -> None:
    """For any value exactly one of == and != holds, and ! turns one into the other."""
    literal = "`" + json.dumps(value).replace("`", "\\u0060") + "`"

    def fits(expression: str, of: object) -> bool:
        return Query(expression, option="--where").fits(of)

    equal = fits(f"a == {literal}", document)
    assert fits(f"a != {literal}", document) is not equal
    assert fits(f"!(a == {literal})", document) is not equal
    assert fits(f"a == {literal}", {"a": value})


def test_where_a_long_expression_stops_making_sense() -> None:
    """Sixty characters before the place and after it are shown, not all of the expression."""
    expression = f"{'a' * 100} = {'b' * 100}"

    with pytest.raises(WrongUsage) as caught:
        Query(expression, option="--where")

    assert caught.value.hint == (
        f"look at the arrow: {expression[41:101]} -> {expression[101:161]}; see 'cronofy help where'"
    )


def test_what_the_language_does_not_check() -> None:
    """A slice that goes nowhere is an error of the expression, in the library's words."""
    with pytest.raises(WrongUsage, match=r"^--query cannot be applied: .+") as caught:
        Query("a[::0]", option="--query").value({"a": [1]})

    assert caught.value.hint == "cronofy help where"
