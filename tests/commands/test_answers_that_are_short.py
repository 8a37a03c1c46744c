"""An empty or short answer says why, and an error repeats no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

TOKEN = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1fG"


def test_no_match_is_not_nothing(record: Record, run: Run) -> None:
    """A filter without a match does not say that there are no deliveries yet."""
    assert "No deliveries yet" in run("deliveries", "list", terminal=True).stderr
    record(make_delivery(body=CHANGE))

    shown = run("deliveries", "list", "--search", "nowhere", terminal=True).stderr
    assert "No delivery matches" in shown
    assert "No deliveries yet" not in shown


def test_no_match_because_of_capitals(record: Record, run: Run) -> None:
    """A search without a match says that capitals count, if there are letters in it."""
    record(make_delivery(body=CHANGE))

    for words, is_said in (
        (("--search", "CHANGE"), True),
        (("--search", "0815"), False),
        (("--type", "smart_invite"), False),
    ):
        shown = " ".join(run("deliveries", "list", *words, terminal=True).stderr.split())
        assert "No delivery matches" in shown
        assert ("--search tells capitals from small letters" in shown) is is_said


@pytest.mark.parametrize("options", [(), ("--json",), ("--ndjson",), ("--type", "change")])
def test_what_a_default_limit_leaves_out(record: Record, run: Run, options: tuple[str, ...]) -> None:
    """The newest 50 are shown, stderr says so in a pipe too, and --all shows all of them without a word."""
    record(*(make_delivery(body=CHANGE) for _ in range(51)))

    cut, whole = run("deliveries", "list", *options), run("deliveries", "list", "--all", *options)
    assert "the newest 50" in cut.stderr
    assert "--all" in cut.stderr
    assert whole.stderr == ""
    assert whole.stdout.count("chn_1") - cut.stdout.count("chn_1") == cut.stdout.count("chn_1") / 50
    assert run("deliveries", "list", "--limit", "50").stderr == ""


def test_an_account_without_an_id(run: Run, cronofy: ScriptedServer, cli: Cli) -> None:
    """Where Cronofy does not say whose account it is, no copy is made of it."""
    cronofy.answer(json={"email": "ada@x.test"})

    result = run("sync", "--out", cli.folder / "calendar.db")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "error: the response to GET /v1/userinfo has no account",
        "hint: check --data-center",
    ]
    assert not (cli.folder / "calendar.db").exists()


def test_calendars_of_settings_are_named(run_at_simulator: Run, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project file that narrows the calendars is named by whatever reads events, and --calendar ends that."""
    monkeypatch.chdir(cli.folder)
    (cli.folder / ".cronofy.toml").write_text('calendars = ["Work"]\n')

    for command in (
        ("events", "read", "--from", "today"),
        ("free-busy", "read", "--from", "today"),
        ("events", "get", "evt_none"),
        ("events", "follow", "--since", "2020-01-01", "--count", "1"),
    ):
        noted = run_at_simulator(*command)
        assert ".cronofy.toml says: Work" in noted.stderr
        assert "says: Work" not in run_at_simulator(*command, "--calendar", "Work").stderr
    assert "says: Work" in run_at_simulator("sync", "--out", cli.folder / "c.db").stderr


@pytest.mark.parametrize(
    "command",
    [
        ("auth", "login", "--client-id", "x", "--client-secret-file", TOKEN),
        ("auth", "token", TOKEN),
        ("sign", "-", f"--client-secret-file={TOKEN}"),
        ("auth", "login", "--access-token-file", TOKEN, "--json"),
    ],
)
def test_a_secret_is_not_repeated(run: Run, cli: Cli, command: tuple[str, ...]) -> None:
    """A secret where something else belongs is not repeated in the error, in words or in JSON."""
    cli.environment["CRONOFY_NO_KEYRING"] = "1"

    result = run(*command, stdin=CHANGE)

    assert result.exit_code in {2, 4}
    assert TOKEN not in result.stderr
    assert "aB3d…" in result.stderr or "aB3d\\u2026" in result.stderr


def test_a_table_of_events_names_calendars(run_at_simulator: Run) -> None:
    """A table of events or busy periods has the names of calendars, also before they were ever listed."""
    for command in (("events", "read"), ("free-busy", "read")):
        shown = run_at_simulator(*command, "--from", "today", "--to", "+3d", terminal=True).stdout

        assert "Work" in shown
        assert "cal_" not in shown


def test_calendars_are_listed_once_for_their_names(cli: Cli, cronofy: ScriptedServer) -> None:
    """What was listed is kept; an id that is not among it is looked for once, and stays whole if it has no name."""
    long_id = f"cal_{'x' * 40}"
    events = [{"event_uid": f"evt_{each}", "calendar_id": each, "start": "2026-12-01"} for each in ("cal_1", long_id)]
    answer = {"pages": {"current": 1, "total": 1}, "events": events}
    cronofy.answer(json=answer)
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Work"}]})
    cronofy.answer(json=answer | {"events": events[:1]})

    read = ("events", "read", "--tzid", "Etc/UTC", "--include-managed")
    first, second = (run_main(cli, *read, terminal=True) for _ in range(2))

    assert "Work" in first.stdout
    assert long_id in first.stdout
    assert "Work" in second.stdout
    assert len(cronofy.requests) == 3
