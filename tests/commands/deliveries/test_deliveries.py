"""`cronofy deliveries`: what was received and is kept."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignatureState
from tests.samples import CHANGE, make_delivery, make_event, make_read

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run
    from tests.support import Cli

VERIFICATION = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_1"}}'
ODD = bytes(range(256))


@pytest.fixture
def kept(record: Record) -> None:
    """Four deliveries: a change, a verification with a wrong signature, bytes that are no text, a second change."""
    record(
        make_delivery(1),
        make_delivery(2, VERIFICATION, SignatureState.INVALID, 401),
        make_delivery(3, ODD, SignatureState.UNSIGNED, 401, headers=()),
        make_delivery(4),
    )


def test_in_a_pipe(kept: None, run: Run) -> None:
    """A row a delivery, the newest last: number, time, type, verdict, our answer, channel, since when, the app's."""
    assert run("deliveries", "list").lines == [
        "1\t2026-11-22T12:04:31.123Z\tchange\tvalid\t200\tchn_1\t2026-11-22T09:24:16Z\t-",
        "2\t2026-11-22T12:04:31.123Z\tverification\tinvalid\t401\tchn_1\t-\t-",
        "3\t2026-11-22T12:04:31.123Z\tnot JSON\tunsigned\t401\t-\t-\t-",
        "4\t2026-11-22T12:04:31.123Z\tchange\tvalid\t200\tchn_1\t2026-11-22T09:24:16Z\t-",
    ]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--limit", "2"], [3, 4]),
        (["--type", "change"], [1, 4]),
        (["--type", "change", "--limit", "1"], [4]),
        (["--signature", "invalid"], [2]),
        (["--signature", "valid", "--type", "verification"], []),
        (["--type", "' OR 1=1 --"], []),
        (["--limit", "1000000000"], [1, 2, 3, 4]),
    ],
)
def test_filters(options: list[str], numbers: list[int], kept: None, run: Run) -> None:
    """The newest of those that fit, still in order."""
    assert [each["id"] for each in run("deliveries", "list", *options, "--json").json] == numbers


@pytest.mark.parametrize("limit", ["0", "-1", "many", "99999999999999999999999"])
def test_a_limit_that_is_none(limit: str, run: Run) -> None:
    """A number that cannot be meant is wrong usage."""
    assert run("deliveries", "list", "--limit", limit).exit_code == 2


def test_all_and_a_limit(run: Run) -> None:
    """Both cannot be meant."""
    result = run("deliveries", "list", "--all", "--limit", "2")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: --all and --limit cannot be combined\nhint: leave out one of them\n"


@pytest.mark.parametrize("flag", ["--json", "--ndjson"])
def test_nothing_is_kept(flag: str, cli: Cli, run: Run) -> None:
    """Before anything was received the list is empty, and looking creates no file."""
    result = run("deliveries", "list", flag)

    assert (result.exit_code, result.stdout.strip()) == (0, "[]" if flag == "--json" else "")
    assert not cli.data.exists()


def test_one_delivery(kept: None, run: Run) -> None:
    """The request as it came, with the verdict and our answer."""
    lines = run("deliveries", "show", "2").lines

    assert "✗ wrong signature" in lines[0]
    assert "<- 401  #2" in lines[0]
    assert lines[1] == "    POST /r/k3v9?user_id=42"
    assert '        "type": "verification"' in lines


def test_hostile_bytes_cannot_drive_the_terminal(kept: None, run: Run) -> None:
    """A body of every byte there is, shown to people, has no control character left but line ends."""
    shown = run("deliveries", "show", "3", terminal=True).stdout

    assert not {chr(number) for number in range(32)} & set(shown.replace("\x1b[", "")) - {"\n"}
    assert r"\xff" in shown


@pytest.mark.parametrize(("choice", "body"), [("3", ODD), ("last", CHANGE), ("#1", CHANGE)])
def test_raw(choice: str, body: bytes, kept: None, run: Run) -> None:
    """With --raw stdout is the body's bytes and nothing else."""
    result = run("deliveries", "show", choice, "--raw")

    assert (result.stdout_bytes, result.stderr) == (body, "")


@pytest.mark.parametrize("flag", ["--json", "--ndjson"])
def test_with_its_events(flag: str, cli: Cli, kept: None, run: Run) -> None:
    """As JSON the events that were read for it are part of the document, each as it came."""
    read = make_read(make_event(7, new="1.50"), delivery_ids=(1, 4))
    with open_history(cli.data / "deliveries.db") as history:
        history.attach_events(read.delivery_ids, read.payload({}))

    first, second = run(flag, "deliveries", "show", "1"), run(flag, "deliveries", "show", "2")

    assert first.json["events"] == json.loads(read.payload({}))
    assert b'"new":1.50' in first.stdout_bytes
    assert first.stdout.count("\n") == 1
    assert second.json["events"] is None


def test_with_its_events_for_people(cli: Cli, kept: None, run: Run) -> None:
    """For people the events follow, indented."""
    read = make_read(make_event(7), delivery_ids=(1,))
    with open_history(cli.data / "deliveries.db") as history:
        history.attach_events(read.delivery_ids, read.payload({}))

    shown = run("deliveries", "show", "1").stdout

    assert "\n    events read for it\n" in shown
    assert '\n          "event_uid": "evt_7",\n' in shown


@pytest.mark.parametrize(
    ("choice", "exit_code", "said"),
    [
        ("99", 1, "there is no delivery #99"),
        ("99999999999999999999", 1, "there is no delivery #99999999999999999999"),
        ("first", 2, "'first' does not name a delivery"),
    ],
)
def test_a_delivery_that_is_not_there(choice: str, exit_code: int, said: str, kept: None, run: Run) -> None:
    """A number that is unknown, and a word that is no number."""
    result = run("deliveries", "show", choice)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.startswith(f"error: {said}\n")


def test_a_file_that_is_no_history(cli: Cli, run: Run) -> None:
    """A damaged file is an error with a hint, not a traceback."""
    cli.data.mkdir()
    (cli.data / "deliveries.db").write_bytes(b"this is not a database" * 100)

    result = run("deliveries", "list", "--json")

    assert (result.exit_code, result.stdout, result.error["code"]) == (1, "", "history_unavailable")
    assert result.error["hint"]


def test_reading_while_another_program_writes(cli: Cli, kept: None, run: Run) -> None:
    """A list can be had while a transaction is open elsewhere."""
    writer = sqlite3.connect(cli.data / "deliveries.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    result = run("deliveries", "list")

    writer.execute("ROLLBACK")
    writer.close()
    assert len(result.lines) == 4
