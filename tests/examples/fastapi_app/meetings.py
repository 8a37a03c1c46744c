"""A small application built on Cronofy: it keeps a list of somebody's meetings up to date."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Annotated

import httpx
from fastapi import FastAPI, Header, HTTPException, Request


@dataclass
class Cronofy:
    """What the application knows of its Cronofy: in production of api.cronofy.com, in tests of the simulator."""

    api_url: str
    client_secret: str
    access_token: str


@dataclass
class Meetings:
    """The application's copy of the calendar: titles by `event_uid`."""

    cronofy: Cronofy
    titles: dict[str, str] = field(default_factory=dict)

    def update(self, changes_since: str) -> None:
        """Read what has changed."""
        url = f"{self.cronofy.api_url}/v1/events"
        params = {"tzid": "Etc/UTC", "last_modified": changes_since, "include_deleted": "true"}
        headers = {"Authorization": f"Bearer {self.cronofy.access_token}"}
        while url:
            page = httpx.get(url, params=params, headers=headers).raise_for_status().json()
            for event in page["events"]:
                if event.get("deleted"):
                    self.titles.pop(event["event_uid"], None)
                else:
                    self.titles[event["event_uid"]] = event["summary"]
            url, params = page["pages"].get("next_page"), None


def create_app(cronofy: Cronofy) -> FastAPI:
    """Make the application."""
    app = FastAPI()
    meetings = Meetings(cronofy)

    def is_signed(body: bytes, signatures: str) -> bool:
        digest = hmac.digest(cronofy.client_secret.encode(), body, hashlib.sha256)
        expected = base64.b64encode(digest).decode()
        return any(hmac.compare_digest(expected, one) for one in signatures.split(","))

    @app.post("/cronofy")
    async def notify(request: Request, cronofy_hmac_sha256: Annotated[str, Header()]) -> None:
        body = await request.body()
        if not is_signed(body, cronofy_hmac_sha256):
            raise HTTPException(401)
        notification = json.loads(body)["notification"]
        if notification["type"] == "change":
            meetings.update(notification["changes_since"])
        elif notification["type"] == "gdpr_requested":
            meetings.titles.clear()

    @app.get("/meetings")
    async def list_meetings() -> list[str]:
        return sorted(meetings.titles.values())

    return app
