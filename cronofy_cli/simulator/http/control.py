"""The control API, `/simulator…`: what the calendar's owner does, and the buttons of Cronofy's dashboard.

Not a part of Cronofy's API, and without a token: only this machine reaches it. Another site's page in a browser cannot
use it either, since every write needs a CORS preflight (a JSON content type, or the methods PATCH and DELETE), which
nothing here answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from cronofy_cli import __version__
from cronofy_cli.simulator.http.web import base_url, json_answer, read_json_body
from cronofy_cli.simulator.messages import owner_edits

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.signing_in import SigningIn

NAME: Final = "cronofy simulator"
DEFAULT_LIMIT: Final = 100


def control_routes(simulator: Simulator, signing_in: SigningIn) -> list[Route]:
    """Return the control API's routes."""
    control = _Control(simulator, signing_in)
    return [
        Route("/simulator", control.status, methods=["GET"]),
        Route("/simulator/credentials", control.credentials, methods=["GET"]),
        Route("/simulator/events", control.find_events, methods=["GET"]),
        Route("/simulator/events", control.add_event, methods=["POST"]),
        Route("/simulator/events/{event_uid}", control.change_event, methods=["PATCH"]),
        Route("/simulator/events/{event_uid}", control.delete_event, methods=["DELETE"]),
        Route("/simulator/events/{event_uid}/undelete", control.restore_event, methods=["POST"]),
        Route("/simulator/push", control.push, methods=["POST"]),
        Route("/simulator/deliveries", control.deliveries, methods=["GET"]),
    ]


class _Control:
    """The handlers."""

    def __init__(self, simulator: Simulator, signing_in: SigningIn) -> None:
        self._simulator = simulator
        self._signing_in = signing_in

    async def status(self, request: Request) -> Response:
        """Who this is, and how much is in it."""
        world = self._simulator.world
        return json_answer(
            {
                "name": NAME,
                "version": __version__,
                "api_url": base_url(request),
                "control_url": f"{base_url(request)}/simulator",
                "account": world.account.email,
                "calendars": [
                    {"calendar_id": calendar.calendar_id, "name": calendar.name, "readonly": calendar.readonly}
                    for calendar in world.calendars.values()
                    if not calendar.deleted
                ],
                "events": sum(not event.deleted for event in world.events),
                "channels": len(world.channels),
                "authorizations": self._signing_in.count,
                "deliveries": len(self._simulator.attempts),
            }
        )

    async def credentials(self, _request: Request) -> Response:
        """What a client needs to sign in and to verify signatures."""
        settings = self._simulator.settings
        return json_answer(
            {
                "client_id": settings.client_id,
                "client_secrets": settings.client_secrets,
                "access_token": settings.access_token,
                "personal_token": settings.personal_token,
                "sub": self._simulator.world.account.account_id,
            }
        )

    async def find_events(self, request: Request) -> Response:
        """Events by their title: `search`, how many at most: `limit`, and those in the bin: `deleted=true`."""
        limit = request.query_params.get("limit", "")
        found = self._simulator.find_events(
            request.query_params.get("search", ""),
            int(limit) if limit.isdecimal() and len(limit) < 10 else DEFAULT_LIMIT,
            deleted=request.query_params.get("deleted", "") == "true",
        )
        return json_answer({"events": found})

    async def add_event(self, request: Request) -> Response:
        """The owner adds an event."""
        body = await read_json_body(request)
        world = self._simulator.world
        calendars = tuple(calendar for calendar in world.calendars.values() if not calendar.deleted)
        new = owner_edits.parse_new_event(body, calendars, world.account.zoneinfo, self._simulator.clock())
        return json_answer({"event": self._simulator.show_event(self._simulator.add_event(new))}, 201)

    async def change_event(self, request: Request) -> Response:
        """The owner moves or changes an event."""
        body = await read_json_body(request)
        event = self._simulator.world.event(request.path_params["event_uid"])
        details = owner_edits.parse_event_change(body, event)
        changed = self._simulator.change_event(event.event_uid, details)
        return json_answer({"event": self._simulator.show_event(changed)})

    async def delete_event(self, request: Request) -> Response:
        """The owner deletes an event."""
        deleted = self._simulator.delete_event(request.path_params["event_uid"])
        return json_answer({"event": self._simulator.show_event(deleted)})

    async def restore_event(self, request: Request) -> Response:
        """The owner takes an event out of the bin."""
        await read_json_body(request)
        restored = self._simulator.restore_event(request.path_params["event_uid"])
        return json_answer({"event": self._simulator.show_event(restored)})

    async def push(self, request: Request) -> Response:
        """The dashboard's "Trigger Push Notifications"."""
        push = owner_edits.parse_push(await read_json_body(request))
        return json_answer({"type": push.type, "channel_ids": self._simulator.push(push)}, 202)

    async def deliveries(self, _request: Request) -> Response:
        """Every attempt to deliver a notification, the oldest first, and how many notifications are not finished."""
        waiting = self._simulator.outbox.unfinished
        return json_answer({"deliveries": list(self._simulator.attempts), "waiting": waiting})
