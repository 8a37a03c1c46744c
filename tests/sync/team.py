"""A simulated application with many accounts, whose refresh tokens are in a file, and copies of their calendars."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.adapters.postgres import is_postgres
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.sync.keeping import postgres_rows, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import httpx

    from cronofy_cli.simulator.request_log import LoggedRequest
    from tests.support import Cli

CLIENT_ID: Final = "team-client-id"
CLIENT_SECRET: Final = "CRN_team_client_secret"
REDIRECT_URI: Final = "http://localhost:7777/callback"
ZONE: Final = "Etc/UTC"
LIMIT_S: Final = 60.0
_PER_SECOND: Final = 20
"""Sign-ins in a second of the simulator's, when the team is made."""


class Clock:
    """The simulator's time: the machine's, and what was added to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Team:
    """The accounts of one application."""

    cli: Cli
    url: str
    http: httpx.Client
    clock: Clock
    subs: tuple[str, ...]
    requests: list[LoggedRequest]
    refresh_tokens: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The list of accounts."""
        return self.cli.folder / "accounts.ndjson"

    def sign_in_all(self) -> None:
        """Let each account authorize the application, as their owners do in a browser, and list them."""
        for number, sub in enumerate(self.subs):
            if number % _PER_SECOND == 0:
                self.clock.ahead += timedelta(seconds=2)
            self.refresh_tokens[sub] = self.sign_in(sub)
        self.clock.ahead += timedelta(minutes=2)
        # A request is in the log a moment after its answer.
        self.wait_for_requests(lambda each: each.path == "/oauth/token", len(self.subs))
        self.requests.clear()
        self.write_list()

    def sign_in(self, sub: str) -> str:
        """Let an account authorize the application; return the refresh token."""
        query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "state": "1"}
        query |= {"scope": "read_account list_calendars read_events", "account": sub, "auto": "allow"}
        back = self.http.get("/oauth/authorize", params=query).headers["Location"]
        code = back.partition("code=")[2].partition("&")[0]
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return str(self._token_endpoint("/oauth/token", **asked).json()["refresh_token"])

    def copied(self, place: str, sub: str) -> dict[str, Any]:
        """Return the events of an account's copy by their uids; `place` is what `--out` was given."""
        if is_postgres(place):
            found = postgres_rows(place, f"SELECT event_uid, json FROM events WHERE account = '{sub}'")
        else:
            found = rows(self.cli.folder / place / f"{sub}.db", "SELECT event_uid, json FROM events")
        return {uid: json.loads(text) for uid, text in found}

    def assert_true(self, place: str, subs: Iterable[str] | None = None) -> None:
        """Compare copies with what full reads say."""
        for sub in self.subs if subs is None else subs:
            assert self.copied(place, sub) == self.truth(sub), sub

    def fail(self, **fault: object) -> None:
        """Order a failure of calls."""
        assert self.http.post("/simulator/faults", json=fault).status_code == 201

    def revoke(self, sub: str) -> None:
        """Take an account's authorization back."""
        self._token_endpoint("/oauth/token/revoke", token=self.refresh_tokens[sub])

    def write_list(self, *lines: dict[str, object]) -> None:
        """Write the list, with further lines at its end."""
        listed = [{"sub": sub, "refresh_token": token} for sub, token in self.refresh_tokens.items()]
        self.file.write_text("".join(f"{json.dumps(line)}\n" for line in (*listed, *lines)))

    def add(self, sub: str, **fields: object) -> None:
        """An account's owner adds an event tomorrow."""
        day = (self.clock().date() + timedelta(days=1)).isoformat()
        body = {"account": sub, "summary": "Lunch", "start": f"{day}T12:00:00Z", "end": f"{day}T13:00:00Z", **fields}
        answer = self.http.post("/simulator/events", json=body)
        assert answer.status_code == 201, answer.text

    def truth(self, sub: str) -> dict[str, Any]:
        """Return what a full read of an account says, by uid. It counts for no application's limits."""
        self.clock.ahead += timedelta(seconds=0.1)
        window = sync_window(self.clock().date())
        days = {"from": window.first.isoformat(), "to": window.end.isoformat()}
        query = {"tzid": ZONE, "include_managed": "true", **days}
        answer = self.http.get("/v1/events", params=query, headers={"Authorization": f"Bearer mine-{sub}"})
        assert answer.status_code == 200, answer.text
        assert "next_page" not in answer.json()["pages"]
        return {event["event_uid"]: event for event in answer.json()["events"]}

    def wait_for_requests(self, is_meant: Callable[[LoggedRequest], bool], number: int) -> None:
        """Wait until the simulator has answered so many requests of a kind."""
        pause, waited_s = threading.Event(), 0.0
        while sum(map(is_meant, list(self.requests))) < number:
            assert waited_s < LIMIT_S, "the requests did not come"
            pause.wait(0.01)
            waited_s += 0.01

    def most_at_once(self, seconds: float) -> int:
        """Return the most calls that the simulator has counted within so many seconds, wherever they begin."""
        most, within = 0, deque[datetime]()
        for at in sorted(each.at for each in self.requests if each.application == "main"):
            within.append(at)
            while at - within[0] >= timedelta(seconds=seconds):
                within.popleft()
            most = max(most, len(within))
        return most

    def _token_endpoint(self, path: str, **fields: str) -> httpx.Response:
        body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer


@contextmanager
def team(cli: Cli, size: int, **choices: Any) -> Iterator[Team]:
    """Serve a simulated application with many accounts, all of which have authorized it."""
    subs = tuple(f"acc_5700a00eb0ccd07{number:09d}" for number in range(size))
    world = cli.folder / "team.toml"
    world.write_text(_application() + "".join(map(_account, subs)))
    settings = SimulatorSettings(port=0, world_file=world, page_size=1000, **choices)
    library, clock, requests = import_httpx(), Clock(), list[Any]()
    with (
        SimulatorServer(settings, clock=clock, on_request=requests.append) as server,
        library.Client(base_url=server.url, trust_env=False, timeout=60) as http,
    ):
        cli.environment |= {
            "CRONOFY_DATA_CENTER": server.url,
            "CRONOFY_CLIENT_ID": CLIENT_ID,
            "CRONOFY_CLIENT_SECRET": CLIENT_SECRET,
        }
        made = Team(cli, server.url, http, clock, subs, requests)
        made.sign_in_all()
        yield made


def _application() -> str:
    return f'[[applications]]\nname = "main"\nclient_id = "{CLIENT_ID}"\nclient_secrets = ["{CLIENT_SECRET}"]\n'


def _account(sub: str) -> str:
    return f"""
[[accounts]]
account_id = "{sub}"
email = "{sub}@example.com"
tzid = "{ZONE}"
personal_token = "mine-{sub}"
access_token = "token-{sub}"

[[accounts.profiles]]
provider_name = "google"

[[accounts.profiles.calendars]]
name = "Work"
primary = true
events = [
  {{ summary = "Review of {sub}", start = "+1d 10:00" }},
  {{ summary = "Holiday", start = "+30d", days = 3 }},
  {{ summary = "Past", start = "-20d 09:00" }},
]
"""
