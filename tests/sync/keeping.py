"""A simulator whose clock a test turns, its calendar's owner, and copies of it kept by `cronofy sync`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.zones import find_zone
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from tests.support import Cli, Result

ZONE = "Europe/London"
"""The simulated account's own."""


class Clock:
    """The simulator's time. It stands still unless it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def turn(self, **distance: float) -> None:
        """Let time pass at once."""
        self.now += timedelta(**distance)


class Keeping:
    """One simulated account, what its owner does, and the copies."""

    def __init__(self, server: SimulatorServer, clock: Clock, http: httpx.Client, cli: Cli) -> None:
        self.url = server.url
        self.clock = clock
        self.http = http
        self.cli = cli
        cli.environment["CRONOFY_ACCESS_TOKEN"] = ACCESS_TOKEN
        cli.environment["CRONOFY_DATA_CENTER"] = server.url

    def sync(self, out: str | Path = "calendar.db", *options: str, terminal: bool = False) -> Result:
        """Run `cronofy sync`."""
        return run_main(self.cli, "sync", "--out", self.cli.folder / out, *options, terminal=terminal)

    def synced(self, out: str | Path = "calendar.db", *options: str) -> Any:
        """Run it to a good end, and return its document."""
        result = self.sync(out, "--json", *options)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.json

    def counts(self, out: str | Path = "calendar.db", *options: str) -> dict[str, int]:
        """Run it to a good end, and return what it counted, without the zeros."""
        return {name: count for name, count in self.synced(out, *options)["counts"].items() if count}

    def copied(self, out: str | Path = "calendar.db") -> dict[str, Any]:
        """Return the events of a copy by their uids."""
        path = self.cli.folder / out
        if path.suffix == ".db":
            return {uid: json.loads(text) for uid, text in rows(path, "SELECT event_uid, json FROM events")}
        path = path / "events.ndjson" if path.is_dir() else path
        events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        by_uid = {event["event_uid"]: event for event in events}
        assert len(by_uid) == len(events)
        return by_uid

    def truth(self, **parameters: str | list[str]) -> dict[str, Any]:
        """Return what a full read of today's window says, by uid."""
        window = sync_window(self.clock.now.astimezone(find_zone(ZONE)).date())
        days = {"from": window.first.isoformat(), "to": window.end.isoformat()}
        answer = self._get("/v1/events", {"tzid": ZONE, "include_managed": "true", **days, **parameters})
        found = list(answer["events"])
        while "next_page" in answer["pages"]:
            answer = self._get(answer["pages"]["next_page"], {})
            found += answer["events"]
        return {event["event_uid"]: event for event in found}

    def uid(self, summary: str) -> str:
        """Return an event of the window with a title."""
        return next(uid for uid, event in self.truth().items() if event["summary"] == summary)

    def add(self, **fields: object) -> str:
        """The owner adds an event."""
        answer = self.http.post("/simulator/events", json=fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["event"]["event_uid"])

    def edit(self, uid: str, **fields: object) -> int:
        """The owner moves or changes an event; return the status."""
        return self.http.patch(f"/simulator/events/{uid}", json=fields).status_code

    def delete(self, uid: str) -> int:
        """The owner deletes an event; return the status."""
        return self.http.delete(f"/simulator/events/{uid}").status_code

    def undelete(self, uid: str) -> int:
        """The owner takes an event out of the bin; return the status."""
        return self.http.post(f"/simulator/events/{uid}/undelete", json={}).status_code

    def write(self, calendar_id: str, event_id: str, **fields: object) -> None:
        """The application writes one of its own events."""
        answer = self.http.post(f"/v1/calendars/{calendar_id}/events", json={"event_id": event_id, **fields})
        assert answer.status_code == 202, answer.text

    def fail(self, **fault: object) -> None:
        """Order a failure of calls."""
        assert self.http.post("/simulator/faults", json=fault).status_code == 201

    def day(self, distance: int) -> str:
        """Return a day by its distance from today."""
        return (self.clock.now.date() + timedelta(days=distance)).isoformat()

    def at(self, distance: int, hour: int = 12) -> str:
        """Return a time on a day by its distance from today."""
        return f"{self.day(distance)}T{hour:02}:00:00Z"

    def _get(self, path: str, parameters: dict[str, str | list[str]]) -> Any:
        answer = self.http.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def keeping(cli: Cli, **choices: Any) -> Iterator[Keeping]:
    """Serve a simulator with a standing clock."""
    clock = Clock()
    library = import_httpx()
    settings = SimulatorSettings(**{"port": 0, "page_size": 1000} | choices)
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    with (
        SimulatorServer(settings, clock=clock) as server,
        library.Client(base_url=server.url, headers=headers, trust_env=False, timeout=10) as http,
    ):
        yield Keeping(server, clock, http, cli)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in a database."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
