"""`cronofy sync --check`: a copy against a full read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.sync.copy.sqlite_copy import open_copy
from cronofy_cli.sync.copy_files import destination_at
from tests.sync.keeping import POSTGRES, ghost, postgres_rows, tamper
from tests.sync.test_sync import FILES, OUTS

if TYPE_CHECKING:
    from tests.sync.keeping import Keeping


def checked(account: Keeping, out: str | None = None) -> Any:
    """Run the check and return its document."""
    result = account.sync(out, "--check", "--json")
    assert result.exit_code == (0 if result.json["in_step"] else 1)
    return result.json


@pytest.mark.parametrize("out", OUTS)
def test_a_copy_that_is_in_step(out: str, account: Keeping) -> None:
    """A copy that equals a full read is in step, and it ends with 0."""
    account.synced(out)

    report = checked(account, out)

    assert (report["in_step"], report["drift"]) == (True, [])
    assert report["events"] == len(account.truth())


@pytest.mark.usefixtures("each_database")
def test_missing_extra_and_different(account: Keeping) -> None:
    """An event that the copy lacks, has too much or has otherwise is reported, and it ends with 1."""
    account.clock.turn(hours=1)
    missing, different = account.uid("Dentist"), account.uid("Sales call")
    account.synced()
    tamper(
        account,
        f"DELETE FROM events WHERE event_uid = '{missing}'",
        f"UPDATE events SET json = replace(json, 'Sales call', 'Other') WHERE event_uid = '{different}'",
        ghost(account),
    )

    report = checked(account)

    assert {(drift["kind"], drift["event_uid"]) for drift in report["drift"]} == {
        ("missing", missing),
        ("different", different),
        ("extra", "evt_ghost"),
    }
    assert report["counts"] == {"missing": 1, "extra": 1, "different": 1}
    assert report["pending"] == 0
    (fields,) = [drift["fields"] for drift in report["drift"] if drift["kind"] == "different"]
    assert fields == [{"field": "summary", "before": "Other", "after": "Sales call"}]


@pytest.mark.usefixtures("each_database")
def test_what_the_next_run_brings(account: Keeping) -> None:
    """What changed after the last run is drift too, marked as pending; after the next run it is gone."""
    gone = account.uid("Dentist")
    account.synced()
    account.clock.turn(hours=1)
    added = account.add(start=account.at(1))
    account.delete(gone)

    report = checked(account)

    assert {(drift["kind"], drift["event_uid"]) for drift in report["drift"]} == {("missing", added), ("extra", gone)}
    assert report["pending"] == 2
    said = account.sync(None, "--check").stdout
    assert "drift: 1 missing, 1 extra; 2 of these changed after the last run, and the next one brings them" in said
    account.synced()
    assert checked(account)["in_step"] is True


@pytest.mark.usefixtures("each_database")
def test_days_that_have_passed(account: Keeping) -> None:
    """Where the window has moved since the last run, what it reached or left is pending and nothing else drifts."""
    account.synced()
    account.clock.turn(days=3)

    report = checked(account)

    assert report["counts"]["missing"] > 0
    assert report["counts"]["extra"] > 0
    assert report["pending"] == len(report["drift"])


@pytest.mark.parametrize("out", FILES)
def test_it_writes_nothing(out: str, account: Keeping) -> None:
    """A check changes no byte of the copy."""
    account.synced(out)
    account.add(start=account.at(1))
    path = account.cli.folder / out
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    before = [file.read_bytes() for file in files]

    checked(account, out)

    assert [file.read_bytes() for file in files] == before


def test_lines_that_another_program_changed(account: Keeping) -> None:
    """The file of lines itself is checked; the next run writes it anew although nothing changed in the calendar."""
    account.synced("calendar.ndjson")
    path = account.cli.folder / "calendar.ndjson"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:]))

    assert checked(account, "calendar.ndjson")["counts"] == {"missing": 1, "extra": 0, "different": 0}
    path.write_bytes(b"no event\n")
    assert "line 1 of" in account.sync("calendar.ndjson", "--check").stderr
    account.synced("calendar.ndjson")
    assert path.read_bytes() == b"".join(lines)


def test_lines_that_are_gone(account: Keeping) -> None:
    """Where the file of lines was removed, the check says how to get it again."""
    account.synced("calendar.ndjson")
    path = account.cli.folder / "calendar.ndjson"
    path.unlink()

    result = account.sync("calendar.ndjson", "--check")

    assert result.exit_code == 1
    assert result.stderr == f"error: {path} is gone\nhint: write it again: cronofy sync --out {path}\n"


def test_for_people_and_pipes(account: Keeping) -> None:
    """At a terminal each difference is a readable line; a pipe gets it in tabs, --ndjson as JSON."""
    account.synced()
    tamper(account, f"DELETE FROM events WHERE event_uid = '{account.uid('Dentist')}'")
    start = account.truth()[account.uid("Dentist")]["start"]

    shown = account.sync("calendar.db", "--check", "--color", "never", terminal=True).lines
    assert shown == [f'  + missing    {start}  "Dentist"', "drift: 1 missing"]
    first, last = account.sync("calendar.db", "--check").lines
    assert first.split("\t")[0::3] == ["missing", start]
    assert last == "drift: 1 missing"
    (line,) = account.sync("calendar.db", "--check", "--ndjson").lines
    assert json.loads(line)["summary"] == "Dentist"


def test_without_a_copy(account: Keeping) -> None:
    """A check of a copy that is not there makes none, and says how to make one."""
    result = account.sync("calendar.db", "--check")

    assert result.exit_code == 1
    assert f"hint: make one: cronofy sync --out {account.cli.folder / 'calendar.db'}" in result.stderr
    assert not (account.cli.folder / "calendar.db").exists()


def test_it_writes_nothing_in_a_database(account: Keeping) -> None:
    """A check may be made by a role that may only read."""
    account.out = POSTGRES
    account.synced()
    before = account.rows("SELECT state FROM sync_state"), account.copied()
    account.add(start=account.at(1))

    assert checked(account)["pending"] == 1

    assert (account.rows("SELECT state FROM sync_state"), account.copied()) == before


def test_without_a_copy_in_a_database(account: Keeping) -> None:
    """A check of a database without copies makes no tables, and says how to make a copy."""
    url = account.place(POSTGRES)

    result = account.sync(POSTGRES, "--check")

    assert result.exit_code == 1
    assert result.stderr == f"error: there is no copy in {url}\nhint: make one: cronofy sync --out '{url}'\n"
    assert postgres_rows(url, "SELECT to_regnamespace('cronofy_sync')") == [(None,)]


def test_a_copy_that_was_never_finished(account: Keeping) -> None:
    """A copy whose first run broke off says nothing yet, and how to go on."""
    path = account.cli.folder / "calendar.db"
    with open_copy(destination_at(path)) as copy, copy.transaction():
        pass

    result = account.sync("calendar.db", "--check")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: the copy at {path} was never finished\nhint: cronofy sync --out {path}\n"
