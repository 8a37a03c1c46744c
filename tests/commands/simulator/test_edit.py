"""Which event an edit means, and what it is moved to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli.commands.simulator.edit import _next, _only_beginning, _shifted, _when
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.errors import WrongUsage
from tests.in_process import run_main

if TYPE_CHECKING:
    from cronofy_cli.core.events.event import Event
    from tests.support import Cli

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(title: str = "Choir", start: str | None = "2026-11-22T12:00:00Z", end: str | None = None) -> Event:
    """Return an event."""
    fields = {"event_uid": "evt_1", "calendar_id": "cal_1", "summary": title, "start": start, "end": end or start}
    return parse_event(msgspec.Raw(msgspec.json.encode(fields)))


@pytest.mark.parametrize(("count", "more"), [(2, ""), (5, ""), (6, " and 1 more"), (9, " and 4 more")])
def test_several_titles_that_begin_alike(count: int, more: str) -> None:
    """Five of them are named, in their order, and how many more there are."""
    found = [event(f"Team {number}") for number in range(count, 0, -1)]

    with pytest.raises(WrongUsage) as refused:
        _only_beginning([*found, event("Choir")], "team")

    named = ", ".join(f"'Team {number}'" for number in range(1, min(count, 5) + 1))
    assert refused.value.message == f"'team' could be {named}{more}"
    assert refused.value.hint == "use the whole title, or the event's uid"


def test_one_title_that_begins_so() -> None:
    """All events of that title are meant, and no others."""
    found = [event("Team lunch"), event("team lunch".title()), event("Choir")]

    assert _only_beginning([*found[:1], *found[:1], found[2]], "team") == [found[0], found[0]]
    assert _only_beginning(found, "opera") == []


@pytest.mark.parametrize(
    ("starts", "meant"),
    [
        (("11:59:59", "12:00:00", "12:00:01"), "12:00:00"),
        (("12:00:02", "12:00:01", "11:00:00"), "12:00:01"),
        (("10:00:00", "11:00:00", "09:00:00"), "11:00:00"),
    ],
)
def test_which_of_several_is_meant(starts: tuple[str, ...], meant: str) -> None:
    """The first that has not begun, also one that begins this moment; when all have begun, the last."""
    events = [event(start=f"2026-11-22T{start}Z") for start in starts]

    found = _next(events, NOON)

    assert found.start is not None
    assert found.start.text == f"2026-11-22T{meant}Z"


@pytest.mark.parametrize(
    ("start", "by", "moved"),
    [
        ("2026-11-22T12:00:00Z", "2d", {"move_days": 2}),
        ("2026-11-22T12:00:00Z", "-1D", {"move_days": -1}),
        ("2026-11-22T12:00:00Z", "+90m", {"start": "2026-11-22T13:30:00Z"}),
        ("2026-11-22T12:00:00Z", "-24h", {"start": "2026-11-21T12:00:00Z"}),
        ("2026-11-22T12:00:00Z", "1.5d", {"start": "2026-11-24T00:00:00Z"}),
        ("2026-11-22", "48h", {"start": "2026-11-24"}),
        ("2026-11-22", "1d", {"move_days": 1}),
    ],
)
def test_by_how_much(start: str, by: str, moved: dict[str, object]) -> None:
    """Whole days are the owner's days; anything else is a time, and of a day another day."""
    assert _shifted(event(start=start).start, by) == moved


def test_when_it_is() -> None:
    """Times are those of UTC and say so; days need no zone."""
    assert _when(event(end="2026-11-22T13:00:00Z")).endswith(" UTC")
    assert "UTC" not in _when(event(start="2026-11-22", end="2026-11-23"))


def test_further_edits(cli: Cli, simulator: object) -> None:
    """Title, description and location change alone; what changes nothing is refused; a deleted event comes back."""

    def edit(*arguments: str) -> dict[str, object]:
        found: dict[str, object] = run_main(cli, "simulator", "edit", *arguments, "--json").json
        return found

    edit("add", "Choir")
    described = edit("change", "Choir", "--description", "Bring scores")
    moved = edit("change", "Choir", "--location", "Hall")
    titled = edit("change", "Choir", "--title", "Opera")
    nothing = run_main(cli, "simulator", "edit", "change", "Opera", "--json")

    assert described["description"] == moved["description"] == "Bring scores"
    assert (moved["location"], titled["summary"]) == ({"description": "Hall"}, "Opera")
    assert (nothing.exit_code, nothing.error["message"]) == (2, "a change is needed")
    assert nothing.error["hint"] == "give --title, --description or --location"
    edit("delete", "Opera")
    assert edit("undelete", "Opera")["summary"] == "Opera"
    again = run_main(cli, "simulator", "edit", "undelete", "Opera", "--json")
    assert (again.exit_code, again.error["message"]) == (1, "the simulator has no deleted event 'Opera'")
