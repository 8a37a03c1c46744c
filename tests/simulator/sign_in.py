"""An application's side of a sign-in, over real HTTP."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from tests.simulator.running import Running

REDIRECT_URI = "http://localhost:7777/callback"
APPLICATION = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
SCOPE = "read_account list_calendars read_events create_event delete_event"


def wish(**changes: str) -> dict[str, str]:
    """The query of an authorize page; an empty value leaves its parameter out."""
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": SCOPE,
        "state": "s&t=1 é",
    } | changes
    return {name: value for name, value in query.items() if value}


def redirected(answer: httpx.Response, expected: int = 302) -> dict[str, str]:
    """Return the query that a browser brings back to the application."""
    assert answer.status_code == expected, (answer.status_code, answer.text)
    target = answer.headers["Location"]
    assert target.partition("?")[0] == REDIRECT_URI
    return dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))


def code_for(simulator: Running, **changes: str) -> str:
    """Return the code of a sign-in that is allowed at once."""
    return redirected(simulator.client.get("/oauth/authorize", params=wish(auto="allow", **changes)))["code"]


def sign_in(simulator: Running, scope: str = SCOPE) -> dict[str, Any]:
    """Return the answer of the token endpoint to a whole sign-in."""
    return issued(
        simulator, grant_type="authorization_code", code=code_for(simulator, scope=scope), redirect_uri=REDIRECT_URI
    )


def refresh(simulator: Running, refresh_token: str) -> dict[str, Any]:
    """Return the answer to a refresh."""
    return issued(simulator, **refreshing(refresh_token))


def refreshing(refresh_token: str) -> dict[str, str]:
    """The fields of a refresh."""
    return {"grant_type": "refresh_token", "refresh_token": refresh_token}


def issued(simulator: Running, **fields: str) -> dict[str, Any]:
    """Return a success of the token endpoint."""
    document: dict[str, Any] = simulator.request("POST", "/oauth/token", json=APPLICATION | fields).json()
    return document


def refused(simulator: Running, fields: Mapping[str, object], path: str = "/oauth/token") -> str:
    """Return the error of a refusal, which is 400 and never kept by a cache."""
    answer = simulator.request("POST", path, 400, json={**APPLICATION, **fields})
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert list(answer.json()) == ["error"]
    return str(answer.json()["error"])


def status_with(
    simulator: Running, token: str, path: str = "/v1/calendars", method: str = "GET", **json: object
) -> int:
    """Return the status of a call with a token."""
    bearer = {"Authorization": f"Bearer {token}"}
    return simulator.client.request(method, path, headers=bearer, json=json or None).status_code


class Page(HTMLParser):
    """What a browser sees of a page: its texts, the fields and buttons of its form, and the addresses it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self.form: tuple[str, str] | None = None
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "form":
            self.form = attributes["method"], attributes["action"]
        elif tag == "input":
            self.fields[attributes["name"]] = attributes["value"]
        elif tag == "button":
            self.buttons.append(attributes.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)
