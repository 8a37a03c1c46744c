"""Items in the order of a field."""

from __future__ import annotations

import json
from datetime import UTC
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.item_order import parse_order
from cronofy_cli.errors import WrongUsage

VALUES = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(max_size=3)
    | st.sampled_from(["2026-11-22", "2026-11-22T01:00:00Z"])
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.sampled_from(["time", "x"]), st.integers() | st.text(max_size=3), max_size=2)
)


def items(*values: object) -> list[msgspec.Raw]:
    return [msgspec.Raw(json.dumps({"f": value}).encode()) for value in values]


def in_order(text: str, *values: object, tzid: str = "Etc/UTC") -> list[object]:
    return [json.loads(bytes(raw))["f"] for raw in parse_order(text).sorted(items(*values), ZoneInfo(tzid))]


def test_times() -> None:
    """Times are compared as moments whatever their offset, a day as its start in the zone."""
    times = ["2026-11-24T10:00:00Z", "2026-11-24T10:30:00+01:00", "2026-11-24", {"time": "2026-11-23T23:59:59Z"}]

    assert in_order("f", *times) == [times[3], times[2], times[1], times[0]]
    assert in_order("f", *times, tzid="Asia/Tokyo") == [times[2], times[3], times[1], times[0]]


def test_the_year_0() -> None:
    """A date of the year 0, as some sources send for one that is not known, is before all others, not after them."""
    times = ["9999-12-31T00:00:00Z", "0000-12-29", "0000-12-29T00:00:00Z", "0001-01-01"]

    assert in_order("f", *times) == [times[1], times[2], times[3], times[0]]


def test_texts_and_directions() -> None:
    """Texts go without regard to case, either way, and what has none is last in both."""
    assert in_order("f", "b", None, "A", "c", "a") == ["A", "a", "b", "c", None]
    assert in_order("f:desc", "b", None, "A", "c", "a") == ["c", "b", "A", "a", None]
    assert in_order("f:asc", 10, 9, True) == [True, 9, 10]


@pytest.mark.parametrize("text", ["", ":desc", "start:down", "start,end", "a b"])
def test_what_is_no_order(text: str) -> None:
    """An order that names no single field or no direction is wrong usage."""
    with pytest.raises(WrongUsage):
        parse_order(text)


@given(values=st.lists(VALUES, max_size=8), text=st.sampled_from(["f", "f:desc", "f.x", "g"]))
def test_any_values(values: list[object], text: str) -> None:
    """Whatever the values, all items are there once, and sorting again changes nothing."""
    order = parse_order(text)
    once = order.sorted(items(*values), UTC)

    assert sorted(map(bytes, once)) == sorted(map(bytes, items(*values)))
    assert order.sorted(once, UTC) == once
