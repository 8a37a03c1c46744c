"""`cronofy demo`: the whole story with nothing set up."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.in_process import run_main

if TYPE_CHECKING:
    import pytest

    from tests.support import Cli


def test_for_people(cli: Cli) -> None:
    """A channel, its verification, an event added, moved and deleted, each verified, nothing left."""
    result = cli("demo", "--color", "never")

    assert result.exit_code == 0
    told = [line.split()[1] for line in result.stderr.splitlines() if line.startswith(" ✓ ")]
    assert told == ["signed", "listening", "channel", "verification", "closed"]
    opened, closed = re.findall(r"(?:channel|closed) +(chn_\w+)", result.stderr)
    assert opened == closed
    changes = [line for line in result.lines if "change" in line]
    assert len(changes) == 3
    assert all("✓ signed" in line and "<- 200" in line for line in changes)
    events = [line.strip() for line in result.lines if "Coffee with Ada" in line]
    assert [line[0] for line in events] == ["+", "~", "-"]
    assert len(set(events)) == 3


def test_for_programs_and_afterwards(cli: Cli) -> None:
    """With --json each line of stdout is a document; what arrived is in the history, with its events."""
    result = cli("demo", "--json")

    lines = [json.loads(line) for line in result.lines]
    assert result.exit_code == 0
    assert [line["kind"] for line in lines] == ["delivery", "events"] * 3
    assert {line["signature"]["state"] for line in lines if line["kind"] == "delivery"} == {"valid"}
    assert [line["events"][0]["deleted"] for line in lines if line["kind"] == "events"] == [False, False, True]
    kept = run_main(cli, "deliveries", "list", "--json").json
    assert [each["type"] for each in kept] == ["verification", "change", "change", "change"]
    last = run_main(cli, "deliveries", "show", "last", "--json").json
    assert last["events"]["events"][0]["summary"] == "Coffee with Ada"
    verified = run_main(
        cli, "verify", "--delivery", "last", environment={"CRONOFY_CLIENT_SECRET": "CRN_simulator_client_secret"}
    )
    assert verified.exit_code == 0


def test_a_notification_that_does_not_arrive(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a step takes too long it ends with 124 and says where to look; its channel is closed."""
    monkeypatch.setattr("cronofy_cli.commands.demo.STEP_LIMIT_S", 0.0)

    result = run_main(cli, "demo")

    assert result.exit_code == 124
    assert "error: the notification did not arrive within 0 s\nhint: run it again" in result.stderr
    assert "cronofy deliveries list" in result.stderr
