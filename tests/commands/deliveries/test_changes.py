"""`cronofy deliveries show`: what changed in the calendar for a delivery."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.output.documents.events import EventChangeDocument
from tests.event_states import CREATED, event_state
from tests.samples import make_delivery

if TYPE_CHECKING:
    from cronofy_cli.core.events.event_changes import EventChange
    from tests.commands.conftest import Record, Run
    from tests.support import Cli


@pytest.fixture
def keep(cli: Cli, record: Record) -> None:
    """A delivery for which a move and a new event were read."""
    after = event_state(start="2031-10-21T10:00:00Z", end="2031-10-21T11:00:00Z")
    changes = [
        compare(event_state(start="2031-10-20T09:00:00Z", end="2031-10-20T10:00:00Z"), after),
        compare(None, event_state("evt_2", summary="Lunch\x1b[2J", start="2031-10-22", end="2031-10-23"), CREATED),
    ]
    keep_changes(cli, record, [change for change in changes if change is not None])


def keep_changes(cli: Cli, record: Record, changes: list[EventChange], names: dict[str, object] | None = None) -> None:
    """Record a delivery, and what was read for it."""
    record(make_delivery(1))
    payload = msgspec.json.encode(
        {
            "calendar_names": names or {},
            "delivery_ids": [1],
            "changes_since": "2026-11-22T09:24:16Z",
            "events": [msgspec.Raw(change.after) for change in changes],
            "changes": [EventChangeDocument.of(change) for change in changes],
        }
    )
    with open_history(cli.data / "deliveries.db") as history:
        history.attach_events((1,), payload)


def test_for_people(keep: None, run: Run) -> None:
    """A line for each change, then the events themselves, once."""
    shown = run("deliveries", "show", "1").stdout

    assert "\n    what changed\n" in shown
    assert '    ~ "Sales call"   start  Mon 20 Oct 2031 09:00 -> Tue 21 Oct 2031 10:00   (cal_work)\n' in shown
    assert re.search(r'^    \+ "Lunch\[2J" +Wed 22 Oct 2031 +\(cal_work\)$', shown, re.MULTILINE)
    assert shown.count('"event_uid": "evt_2"') == 1
    assert '"changes"' not in shown


@pytest.mark.parametrize(("name", "shown"), [("Work", "(Work)"), (7, "(cal_work)"), ("W\x1b[2J", "(W[2J)")])
def test_calendars_by_name(name: object, shown: str, cli: Cli, record: Record, run: Run) -> None:
    """A calendar is called what it was called when the events were read, as far as that is known."""
    change = compare(None, event_state("evt_2", summary="Lunch"), CREATED)
    assert change is not None
    keep_changes(cli, record, [change], {"cal_work": name})

    text = run("deliveries", "show", "1").stdout

    assert shown in text
    assert "calendar_names" not in text


def test_on_the_machine_s_clock(keep: None, cli: Cli, run: Run) -> None:
    """Times whose own zone is not known are those of the machine."""
    cli.environment["TZ"] = "Asia/Tokyo"

    assert "Mon 20 Oct 2031 18:00 -> Tue 21 Oct 2031 19:00" in run("deliveries", "show", "1").stdout


def test_as_json(keep: None, run: Run) -> None:
    """The same as data, with old and new values."""
    moved, added = run("deliveries", "show", "1", "--json").json["events"]["changes"]

    assert (moved["kind"], added["kind"]) == ("moved", "added")
    assert moved["fields"][0] == {"field": "start", "before": "2031-10-20T09:00:00Z", "after": "2031-10-21T10:00:00Z"}


def test_nothing_new(cli: Cli, record: Record, run: Run) -> None:
    """A read that brought nothing that had not been told for an earlier delivery says so."""
    keep_changes(cli, record, [])

    assert "nothing that was not reported before" in run("deliveries", "show", "1").stdout


def test_kept_before_changes_were_told_apart(cli: Cli, record: Record, run: Run) -> None:
    """An older read has events and no changes: they are shown, and nothing is claimed about changes."""
    record(make_delivery(1))
    with open_history(cli.data / "deliveries.db") as history:
        history.attach_events((1,), b'{"delivery_ids":[1],"events":[' + event_state() + b"]}")

    shown = run("deliveries", "show", "1").stdout

    assert "what changed" not in shown
    assert json.dumps("evt_1") in shown
