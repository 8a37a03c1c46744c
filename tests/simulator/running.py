"""A simulator that serves, and the calls that tests make to it over HTTP."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from cronofy_cli.simulator.world.settings import SimulatorSettings


LIMIT_S = 60.0


def settle(client: httpx.Client, url: str = "") -> None:
    """Wait until every planned notification has been sent and answered: what has not arrived then will not come."""
    deadline = time.monotonic() + LIMIT_S
    pause = threading.Event()
    while waiting := client.get(f"{url}/simulator/deliveries").json()["waiting"]:
        assert time.monotonic() < deadline, f"{waiting} notifications are not finished"
        pause.wait(0.01)


class Running:
    """The address of a simulator, and a client with the application's token."""

    def __init__(self, server: SimulatorServer, client: httpx.Client) -> None:
        self.server = server
        self.url = server.url
        self.client = client

    def request(self, method: str, path: str, expected: int = 200, **options: Any) -> httpx.Response:
        """Make a call and check its status."""
        answer = self.client.request(method, path, **options)
        assert answer.status_code == expected, (answer.status_code, answer.text)
        return answer

    def get(self, path: str, **params: str | list[str]) -> dict[str, Any]:
        """Return what a GET answers."""
        document: dict[str, Any] = self.request("GET", path, params=params).json()
        return document

    def refusal(self, method: str, path: str, **options: Any) -> dict[str, list[str]]:
        """Return the keys of the errors in a 422, per field."""
        errors = self.request(method, path, 422, **options).json()["errors"]
        return {field: [problem["key"] for problem in problems] for field, problems in errors.items()}

    def settle(self) -> None:
        """Wait until no notification is planned or on its way."""
        settle(self.client)

    def settle_attempts(self, count: int) -> None:
        """Wait until there were so many attempts to deliver."""
        found = self.get("/simulator/deliveries", count=str(count), wait_s="60")["deliveries"]
        assert len(found) >= count, found

    def calendar_id(self, name: str) -> str:
        """Return a calendar's id."""
        calendars = self.get("/v1/calendars")["calendars"]
        return str(next(c["calendar_id"] for c in calendars if c["calendar_name"] == name))

    def open_channel(self, callback_url: str, **filters: object) -> dict[str, Any]:
        """Create a channel."""
        wish = {"callback_url": callback_url} | ({"filters": filters} if filters else {})
        channel: dict[str, Any] = self.request("POST", "/v1/channels", json=wish).json()["channel"]
        return channel

    def elevate(self, *calendar_ids: str) -> None:
        """Grant the application elevated access to calendars, as the owner does on the page."""
        wanted = [{"calendar_id": one, "permission_level": "unrestricted"} for one in calendar_ids]
        asked = self.request("POST", "/v1/permissions", json={"permissions": wanted}).json()
        self.request("GET", f"{asked['permissions_request']['url']}?auto=allow")

    def add_event(self, **fields: object) -> dict[str, Any]:
        """Add an event, as the calendar's owner does."""
        event: dict[str, Any] = self.request("POST", "/simulator/events", 201, json=fields).json()["event"]
        return event

    def write_event(self, calendar_id: str, event_id: str, **fields: object) -> None:
        """Create or update an event, as the application does."""
        event = {"summary": "Managed", "start": "2026-05-01T10:00:00Z", "end": "2026-05-01T11:00:00Z"} | fields
        path = f"/v1/calendars/{calendar_id}/events"
        assert self.request("POST", path, 202, json={"event_id": event_id} | event).content == b""

    def events(self, *, tzid: str = "Etc/UTC", **params: str | list[str]) -> list[dict[str, Any]]:
        """Return what Read Events gives, all pages."""
        answer = self.get("/v1/events", tzid=tzid, **params)
        found: list[dict[str, Any]] = answer["events"]
        while "next_page" in answer["pages"]:
            answer = self.get(answer["pages"]["next_page"])
            found += answer["events"]
        return found


@contextmanager
def running(settings: SimulatorSettings) -> Iterator[Running]:
    """Serve a simulator and make a client of it."""
    library = import_httpx()
    with (
        SimulatorServer(settings) as server,
        library.Client(
            base_url=server.url,
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            trust_env=False,
            timeout=2 * LIMIT_S,
        ) as client,
    ):
        yield Running(server, client)
