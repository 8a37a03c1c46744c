"""`cronofy sync` as a user runs it, against the simulator over HTTP."""

from __future__ import annotations

import json
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.simulator.running import RunningSimulator, announce
from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.in_process import run_main
from tests.sync.keeping import POSTGRES, ZONE, ghost, keeping, rows, tamper

if TYPE_CHECKING:
    from tests.support import Cli
    from tests.sync.keeping import Keeping

FILES = ("calendar.db", "calendar.ndjson", "folder")
OUTS = (*FILES, POSTGRES)


@pytest.mark.parametrize("out", OUTS)
def test_the_first_run_copies_the_window(out: str, account: Keeping) -> None:
    """The first run makes a copy of all events of the window, each as the server sent it."""
    done = account.synced(out)

    assert account.copied(out) == account.truth()
    assert (done["first"], done["changed"], done["full_read"]) == (True, True, "first")
    assert done["events"] == done["counts"]["added"] == len(account.truth())
    assert done["window"] == {"from": account.day(-42), "to": account.day(201)}
    assert (done["tzid"], done["changes"]) == (ZONE, [])


@pytest.mark.parametrize("out", OUTS)
def test_later_runs_bring_what_changed(out: str, account: Keeping) -> None:
    """Additions, moves, changes and deletions are in the copy after the next run, which counts and shows them."""
    gone, moved, changed = account.uid("Dentist"), account.uid("Sales call"), account.uid("Piano lesson")
    account.synced(out)
    added = account.add(summary="Tea", start=account.at(3), calendar="Work")
    account.delete(gone)
    account.edit(moved, start=account.at(4))
    account.edit(changed, summary="Late lunch")

    done = account.synced(out)

    assert account.copied(out) == account.truth()
    assert done["changed"] is True
    kinds = {change["event_uid"]: change["kind"] for change in done["changes"]}
    assert kinds == {added: "added", gone: "removed", moved: "moved", changed: "changed"}
    assert done["counts"] == {"added": 1, "moved": 1, "changed": 1, "removed": 1, "slid_in": 0, "slid_out": 0}


@pytest.mark.parametrize("out", FILES)
def test_nothing_changed(out: str, account: Keeping) -> None:
    """Without a change there is nothing to tell, and the files stay as they are."""
    account.synced(out)
    path = account.cli.folder / out
    file = path / "events.ndjson" if path.is_dir() else path
    before = (file.stat().st_ino, file.read_bytes())

    done = account.synced(out)

    assert (done["changed"], done["changes"], done["full_read"]) == (False, [], None)
    assert file.stat().st_ino == before[0]
    if file.suffix == ".ndjson":
        assert file.read_bytes() == before[1]


@pytest.mark.usefixtures("each_database")
def test_a_move_out_of_the_window_and_back(account: Keeping) -> None:
    """An event that is moved out of the window leaves the copy as moved, and comes back as added."""
    uid = account.add(summary="Trip", start=account.at(10))
    account.synced()
    account.edit(uid, start=account.at(300))

    assert account.counts() == {"moved": 1}
    assert uid not in account.copied()
    account.edit(uid, start=account.at(20))
    assert account.counts() == {"added": 1}
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_the_window_moves_with_the_days(account: Keeping) -> None:
    """What comes into the window at its far end is read, what leaves it is dropped; neither is a change."""
    near, far = account.add(start=account.at(-41), summary="Old"), account.add(start=account.at(203), summary="New")
    account.clock.turn(minutes=1)
    account.synced()
    assert near in account.copied()
    assert far not in account.copied()
    account.clock.turn(days=4)

    done = account.synced()

    assert (done["changed"], done["full_read"]) == (False, None)
    assert done["counts"]["slid_in"] > 0
    assert done["counts"]["slid_out"] > 0
    assert {change["kind"] for change in done["changes"]} == {"first_seen"}
    assert account.copied() == account.truth()
    assert far in account.copied()
    assert near not in account.copied()


@pytest.mark.usefixtures("each_database")
def test_weeks_without_a_run(account: Keeping) -> None:
    """However long the last run is ago, the copy is as the calendar is."""
    account.synced(None, "--full-every", "1000d")
    for days, full_read in ((6, None), (40, None), (260, "apart")):
        account.clock.turn(days=days)
        account.add(start=account.at(1))
        assert account.synced(None, "--full-every", "1000d")["full_read"] == full_read
        assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_managed_events_are_in_the_copy(account: Keeping) -> None:
    """What the application writes itself is never notified, but it is in the copy after the next run."""
    account.synced()
    account.write(HOME, "own-1", summary="Own", start=account.at(1), end=account.at(1, 13))

    assert account.counts() == {"added": 1}
    assert account.copied() == account.truth()
    assert account.rows("SELECT summary FROM events WHERE event_id = 'own-1'") == [("Own",)]


@pytest.mark.usefixtures("each_database")
def test_a_series(account: Keeping) -> None:
    """Each occurrence of a series is an event of its own: one can be moved, another deleted."""
    account.synced()
    one, other = [
        uid for uid, event in sorted(account.truth().items(), key=lambda item: item[1]["start"]) if event["recurring"]
    ][-2:]
    account.edit(one, start=account.at(5, 7))
    account.delete(other)

    assert account.counts() == {"moved": 1, "removed": 1}
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_a_removed_calendar(account: Keeping) -> None:
    """A calendar that is removed takes its events out of the copy."""
    account.synced()
    account.http.delete(f"/simulator/calendars/{WORK}")

    assert account.counts()["removed"] > 100
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_one_calendar(account: Keeping) -> None:
    """With --calendar a copy holds that calendar alone, and later runs need not say it again."""
    account.synced(None, "--calendar", "Work")
    account.add(start=account.at(1), calendar="Home")
    account.add(start=account.at(1), calendar="Work")

    assert account.counts() == {"added": 1}
    assert account.copied() == account.truth(**{"calendar_ids[]": [WORK]})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--calendar", "Home"], f"is a copy of {WORK}, not of {HOME}"),
        (["--tzid", "Europe/Paris"], "is a copy seen from Europe/London: with Europe/Paris events may be missed"),
    ],
    ids=["calendar", "tzid"],
)
@pytest.mark.usefixtures("each_database")
def test_another_copy_is_refused(options: list[str], sentence: str, account: Keeping) -> None:
    """A copy of other calendars or from another zone is not touched, and the hint says what to leave out."""
    account.synced(None, "--calendar", "Work")
    before = account.rows("SELECT state FROM sync_state"), account.copied()

    for more in ([], ["--check"]):
        result = account.sync(None, *options, *more)
        assert result.exit_code == 2
        assert sentence in result.stderr
        assert f"hint: leave {options[0]} out, or start another copy with --out" in result.stderr
    assert (account.rows("SELECT state FROM sync_state"), account.copied()) == before


def test_another_account_is_refused(account: Keeping, cli: Cli) -> None:
    """A copy is only ever continued at the data center that it comes from."""
    account.synced()
    with keeping(cli) as elsewhere:
        result = elsewhere.sync()

    assert result.exit_code == 2
    assert f"in data center {account.url}, not of" in result.stderr


@pytest.mark.usefixtures("each_database")
def test_a_simulator_that_was_started_anew(cli: Cli, account: Keeping) -> None:
    """A simulator of the same name with calendars of its own is read in full: nothing of the old one stays."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    token = cli.environment["CRONOFY_ACCESS_TOKEN"]
    announce(RunningSimulator(account.url, "id", (), token, pid=1), cli.environment)
    account.synced()
    account.add(start=account.at(1))
    announce(RunningSimulator(account.url, "id", (), token, pid=2), cli.environment)

    done = account.synced()

    assert (done["full_read"], done["changes_since"]) == ("restarted", None)
    assert account.copied() == account.truth()


def test_sentences_for_people(account: Keeping) -> None:
    """At a terminal each change is a line, and a sentence counts them; in a pipe there is the sentence alone."""
    assert account.sync().stdout.startswith("first copy: ")
    uid = account.add(summary="Tea", start=account.at(3), calendar="Work")
    shown = account.sync(terminal=True).stdout.splitlines()
    assert "Tea" in shown[0]
    assert "(Work)" in shown[0]
    events = f"{len(account.truth())} events in {account.cli.folder / 'calendar.db'}"
    assert shown[-1] == f"1 added; {events}"
    account.edit(uid, start=account.at(4))
    assert account.sync().stdout == f"1 moved; {events}\n"
    assert account.sync().stdout == f"nothing changed; {events}\n"


def test_without_the_calendars_names(account: Keeping) -> None:
    """A run that has succeeded ends well and tells what changed, if the calendars' names cannot be had as well."""
    account.synced()
    account.add(summary="Tea", start=account.at(3), calendar="Work")
    account.fail(path_prefix="/v1/calendars", times=1, status=403)

    result = account.sync(terminal=True)

    assert result.exit_code == 0
    assert '"Tea"' in result.stdout
    assert WORK in result.stdout
    assert "warning: calendars are shown as ids: the access token does not allow this (403)" in result.stderr


def test_progress(cli: Cli) -> None:
    """A long run says at a terminal how far it is, but not among the exchanges of --verbose."""
    with keeping(cli, page_size=400) as account:
        account.fail(path_prefix="/v1/events", times=2, delay_s=0.55)
        quiet = account.sync("one.db", terminal=True)
        account.fail(path_prefix="/v1/events", times=2, delay_s=0.55)
        verbose = account.sync("two.db", "--verbose", terminal=True)

    assert "page 1 of 2, 400 events, " in quiet.stderr
    assert quiet.stderr.endswith("\r\x1b[K")
    assert "page 1 of 2" not in verbose.stderr


@pytest.mark.usefixtures("each_database")
def test_changes_as_lines_of_json(account: Keeping) -> None:
    """With --ndjson each change is a line with what differs and the event as it is now."""
    uid = account.add(summary="Tea", start=account.at(3))
    account.synced()
    account.edit(uid, summary="Coffee")

    (line,) = account.sync(None, "--ndjson").lines

    change = json.loads(line)
    assert change["fields"] == [{"field": "summary", "before": "Tea", "after": "Coffee"}]
    assert (change["kind"], change["event_uid"], change["event"]) == ("changed", uid, account.truth()[uid])


def test_lines_of_json_on_a_terminal(account: Keeping) -> None:
    """At a terminal a title that could drive it is written as escapes of the same JSON."""
    account.synced()
    account.add(summary="\x9b31m", start=account.at(1))

    drift = account.sync(None, "--check", "--ndjson", terminal=True).stdout
    change = account.sync(None, "--ndjson", terminal=True).stdout

    assert (json.loads(drift)["summary"], json.loads(change)["summary"]) == ("\x9b31m", "\x9b31m")
    assert "\x9b" not in drift + change


@pytest.mark.usefixtures("each_database")
def test_exit_code_tells_of_changes(account: Keeping) -> None:
    """With --exit-code it ends with 1 if the calendar changed and with 0 if not; without, with 0."""
    assert account.sync(None, "--exit-code").exit_code == 1
    assert account.sync(None, "--exit-code").exit_code == 0
    account.add(start=account.at(1))
    assert account.sync().exit_code == 0
    account.add(start=account.at(1))
    assert account.sync(None, "--exit-code").exit_code == 1


@pytest.mark.usefixtures("each_database")
def test_a_full_read_is_due_after_a_week(account: Keeping) -> None:
    """Everything is read again when a week has passed, when it is asked for, and not before."""
    account.synced()
    account.clock.turn(days=6, hours=23)
    assert account.synced()["full_read"] is None
    account.clock.turn(hours=1)
    assert account.synced()["full_read"] == "due"
    assert account.synced()["full_read"] is None
    assert account.synced(None, "--full")["full_read"] == "asked"


@pytest.mark.usefixtures("each_database")
def test_a_full_read_mends_the_copy(account: Keeping) -> None:
    """What another program did to the copy is put right by a full read, and told as changes."""
    account.synced()
    tamper(account, "DELETE FROM events WHERE event_uid IN (SELECT event_uid FROM events LIMIT 3)")
    tamper(account, ghost(account))

    assert account.counts(None, "--full") == {"added": 3, "removed": 1}
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_columns_for_queries(account: Keeping) -> None:
    """The table has columns to query, and the JSON as it came, unknown fields too."""
    account.add(summary="Fair", start=account.day(2), end=account.day(4), location={"description": "Hall 3"})
    account.synced()

    found = account.rows("SELECT start, \"end\", all_day, location, json FROM events WHERE summary = 'Fair'")

    ((start, end, all_day, location, text),) = found
    assert (start, end, all_day, location) == (account.day(2), account.day(4), True, "Hall 3")
    assert json.loads(text)["options"]["update"] is False


@pytest.mark.parametrize("out", ["calendar.db", "calendar.ndjson"])
def test_only_the_owner_may_read_a_copy(out: str, account: Keeping) -> None:
    """A new copy is its owner's alone; what they allow others later stays so."""
    path = account.cli.folder / out
    account.synced(out)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    account.add(start=account.at(1))
    account.synced(out)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_lines_are_sorted_by_start(account: Keeping) -> None:
    """The file of lines is in the order of the events' starts: two versions can be compared line by line."""
    account.synced("calendar.ndjson")

    starts = [event["start"] for event in account.copied("calendar.ndjson").values()]

    assert starts == sorted(starts)


@pytest.mark.parametrize("name", ["calendar.txt", "notes", "-"])
def test_a_name_that_tells_nothing(name: str, account: Keeping) -> None:
    """A name of no known kind, a file's that has none, and `-` are refused with the kinds that there are."""
    (account.cli.folder / "notes").write_text("mine")

    result = account.sync(name)

    assert result.exit_code == 2
    assert "name a file.db (SQLite), a file.ndjson, or a folder" in result.stderr
    assert [path.name for path in account.cli.folder.iterdir() if path.name in {"calendar.txt", "-"}] == []


def test_a_file_of_something_else(account: Keeping) -> None:
    """A file that is no database, or another program's, is refused and stays as it is."""
    path = account.cli.folder / "notes.db"
    path.write_text("my notes, not a database at all" * 100)
    connection = sqlite3.connect(account.cli.folder / "other.db")
    connection.execute("CREATE TABLE mine (a)")
    connection.close()

    assert "is not a copy of a calendar" in account.sync("notes.db").stderr
    assert path.read_text().startswith("my notes")
    assert "is a database that 'cronofy sync' has not made" in account.sync("other.db").stderr
    assert rows(account.cli.folder / "other.db", "SELECT name FROM sqlite_master") == [("mine",)]


def test_a_folder_that_is_not_there(account: Keeping) -> None:
    """A file in a folder that does not exist is an error, which names the file."""
    result = account.sync("nowhere/calendar.db")

    assert result.exit_code == 1
    assert "nowhere/calendar.db cannot be read or written: No such file or directory" in result.stderr


def test_check_takes_no_other_options(account: Keeping) -> None:
    """--check only compares: what would make it write is refused."""
    assert account.sync(None, "--check", "--full").exit_code == 2


def test_help(cli: Cli) -> None:
    """The help shows how to ask whether the calendar changed, so that a failure is not taken for a change."""
    shown = run_main(cli, "sync", "--help").stdout

    assert "cronofy sync --out calendar.db --json | jq .changed" in shown
    assert "--json | jq -e .changed && echo 'Work changed'" in shown
