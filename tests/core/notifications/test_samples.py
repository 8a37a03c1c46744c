"""Sample notifications: their shapes are Cronofy's, their times are today's, and every field can be set."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.notification import MEANINGS, parse_notification
from cronofy_cli.core.notifications.sample_bodies import Setting
from cronofy_cli.core.notifications.samples import SAMPLES, encode_body, find_sample, with_fields
from cronofy_cli.core.times import parse_time
from cronofy_cli.errors import WrongUsage
from tests.golden_files import check_golden
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.samples import Sample

NOW = datetime(2026, 11, 22, 12, 4, 31, 123456, UTC)
URL = "http://127.0.0.1:3000/hook?user_id=42"
EXAMPLES = json.loads((REPOSITORY / "tests/data/notification-examples.json").read_text(encoding="utf-8"))
OPTIONAL_IN_CHANNEL = {"filters", "scheduling_conversations"}


def make(name: str) -> dict[str, Any]:
    """Return a sample body of a fixed moment."""
    return find_sample(name).make(Setting(NOW, URL))


def shape(value: object, path: str = "") -> object:
    """Return a document without its texts and numbers; of arrays the first item, of types also the value."""
    if isinstance(value, dict):
        skipped = OPTIONAL_IN_CHANNEL if path == ".channel" else set()
        return {key: shape(item, f"{path}.{key}") for key, item in value.items() if key not in skipped}
    if isinstance(value, list):
        return [shape(value[0], path)] if value else []
    return value if path.endswith(".type") and path.startswith(".notification") else type(value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each['type']}-{each.get('variant', '')}")
def test_documented_shape(example: dict[str, Any]) -> None:
    """For every documented body there is a sample with exactly its fields, at every depth."""
    assert shape(example["body"]) in [shape(make(sample.name)) for sample in SAMPLES]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_says_what_it_is(sample: Sample) -> None:
    """A sample's type is the one in its body, its meaning is told, and its page is named."""
    body = sample.make(Setting(NOW, URL))

    assert parse_notification(encode_body(body)).type == sample.type
    assert sample.meaning
    assert sample.docs.startswith("/developers/")


def test_every_known_type_has_a_sample() -> None:
    """No type that the tool knows is left out."""
    assert set(MEANINGS) <= {sample.type for sample in SAMPLES}


def test_times_are_of_today() -> None:
    """A change is seconds old, and what is planned lies ahead, all in Cronofy's notation."""
    assert make("change")["notification"]["changes_since"] == "2026-11-22T12:04:16Z"
    event = make("event_trigger")["event"]
    assert (event["start"], event["end"]) == ("2026-11-22T12:09:00Z", "2026-11-22T13:09:00Z")
    proposal = make("smart_invite")["smart_invite"]["reply"]["proposal"]
    assert timedelta(0) < parse_time(proposal["start"]["time"]) - NOW < timedelta(days=1)
    assert make("scheduling_request_time_chosen")["notification"]["triggered_at"] == "2026-11-22T12:04:31Z"


@pytest.mark.parametrize("name", ["change", "verification", "scheduling_conversation_joined"])
def test_a_channel_body_repeats_its_callback_url(name: str) -> None:
    """The channel in a body is the one that it is sent to."""
    body = find_sample(name).make(Setting(NOW, URL, "chn_mine"))

    assert body["channel"] == make(name)["channel"] | {"channel_id": "chn_mine"}
    assert make(name)["channel"]["callback_url"] == URL


def test_one_type_of_several_samples() -> None:
    """`event_subscription` names its first sample, whose body is documented in full."""
    assert find_sample("event_subscription") == find_sample("meeting_agent_activated")


def test_an_unknown_name() -> None:
    """A name that does not exist is answered with the nearest one."""
    with pytest.raises(WrongUsage, match="no notification type 'chnage'; did you mean 'change'"):
        find_sample("chnage")


def test_bodies_are_compact_utf8() -> None:
    """A body is posted without white space, its letters as they are; half a surrogate pair only as an escape."""
    assert encode_body({"a": "é", "b": [1, None]}) == '{"a":"é","b":[1,null]}'.encode()
    assert encode_body({"a": "\ud83d"}) == rb'{"a":"\ud83d"}'


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("notification.changes_since=2020-01-01T00:00:00Z", ("notification", "changes_since"), "2020-01-01T00:00:00Z"),
        ("notification.type=a=b", ("notification", "type"), "a=b"),
        ("channel.filters.calendar_ids=[1,2]", ("channel", "filters", "calendar_ids"), [1, 2]),
        ("channel.filters=null", ("channel", "filters"), None),
        ("new.deep.path=true", ("new", "deep", "path"), True),
        ('quoted="42"', ("quoted",), "42"),
        ("number=42", ("number",), 42),
        ("empty=", ("empty",), ""),
        ("broken={", ("broken",), "{"),
        ("nan=NaN", ("nan",), "NaN"),
        ("huge=1e999", ("huge",), "1e999"),
        ("deep=" + "[" * 100_000, ("deep",), "[" * 100_000),
    ],
)
def test_setting_a_field(assignment: str, path: tuple[str, ...], value: object) -> None:
    """A dotted path is set to the JSON that is given, or to the text if it is none; the original stays as it was."""
    body = make("change")

    found: Any = with_fields(body, [assignment])
    for key in path:
        found = found[key]

    assert found == value
    assert body == make("change")


def test_setting_an_item_of_an_array() -> None:
    """A number in a path is a place in an array."""
    changed = with_fields(make("real_time_scheduling_completed"), ["participants.0.sub=acc_1"])

    assert changed["participants"] == [{"sub": "acc_1"}]
    with pytest.raises(WrongUsage):
        with_fields(make("real_time_scheduling_completed"), ["participants.1.sub=acc_2"])


def test_later_assignments_win() -> None:
    """Assignments are done in their order."""
    assert with_fields({}, ["a.b=1", "a.b=2", "a.c=3"]) == {"a": {"b": 2, "c": 3}}


@pytest.mark.parametrize("assignment", ["", "notification", "=x", "a..b=1", ".a=1"])
def test_an_assignment_that_cannot_be_read(assignment: str) -> None:
    """What is no KEY=VALUE is refused with an example."""
    with pytest.raises(WrongUsage, match="--set does not take"):
        with_fields(make("change"), [assignment])


@pytest.mark.parametrize(
    "assignment",
    ["notification.type.x=1", "participants.7.sub=x", "participants.one=x", "participants.-1=x", "participants.²=x"],
)
def test_a_path_that_leads_nowhere(assignment: str) -> None:
    """A path through a text, or to a place that an array does not have, is refused."""
    body = make("real_time_scheduling_completed") | make("change")

    with pytest.raises(WrongUsage, match="--set cannot reach"):
        with_fields(body, [assignment])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    keys=st.lists(st.text(st.characters(exclude_characters=".="), min_size=1), min_size=1, max_size=4),
    value=JSON_VALUES,
)
def test_any_json_value_can_be_set_anywhere(keys: list[str], value: object) -> None:
    """Whatever is given as JSON is in the posted bytes at its path."""
    found: Any = json.loads(encode_body(with_fields({}, [f"{'.'.join(keys)}={json.dumps(value)}"])))
    for key in keys:
        found = found[key]

    assert found == value


def test_the_bodies() -> None:
    """Every sample, whole."""
    bodies = {sample.name: sample.make(Setting(NOW, URL)) for sample in SAMPLES}

    check_golden("sample-bodies.json", json.dumps(bodies, indent=1).encode() + b"\n")
