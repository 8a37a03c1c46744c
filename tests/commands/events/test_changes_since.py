"""`events read --changes-since`: what a notification speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignatureState
from tests.in_process import run_main
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

READ = ("events", "read", "--tzid", "Etc/UTC")
EMPTY: dict[str, object] = {"pages": {}, "events": []}
VERIFICATION = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_1"}}'
FILTERED = CHANGE.replace(b'"filters":{}', b'"filters":{"calendar_ids":["cal_1","cal_2"],"only_managed":true}')
LATER = CHANGE.replace(b"09:24:16Z", b"10:00:00Z")
EVERYTHING = [("include_managed", "true"), ("include_deleted", "true"), ("include_moved", "true")]


@pytest.fixture
def kept(record: Record) -> None:
    """A change of a channel with filters, a verification, a change, and one with a wrong signature."""
    record(
        make_delivery(1, FILTERED),
        make_delivery(2, VERIFICATION),
        make_delivery(3, LATER),
        make_delivery(4, CHANGE, SignatureState.INVALID, 401),
    )


def sent(cronofy: ScriptedServer) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(cronofy.requests[-1].target).query)


def test_the_last_change(kept: None, cli: Cli, cronofy: ScriptedServer) -> None:
    """`last` is the last change that is not forged: since then, with nothing left out."""
    cronofy.answer(json=EMPTY)

    run_main(cli, *READ, "--changes-since", "last")

    assert sent(cronofy) == [("tzid", "Etc/UTC"), ("last_modified", "2026-11-22T10:00:00Z"), *EVERYTHING]


@pytest.mark.parametrize("choice", ["1", "#1", "@odd"])
def test_a_delivery_with_its_channels_filters(choice: str, kept: None, cli: Cli, cronofy: ScriptedServer) -> None:
    """A delivery is named as everywhere, and only the calendars and events of its channel are read."""
    with open_history(cli.data / "deliveries.db") as history:
        history.tags.put("odd", 1)
    cronofy.answer(json=EMPTY)

    run_main(cli, *READ, "--changes-since", choice)

    assert sent(cronofy) == [
        ("tzid", "Etc/UTC"),
        ("calendar_ids[]", "cal_1"),
        ("calendar_ids[]", "cal_2"),
        ("last_modified", "2026-11-22T09:24:16Z"),
        EVERYTHING[0],
        ("only_managed", "true"),
        *EVERYTHING[1:],
    ]


def test_options_besides(kept: None, cli: Cli, cronofy: ScriptedServer) -> None:
    """--calendar comes before the channel's filter, and days and other options are sent too."""
    cronofy.answer(json=EMPTY)

    run_main(cli, *READ, "--changes-since", "1", "--calendar", "cal_2", "--from", "2026-11-22", "--include-geo")

    assert {("from", "2026-11-22"), ("include_geo", "true")} <= set(sent(cronofy))
    assert [value for name, value in sent(cronofy) if name == "calendar_ids[]"] == ["cal_2"]


def test_a_time(cli: Cli, cronofy: ScriptedServer) -> None:
    """Since a time everything is read as well, also what was deleted or moved away."""
    cronofy.answer(json=EMPTY)

    run_main(cli, *READ, "--changes-since", "2026-11-22T09:24:16Z")

    assert sent(cronofy) == [("tzid", "Etc/UTC"), ("last_modified", "2026-11-22T09:24:16Z"), *EVERYTHING]


@pytest.mark.parametrize(
    ("choice", "exit_code", "message"),
    [
        ("2", 2, "error: delivery #2 is 'verification', which does not report changes"),
        ("9", 1, "error: there is no delivery #9"),
        ("@nowhere", 1, "error: no delivery has the tag @nowhere"),
    ],
)
def test_what_is_no_change(choice: str, exit_code: int, message: str, kept: None, run: Run, cronofy: object) -> None:
    """A delivery that is not there, or speaks of no changes, is named."""
    result = run(*READ, "--changes-since", choice)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (exit_code, message)


def test_before_the_first_change(run: Run, cronofy: object) -> None:
    """Where none has come yet, `last` says so."""
    result = run(*READ, "--changes-since", "last")

    assert (result.exit_code, result.stderr.splitlines()) == (
        1,
        ["error: no 'change' has been received yet", "hint: name a time: --changes-since 2h"],
    )


def test_another_data_center(kept: None, cli: Cli, cronofy: ScriptedServer) -> None:
    """A delivery from elsewhere is read here as asked, with a warning."""
    cronofy.answer(json=EMPTY)

    result = run_main(cli, *READ, "--changes-since", "3")

    assert result.stderr.startswith(f"warning: delivery #3 was received from data center simulator, and {cronofy.url}")
