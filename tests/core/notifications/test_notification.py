"""Reading a notification from its raw body, whatever that holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.notification import MEANINGS, Notification, calendar_ids_in, parse_notification
from tests.vectors import EXAMPLES

if TYPE_CHECKING:
    from tests.vectors import Example

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FILTERS = st.fixed_dictionaries({"calendar_ids": JSON | st.lists(st.text())})


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


@given(
    st.fixed_dictionaries({"filters": st.fixed_dictionaries({"calendar_ids": JSON | st.lists(st.text())}) | JSON})
    | JSON,
    JSON,
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_calendars_alone(channel: object, notification: object, ascii_only: bool, encoding: str) -> None:
    """The calendars that are read by themselves are those of the whole notification, whatever is beside them."""
    document = {"notification": notification, "channel": channel}
    body = json.dumps(document, ensure_ascii=ascii_only).encode(encoding, "surrogatepass")
    calendar_ids = parse_notification(body).calendar_ids
    event(f"{len(calendar_ids) > 0} {encoding}")

    assert calendar_ids_in(body) == calendar_ids


@pytest.mark.parametrize(
    "body",
    [
        b'{"notification":{"type":NaN},"channel":{"filters":{"calendar_ids":["a"]}}}',
        b'{"channel":{"filters":{"calendar_ids":["a"]}},"channel":{"filters":{"calendar_ids":["b"]}}}',
        b'{"channel":{"filters":{"calendar_ids":["\\ud800"]}}}',
        b'{"channel":{"filters":{"calendar_ids":["a"]}}} x',
        b'{"x":' + b"[" * 5000 + b"]" * 5000 + b',"channel":{"filters":{"calendar_ids":["a"]}}}',
        b"\xff",
        b"",
    ],
    ids=["NaN", "twice", "surrogate", "more behind it", "deep", "no text", "nothing"],
)
def test_calendars_of_odd_bodies(body: bytes) -> None:
    """What two readers of JSON could read in two ways is read in one."""
    assert calendar_ids_in(body) == parse_notification(body).calendar_ids
