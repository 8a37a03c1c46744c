"""A simulator whose clock a test turns, its calendar's owner, and copies of it kept by `cronofy sync`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.adapters.postgres import is_postgres
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.zones import find_zone
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from cronofy_cli.sync.copy.postgres_schema import SCHEMA
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import httpx

    from cronofy_cli.simulator.request_log import LoggedRequest
    from tests.support import Cli, Result

ZONE = "Europe/London"
"""The simulated account's own."""
POSTGRES = "postgres"
"""Stands for an empty PostgreSQL database, among the names of copies."""


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

    def __init__(
        self,
        server: SimulatorServer,
        clock: Clock,
        http: httpx.Client,
        cli: Cli,
        database: Callable[[], str],
        requests: Sequence[LoggedRequest],
    ) -> None:
        self.out: str | Path = "calendar.db"
        """The copy that is meant where none is named."""
        self._database = database
        self.url = server.url
        self.clock = clock
        self.http = http
        self.cli = cli
        self.requests = requests
        """What the simulator has answered."""
        cli.environment["CRONOFY_ACCESS_TOKEN"] = ACCESS_TOKEN
        cli.environment["CRONOFY_DATA_CENTER"] = server.url

    def place(self, out: str | Path | None = None) -> str:
        """Return what `--out` is given for a copy."""
        out = out or self.out
        return self._database() if out == POSTGRES else str(self.cli.folder / out)

    def sync(self, out: str | Path | None = None, *options: str, terminal: bool = False) -> Result:
        """Run `cronofy sync`."""
        return run_main(self.cli, "sync", "--out", self.place(out), *options, terminal=terminal)

    def synced(self, out: str | Path | None = None, *options: str) -> Any:
        """Run it to a good end, and return its document."""
        result = self.sync(out, "--json", *options)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.json

    def counts(self, out: str | Path | None = None, *options: str) -> dict[str, int]:
        """Run it to a good end, and return what it counted, without the zeros."""
        return {name: count for name, count in self.synced(out, *options)["counts"].items() if count}

    def rows(self, sql: str, out: str | Path | None = None) -> list[tuple[Any, ...]]:
        """Return what a query finds in a copy that is a database."""
        place = self.place(out)
        return postgres_rows(place, sql) if is_postgres(place) else rows(Path(place), sql)

    def copied(self, out: str | Path | None = None) -> dict[str, Any]:
        """Return the events of a copy by their uids."""
        out = out or self.out
        path = self.cli.folder / out
        if out == POSTGRES or path.suffix == ".db":
            return {uid: json.loads(text) for uid, text in self.rows("SELECT event_uid, json FROM events", out)}
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


def _no_database() -> str:
    raise AssertionError("this test has no PostgreSQL")


@contextmanager
def keeping(cli: Cli, database: Callable[[], str] = _no_database, **choices: Any) -> Iterator[Keeping]:
    """Serve a simulator with a standing clock. `database` returns the address of a PostgreSQL database."""
    clock = Clock()
    library = import_httpx()
    settings = SimulatorSettings(**{"port": 0, "page_size": 1000} | choices)
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    requests: list[LoggedRequest] = []
    with (
        SimulatorServer(settings, clock=clock, on_request=requests.append) as server,
        library.Client(base_url=server.url, headers=headers, trust_env=False, timeout=60) as http,
    ):
        yield Keeping(server, clock, http, cli, database, requests)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in a database."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def postgres_rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query finds among the copies of a PostgreSQL database."""
    import psycopg

    with psycopg.connect(url, autocommit=True, options=f"-c search_path={SCHEMA}") as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def tamper(account: Keeping, *statements: str) -> None:
    """Change the copy behind sync's back."""
    place = account.place()
    if is_postgres(place):
        for statement in statements:
            postgres_rows(place, statement)
        return
    connection = sqlite3.connect(place)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def ghost(account: Keeping) -> str:
    """Return the statement that puts an event into the copy that the calendar does not have."""
    start = account.at(1)
    json_text = json.dumps({"event_uid": "evt_ghost", "summary": "Ghost", "start": start, "end": start})
    key, values = "", ""
    if is_postgres(account.place()):
        ((sub, data_center),) = account.rows("SELECT account, data_center FROM sync_state")
        key, values = "account, data_center, ", f"'{sub}', '{data_center}', "
    return (
        f'INSERT INTO events ({key}event_uid, calendar_id, start, "end", summary, recurring, json) '
        f"VALUES ({values}'evt_ghost', '', '{start}', '{start}', 'Ghost', FALSE, '{json_text}')"
    )
