"""`cronofy deliveries`: searching, following, tags, differences, exports, pruning."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pexpect
import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignatureState
from tests.adapters.history.samples import forward
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Record, Run
    from tests.support import Cli

OTHER = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"},"number":5}'


@pytest.fixture
def kept(record: Record, cli: Cli) -> None:
    """A change of today, a verification of two hours ago that the app refused, bytes with a wrong signature."""
    today = [make_delivery(1), make_delivery(2, OTHER), make_delivery(3, b"\xff", SignatureState.INVALID, 401)]
    hours = (0, 2, 50)
    now = datetime.now(UTC)
    record(
        *(
            each._replace(request=each.request._replace(received_at=now - timedelta(hours=ago)))
            for each, ago in zip(today, hours, strict=True)
        )
    )
    with open_history(cli.data / "deliveries.db") as history:
        history.forwards.record([forward(1), forward(2, 500)])
        history.tags.put("odd", 3)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--channel", "chn_2"], [2]),
        (["--since", "1h"], [1]),
        (["--since", "3h", "--until", "1h"], [2]),
        (["--until", "1d"], [3]),
        (["--since", "2020-01-01"], [1, 2, 3]),
        (["--since", "1 hour ago"], [1]),
        (["--until", "yesterday"], [3]),
        (["--until", "2020-01-01T00:00:00Z"], []),
        (["--status", "401"], []),
        (["--answered", "401"], [3]),
        (["--answered", "4xx"], [3]),
        (["--answered", "none"], []),
        (["--status", "5xx"], [2]),
        (["--status", "waiting"], []),
        (["--status", "connection_refused"], []),
        (["--status", "500"], [2]),
        (["--status", "failed"], [2]),
        (["--status", "forwarded"], [1]),
        (["--status", "not-forwarded"], [3]),
        (["--search", "chn_"], [1, 2]),
        (["--where", "number > `4`"], [2]),
        (["--where", "number == `null`", "--limit", "1"], [3]),
        (["--where", "notification.type == 'change'", "--type", "verification"], []),
    ],
)
def test_filters(options: list[str], numbers: list[int], kept: None, run: Run) -> None:
    """Each filter alone and with others."""
    assert [each["id"] for each in run("deliveries", "list", *options, "--json").json] == numbers


@pytest.mark.parametrize(
    "options",
    [
        ["--since", "soonish"],
        ["--since", "2026-13-01T00:00:00Z"],
        ["--status", "7"],
        ["--where", "a =="],
        ["--since", ""],
        ["--where", ""],
    ],
)
def test_wrong_filters(options: list[str], run: Run) -> None:
    """What cannot be meant is wrong usage that names the option."""
    result = run("deliveries", "list", *options)

    assert result.exit_code == 2
    assert options[0] in result.stderr


def test_follow(cli: Cli, kept: None, record: Record) -> None:
    """What comes later is printed as it comes, until the end is asked for."""
    with cli.start("deliveries", "list", "--follow", "--type", "change", "--ndjson") as running:
        running.wait_until(lambda lines: len(lines) == 1)
        record(make_delivery(0, OTHER), make_delivery(0))
        running.wait_until(lambda lines: len(lines) == 2)
        exit_code = running.stop()

    assert [json.loads(line)["id"] for line in running.lines] == [1, 5]
    assert exit_code == 130


# pexpect forks; Python 3.12 warns of that when another test has left a thread.
@pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning")
def test_follow_on_a_terminal(cli: Cli, kept: None, record: Record) -> None:
    """For people, too, what is there is seen at once, and what comes later as it comes."""
    program, *arguments = cli.command("deliveries", "list", "--follow", "--type", "change")
    child = pexpect.spawn(program, arguments, env=cli.environment, encoding="utf-8", dimensions=(24, 120), timeout=60)
    try:
        child.expect("\n1  ")
        record(make_delivery(0, OTHER), make_delivery(0))
        child.expect("\n5  ")
    finally:
        child.close(force=True)


def test_follow_has_no_end(kept: None, run: Run) -> None:
    """One JSON document cannot go on for ever."""
    result = run("deliveries", "list", "--follow", "--json")

    assert (result.exit_code, result.stdout) == (2, "")


def test_tags(kept: None, run: Run) -> None:
    """A delivery gets a name, is found by it, and loses it."""
    assert run("deliveries", "tag", "1", "good", "--json").json == {"tag": "good", "delivery_id": 1}
    assert run("deliveries", "show", "@good", "--raw").stdout_bytes == CHANGE
    assert run("deliveries", "show", "1", "--json").json["tags"] == ["good"]
    assert run("deliveries", "tag").lines == ["@good\t1", "@odd\t3"]
    assert run("deliveries", "tag", "--remove", "@good", "--json").json == {"removed_tag": "good"}
    missing = run("deliveries", "show", "@good")
    assert (missing.exit_code, missing.stderr.splitlines()[0]) == (1, "error: no delivery has the tag @good")


def test_a_tag_that_moves(kept: None, run: Run) -> None:
    """A tag that another delivery had is said to be gone from there."""
    assert run("deliveries", "tag", "1", "odd").stdout == "#1 is @odd, #3 no longer\n"
    assert run("deliveries", "tag", "1", "odd").stdout == "#1 is @odd\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["1"], "a delivery and a tag are needed"),
        (["1", "last"], "'last' is no tag: it means the newest delivery"),
        (["1", "5"], "'5' is no tag: it means delivery #5"),
        (["1", "a b"], "'a b' is not a valid tag"),
        (["1", "x", "--remove", "odd"], "a delivery and a tag are needed"),
    ],
)
def test_names_that_cannot_be(arguments: list[str], reason: str, kept: None, run: Run) -> None:
    """A name must not be mistaken for something else, and the error says for what."""
    result = run("deliveries", "tag", *arguments)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, f"error: {reason}")


def test_show_parts(kept: None, run: Run) -> None:
    """Headers as they came, each forward with its answer, and a curl command to where it went."""
    assert run("deliveries", "show", "1", "--headers").stdout_bytes == (
        b"Content-Type: application/json\nx-Odd: \xe9\x1b[2J\n"
    )
    assert (
        run("deliveries", "show", "2", "--forwards").lines[0].endswith("http://localhost:3000/hook\t1\t500\t23\tlisten")
    )
    assert "'http://localhost:3000/hook'" in run("deliveries", "show", "1", "--curl").stdout
    (attempt,) = run("deliveries", "show", "2", "--json").json["forwards"]
    assert (attempt["status"], attempt["succeeded"], attempt["response_body_is_cut"]) == (500, False, True)
    assert "    forwards" in run("deliveries", "show", "2").lines
    assert run("deliveries", "show", "2", "--raw", "--curl").exit_code == 2


def test_the_answers_for_people(kept: None, run: Run) -> None:
    """On a terminal --forwards shows each answer with its head and body."""
    shown = run("deliveries", "show", "2", "--forwards", terminal=True).stdout.splitlines()

    assert "-> 500 in 23 ms" in shown[0]
    assert shown[1] == "    HTTP/1.1 500 X"
    assert run("deliveries", "show", "3", "--forwards", terminal=True).stdout == ""


def test_the_day_of_a_delivery(record: Record, run: Run) -> None:
    """What is shown may be of any day: its moment is written as in the list."""
    record(make_delivery(1))

    assert run("deliveries", "show", "1").lines[0].startswith("2026-11-22T12:04:31.123Z  change ")


def test_diff(kept: None, run: Run) -> None:
    """What is different, a row each; nothing when nothing is."""
    rows = [line.split("\t") for line in run("deliveries", "diff", "1", "2").lines]

    assert ["body", "notification.type", '"change"', '"verification"'] in rows
    assert ["body", "number", "-", "5"] in rows
    assert run("deliveries", "diff", "1", "1", "--json").json == []


def test_diff_of_events(record: Record, cli: Cli, run: Run) -> None:
    """What was read because of them is compared by event_uid."""
    record(make_delivery(1), make_delivery(2))
    with open_history(cli.data / "deliveries.db") as history:
        for number, title in ((1, b"Lunch"), (2, b"Late lunch")):
            history.attach_events([number], b'{"events":[{"event_uid":"evt_1","summary":"%s"}]}' % title)

    [difference] = run("deliveries", "diff", "1", "2", "--json").json

    expected = {"part": "event", "place": "events[evt_1].summary", "before": '"Lunch"', "after": '"Late lunch"'}
    assert difference == expected


def test_export_and_import(kept: None, cli: Cli, run: Run, tmp_path: Path) -> None:
    """What is written to a file is private, and put into an empty history it is the same."""
    file = tmp_path / "out.ndjson"
    assert run("deliveries", "export", "-o", str(file)).stdout == ""

    (cli.data / "deliveries.db").unlink()
    assert run("deliveries", "import", str(file), "--json").json == {"imported": 3, "already_there": 0}
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("deliveries", "show", "3", "--raw").stdout_bytes == b"\xff"
    broken = run("deliveries", "import", "-", stdin=file.read_bytes() + b"{}")
    assert (broken.exit_code, len(run("deliveries", "list").lines)) == (2, 3)


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ([], b'{"id":1,'),
        (["1", "--format", "har"], b'{"log":{"version":"1.2"'),
        (["1", "--format", "curl"], b"#!/bin/sh\n"),
        (["--type", "change", "--format", "pytest"], b'"""Push notifications'),
    ],
)
def test_export_to_stdout(options: list[str], start: bytes, kept: None, run: Run) -> None:
    """Each form goes to stdout when no file is named."""
    assert run("deliveries", "export", *options).stdout_bytes.startswith(start)


def test_what_to_export_is_said_once(kept: None, run: Run) -> None:
    """Numbers and filters at once cannot be meant; an output of - is stdout."""
    assert run("deliveries", "export", "1", "--type", "verification").exit_code == 2
    assert run("deliveries", "export", "1", "-o", "-").stdout_bytes.startswith(b'{"id":1,')


def test_prune(kept: None, run: Run) -> None:
    """Old ones go after a question, tagged ones stay, and without a terminal the flag is named."""
    asked = run("deliveries", "prune", "--older-than", "1h")
    assert asked.exit_code == 2
    assert "--yes" in asked.stderr
    assert run("deliveries", "prune", "--older-than", "1h", "--yes", "--json").json == {"removed": 1}
    assert [each["id"] for each in run("deliveries", "list", "--json").json] == [1, 3]
    assert run("deliveries", "prune", "--keep", "0", "--yes").stdout == "1 removed\n"
    assert "--older-than or --keep: one of them is needed" in run("deliveries", "prune", "--yes").stderr
    both = run("deliveries", "prune", "--keep", "1", "--older-than", "1d", "--yes")
    assert (both.exit_code, "--older-than or --keep: not both" in both.stderr) == (2, True)
    refused = run("deliveries", "prune", "--keep", "0", stdin=b"n\n", terminal=True)
    assert (refused.exit_code, "nothing was removed" in refused.stderr) == (2, True)


def test_path(cli: Cli, run: Run) -> None:
    """Where it is, whether it is there or not."""
    assert run("deliveries", "path").stdout == f"{cli.data / 'deliveries.db'}\n"


def test_import_of_what_powershell_wrote(kept: None, cli: Cli, run: Run) -> None:
    """What PowerShell's `>` made of an export is put back just as well."""
    exported = run("deliveries", "export").stdout
    raw = run("deliveries", "show", "3", "--raw").stdout_bytes

    for content in (
        b"\xff\xfe" + exported.replace("\n", "\r\n").encode("utf-16-le"),
        b"\xef\xbb\xbf" + exported.encode(),
    ):
        (cli.data / "deliveries.db").unlink()
        assert run("deliveries", "import", "-", "--json", stdin=content).json["imported"] == 3
        assert run("deliveries", "show", "3", "--raw").stdout_bytes == raw


@pytest.mark.parametrize(
    ("kept_before", "options", "shown", "is_said"),
    [
        (50, [], range(1, 51), False),
        (51, [], range(2, 52), True),
        (60, [], range(11, 61), True),
        (51, ["--all"], range(1, 52), False),
        (51, ["--limit", "2"], range(50, 52), False),
    ],
)
def test_how_many_are_listed(
    kept_before: int, options: list[str], shown: range, is_said: bool, record: Record, run: Run
) -> None:
    """The newest 50, and whether there are more; all of them or as many as asked for without a word."""
    record(*(make_delivery(number) for number in range(1, kept_before + 1)))

    listed = run("deliveries", "list", "--json", *options)

    assert [each["id"] for each in listed.json] == list(shown)
    assert ("note: these are the newest 50; older ones that match are left out" in listed.stderr) is is_said
