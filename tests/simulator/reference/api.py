"""Cronofy's API as a test calls it: in a world, with a token, by plain HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import httpx

    from cronofy_cli.testing.world import World

REDIRECT_URI = "http://localhost:7070/"
SCOPES = "read_account list_calendars read_events create_event delete_event change_participation_status create_calendar"
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
START, END = f"{TOMORROW}T10:00:00Z", f"{TOMORROW}T11:00:00Z"
EVENT: dict[str, Any] = {"event_id": "own-1", "summary": "Mine", "start": START, "end": END}


class Api:
    """The calls, with the status that is expected of each."""

    def __init__(self, world: World, client: httpx.Client) -> None:
        self.world = world
        self.client = client
        self.credentials = {"client_id": world.client_id, "client_secret": world.client_secret}
        self.account = world.account()
        self.home = self.account.calendar("Home").calendar_id
        self.work = self.account.calendar("Work").calendar_id
        self.holidays = self.account.calendar("Bank Holidays").calendar_id

    def answer(self, method: str, path: str, token: str | None = None, **options: Any) -> httpx.Response:
        """Return an answer, whatever it is. The path may be a whole URL; the token `""` sends none."""
        url = path if path.startswith("http") else f"{self.world.url}{path}"
        bearer = self.world.access_token if token is None else token
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        return self.client.request(method, url, headers=headers, **options)

    def call(self, method: str, path: str, status: int = 200, token: str | None = None, **options: Any) -> Any:
        """Check the status; return the JSON of the body, or None without one."""
        answer = self.answer(method, path, token, **options)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        """Return what a GET answers."""
        return self.call("GET", path, params=params)

    def post(self, path: str, body: object, status: int = 200, token: str | None = None) -> Any:
        """Return what a POST answers."""
        return self.call("POST", path, status, token, json=body)

    def keys(self, method: str, path: str, body: object, token: str | None = None) -> dict[str, list[str]]:
        """Return the keys of a 422, by field."""
        errors = self.call(method, path, 422, token, json=body)["errors"]
        return {field: [one["key"] for one in problems] for field, problems in errors.items()}

    def events(self, **params: Any) -> list[dict[str, Any]]:
        """Return the events of Read Events, all pages."""
        answer = self.get("/v1/events", tzid="Etc/UTC", **params)
        found: list[dict[str, Any]] = list(answer["events"])
        while next_page := answer["pages"].get("next_page"):
            answer = self.call("GET", next_page)
            found += answer["events"]
        return found

    def own(self) -> dict[str, Any]:
        """Return the one event that the application wrote."""
        (event,) = self.events(only_managed="true")
        return event

    def write(self, **fields: Any) -> None:
        """Create or update the application's event in the calendar Work."""
        self.post(f"/v1/calendars/{self.work}/events", EVENT | fields, 202)

    def authorize(self, **query: str) -> dict[str, str]:
        """Return the query that a browser comes back with from the authorize page, where the user allows."""
        usual = {"response_type": "code", "client_id": self.world.client_id, "redirect_uri": REDIRECT_URI}
        wanted = usual | {"scope": SCOPES, "auto": "allow"} | query
        answer = self.answer("GET", "/oauth/authorize", "", params=wanted)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def sign_in(self, **query: str) -> Any:
        """Return the answer to the exchange of a code."""
        code = self.authorize(**query)["code"]
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.post("/oauth/token", self.credentials | fields, token="")

    def elevate(self, *calendar_ids: str) -> None:
        """Be granted elevated access to calendars."""
        wanted = [{"calendar_id": one, "permission_level": "unrestricted"} for one in calendar_ids]
        url = self.post("/v1/permissions", {"permissions": wanted})["permissions_request"]["url"]
        self.answer("GET", f"{url}?auto=allow", "")
