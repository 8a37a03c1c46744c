"""Observing events: each change once, whatever is read in whatever order, and not more on the disk than is needed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.core.events.event_changes import ChangeKind
from tests.event_states import CREATED, event_state, later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.core.events.event_changes import EventChange

TODAY = date(2026, 10, 19)


def kinds(changes: Sequence[EventChange]) -> list[tuple[str, str]]:
    """Return what happened to which event."""
    return [(change.event_uid, change.kind.value) for change in changes]


def test_the_life_of_an_event(cache: EventCache) -> None:
    """Added, moved, removed and brought back: each is told once, with the state before it."""
    added = event_state()
    moved = event_state(start="2026-10-21T09:00:00Z", updated=later(1))
    removed = event_state(start="2026-10-21T09:00:00Z", updated=later(2), deleted=True)
    restored = event_state(start="2026-10-21T09:00:00Z", updated=later(3))

    seen = [cache.observe([state], CREATED) for state in (added, moved, removed, restored)]

    assert [kinds(changes)[0][1] for changes in seen] == ["added", "moved", "removed", "added"]
    assert [changes[0].before for changes in seen] == [None, added, moved, removed]


def test_the_same_again(cache: EventCache) -> None:
    """What was seen is not told again: in the same read, in the next one, or after the cache was opened anew."""
    events = [event_state("evt_1"), event_state("evt_2"), event_state("evt_1")]

    assert kinds(cache.observe(events, None)) == [("evt_1", "first_seen"), ("evt_2", "first_seen")]
    assert cache.observe(events, CREATED) == ()
    assert cache.observe([], None) == ()


def test_opened_anew(environment: dict[str, str]) -> None:
    """What was seen is known to the next program, also the change that nobody would call one."""
    with open_event_cache("uk", "acc_1", environment) as first:
        first.observe([event_state(), event_state(updated=later(5))], None)
    with open_event_cache("uk", "acc_1", environment) as second:
        assert second.observe([event_state(summary="Old", updated=later(4))], None) == ()
        changes = second.observe([event_state(summary="New", updated=later(6))], None)

    assert [(change.kind, change.fields[0].after) for change in changes] == [(ChangeKind.CHANGED, "New")]


def test_what_was_remembered_is_compared_with(cache: EventCache) -> None:
    """The first change of an event that was looked at before is told field by field; looking tells nothing itself."""
    cache.remember([event_state("evt_1"), event_state("evt_2", summary="Newer", updated=later(5))])
    cache.remember([event_state("evt_2", summary="Older", updated=later(1))])

    changed = [event_state("evt_1", summary="Renamed", updated=later(9)), event_state("evt_2", updated=later(9))]
    changes = cache.observe(changed, None)

    assert kinds(changes) == [("evt_1", "changed"), ("evt_2", "changed")]
    assert changes[1].fields[0].before == "Newer"


def test_what_is_yet_to_be_told_is_not_remembered(cache: EventCache) -> None:
    """With a moment, what changed since then or is known already stays to be told."""
    cache.observe([event_state("known")], None)
    states = [
        event_state("known", summary="Renamed", updated=later(1)),
        event_state("old", updated=later(4)),
        event_state("new", updated=later(5)),
    ]
    cache.remember(states, changed_before=later(5))

    assert kinds(cache.observe(states, later(5))) == [("known", "changed"), ("new", "first_seen")]


def test_an_older_state_is_passed_over(cache: EventCache) -> None:
    """A read that was overtaken by another one takes nothing back."""
    cache.observe([event_state(summary="New", updated=later(2))], None)

    assert cache.observe([event_state(summary="Old", updated=later(1))], None) == ()
    assert cache.observe([event_state(summary="New", updated=later(2))], None) == ()


def test_two_edits_within_a_second(cache: EventCache) -> None:
    """`updated` has whole seconds: the state that was read later counts."""
    cache.observe([event_state(summary="One")], None)

    assert kinds(cache.observe([event_state(summary="Two")], None)) == [("evt_1", "changed")]


@pytest.mark.parametrize("raw", [b"{}", b"not JSON", b"[1]", b'{"event_uid":7}', b'{"event_uid":""}'])
def test_an_event_without_an_identity(cache: EventCache, raw: bytes) -> None:
    """What cannot be known again is passed over, and the others of the read are not lost."""
    assert kinds(cache.observe([raw, event_state()], None)) == [("evt_1", "first_seen")]


STATES = st.fixed_dictionaries(
    {
        "summary": st.sampled_from(["A", "B"]),
        "start": st.sampled_from(["2026-10-20T09:00:00Z", "2026-10-21T09:00:00Z"]),
        "deleted": st.booleans(),
    }
)


@settings(max_examples=40)
@given(
    histories=st.lists(st.lists(STATES, min_size=1, max_size=5), min_size=1, max_size=3),
    reads=st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=4), max_size=6),
)
def test_any_reads_in_any_order(
    tmp_path_factory: pytest.TempPathFactory,
    histories: list[list[dict[str, Any]]],
    reads: list[list[tuple[int, int]]],
) -> None:
    """States lost, repeated and out of order: the folded changes are the newest states that were read."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path_factory.mktemp("cache"))}
    folded: dict[str, dict[str, Any]] = {}
    newest: dict[str, int] = {}
    with open_event_cache("uk", "acc_1", environment) as cache:
        for read in reads:
            chosen = [(event % len(histories), version) for event, version in read]
            known = [(event, version) for event, version in chosen if version < len(histories[event])]
            states = [
                event_state(f"evt_{event}", updated=later(version), **histories[event][version])
                for event, version in known
            ]
            for change in cache.observe(states, None):
                folded[change.event_uid] = json.loads(change.after)
            for event, version in known:
                newest[f"evt_{event}"] = max(version, newest.get(f"evt_{event}", 0))
        assert [cache.observe([json.dumps(state).encode()], None) for state in folded.values()] == [()] * len(folded)

    assert folded.keys() == newest.keys()
    for event_uid, version in newest.items():
        truth = histories[int(event_uid[4:])][version]
        told = folded[event_uid]
        assert told["deleted"] == truth["deleted"]
        assert truth["deleted"] or (told["summary"], told["start"]) == (truth["summary"], truth["start"])


class Days:
    """A calendar on the wall that can be turned."""

    def __init__(self) -> None:
        self.today = TODAY

    def __call__(self) -> date:
        """Return the day."""
        return self.today


@pytest.mark.parametrize(
    ("end", "days_later", "is_known"),
    [
        ("2026-10-20T10:00:00Z", 60, True),
        ("2026-10-20T10:00:00Z", 61, False),
        ("2026-11-10T10:00:00Z", 61, True),  # within the 42 days that Cronofy still knows
        ("2027-10-20T10:00:00Z", 61, True),
        (None, 60, True),
        (None, 61, False),
    ],
)
def test_forgetting(environment: dict[str, str], end: str | None, days_later: int, is_known: bool) -> None:
    """What lies behind the sync window and was not read for two months is forgotten; what is to come never is."""
    days = Days()
    with open_event_cache("uk", "acc_1", environment, today=days) as cache:
        cache.observe([event_state("evt_2", start=end, end=end)], None)
        days.today += timedelta(days=days_later)
        cache.observe([event_state("evt_1")], None)

        assert cache.status().events == (2 if is_known else 1)


def test_what_is_read_is_not_forgotten(environment: dict[str, str]) -> None:
    """An old event that is read time and again, as managed ones are, is not seen for the first time again."""
    days = Days()
    with open_event_cache("uk", "acc_1", environment, today=days) as cache:
        old = event_state("evt_2", start="2019-01-01", end="2019-01-02")
        cache.observe([old], None)
        for _ in range(4):
            days.today += timedelta(days=50)
            assert cache.observe([old], None) == ()
