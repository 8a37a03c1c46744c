"""Reading a notification from its raw body, whatever that holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.notification import MEANINGS, Notification, parse_notification
from tests.vectors import EXAMPLES

if TYPE_CHECKING:
    from tests.vectors import Example

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_published_example(example: Example) -> None:
    """Each published body is read whole: type, time, channel, callback URL and filters."""
    document = example.document
    channel = document.get("channel", {})
    filters = channel.get("filters", {})

    found = parse_notification(example.body)

    assert found == Notification(
        type=example.type,
        changes_since=document.get("notification", {}).get("changes_since"),
        channel_id=channel.get("channel_id"),
        callback_url=channel.get("callback_url"),
        calendar_ids=tuple(filters.get("calendar_ids", ())),
        only_managed=filters.get("only_managed", False),
        is_json=True,
    )


def test_the_examples_hold_every_kind() -> None:
    """The data file is whole: it has every known type, one that is not known, and a body without a `notification`."""
    assert {example.type for example in EXAMPLES} == {*MEANINGS, "some_future_type", None}


def test_a_type_of_the_future_keeps_its_name() -> None:
    """A type that is not known is not an error."""
    found = parse_notification(b'{"notification":{"type":"some_future_type"}}')

    assert (found.label, found.is_known) == ("some_future_type", False)


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b"", "not JSON"),
        (b"a=1&b=2", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"notification":{"type":"\xff"}}', "not JSON"),
        (b'{"notification":', "not JSON"),
        (b"{}", "no type"),
        (b"null", "no type"),
        (b"[1,2]", "no type"),
        (b'"change"', "no type"),
        (b'{"notification":null,"channel":[]}', "no type"),
        (b'{"notification":"change"}', "no type"),
        (b'{"notification":{"type":7,"changes_since":{}},"channel":{"channel_id":1,"filters":"all"}}', "no type"),
        (b'{"channel":{"filters":{"calendar_ids":"cal_1","only_managed":"yes"}}}', "no type"),
    ],
)
def test_what_cannot_be_read_is_left_out(body: bytes, label: str) -> None:
    """A body of any other shape is shown by what it is, with every field empty."""
    found = parse_notification(body)

    assert found == Notification(is_json=label == "no type")
    assert (found.label, found.is_known) == (label, False)


def test_only_texts_are_calendar_ids() -> None:
    """An odd entry among the calendars does not lose the others."""
    found = parse_notification(b'{"channel":{"filters":{"calendar_ids":["cal_1",7,null,"cal_2"]}}}')

    assert found.calendar_ids == ("cal_1", "cal_2")


@pytest.mark.parametrize("opening", [b"[", b'{"notification":'])
def test_deep_nesting_is_survived(opening: bytes) -> None:
    """A body that opens a hundred thousand brackets and closes none is not JSON, and no crash."""
    assert parse_notification(opening * 100_000) == Notification()


@pytest.mark.parametrize(
    ("body", "is_json"),
    [
        (b"[" * 50_000 + b"]" * 50_000, True),
        (b'{"a":' * 50_000 + b'"]\\"}"' + b"}" * 50_000, True),
        (b"[" * 50_000 + b"]" * 49_999, False),
        (b"[" * 50_000 + b"}" * 50_000, False),
        (b"[" * 50_000 + b"]" * 50_001, False),
        (b"[" * 50_000 + b'"' + b"]" * 50_000, False),
        (b"[" * 50_000 + b'"' + b'\\"' * 450_000 + b"\\", False),
    ],
)
def test_what_is_too_deep_to_be_read(body: bytes, is_json: bool) -> None:
    """It is called JSON without a type if its brackets fit."""
    assert parse_notification(body) == Notification(is_json=is_json)


@given(JSON)
def test_any_json_is_read(document: object) -> None:
    """No JSON makes the reading fail."""
    assert parse_notification(json.dumps(document).encode()).is_json


@given(st.binary(max_size=100))
def test_any_bytes_are_read(body: bytes) -> None:
    """No bytes make the reading fail."""
    assert parse_notification(body).label
