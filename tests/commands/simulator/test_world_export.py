"""`cronofy simulator world export --signed-in`: a real account as a world file that says nothing of anybody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from cronofy_cli.testing.simulator import Simulator
from tests.simulator.running import running

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.support import Cli

TEXTS = ("summary", "description", "display_name", "email", "join_url", "event_uid", "calendar_id", "profile_id")


def everything(settings: SimulatorSettings) -> tuple[list[dict[str, Any]], str]:
    """The events of an account, and its whole self as JSON."""
    with running(settings) as simulator:
        events = simulator.events(include_managed="true", localized_times="true")
        rest = [simulator.get(path) for path in ("/v1/userinfo", "/v1/profiles", "/v1/calendars")]
        return events, json.dumps([rest, events])


def said(document: object) -> set[str]:
    """Every text of a document that says something of somebody."""
    if isinstance(document, list):
        return {one for item in document for one in said(item)}
    if not isinstance(document, dict):
        return set()
    own = {str(value) for key, value in document.items() if key in TEXTS and value}
    return own | {one for value in document.values() for one in said(value)}


def shape(events: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """What stays of events: when they are, in which zone, in which state, with how many people."""
    kept = ("start", "end", "participation_status", "transparency", "status", "event_private")
    return sorted(
        (
            *(json.dumps(one[name]) for name in kept),
            json.dumps([attendee["status"] for attendee in one["attendees"]]),
            bool(one.get("location")),
            bool(one.get("conferencing")),
        )
        for one in events
    )


def test_an_account_becomes_a_world(run: Run, cli: Cli, simulator: SimulatorServer, tmp_path: Path) -> None:
    """Its file starts a simulator with the same calendars and times, and holds no text of the account."""
    cli.environment["CRONOFY_ACCESS_TOKEN"] = ACCESS_TOKEN
    path = tmp_path / "team.toml"

    done = run("simulator", "world", "export", "--signed-in", "--data-center", simulator.url, "-o", path)

    assert done.exit_code == 0, done.stderr
    assert "Names, addresses, titles, texts, places and ids" in done.stderr
    real, whole = everything(SimulatorSettings(port=0))
    made, _ = everything(SimulatorSettings(port=0, world_file=path))
    assert shape(made) == shape(real)
    assert len({one["summary"] for one in made}) == len({one["summary"] for one in real})
    text = path.read_text("utf-8")
    assert [one for one in said(json.loads(whole)) if f'"{one}"' in text] == []
    assert "janed" not in text
    assert "company" not in text


def test_the_world_is_used_as_any_other(run: Run, cli: Cli, simulator: SimulatorServer) -> None:
    """Calendars keep who may write to them and which is the primary one; the usual token opens the world."""
    cli.environment["CRONOFY_ACCESS_TOKEN"] = ACCESS_TOKEN

    text = run("simulator", "world", "export", "--signed-in", "--data-center", simulator.url).stdout

    client = Simulator(simulator.url)
    with client.world(text) as world:
        account = world.account("owner@example.com")
        assert [(one.name, one.readonly) for one in account.calendars] == [
            ("Calendar 1", False),
            ("Calendar 2", False),
            ("Calendar 3", True),
        ]
        assert account.calendar("Calendar 2").add_event("Lunch").summary == "Lunch"
    client.close()


def test_without_a_sign_in(run: Run) -> None:
    """An account needs a sign-in, and the message says which."""
    refused = run("simulator", "world", "export", "--signed-in", "--data-center", "uk")

    assert refused.exit_code == 4
    assert "hint: cronofy auth login --data-center uk" in refused.stderr
