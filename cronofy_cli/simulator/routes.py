"""The routes of Cronofy's API, `/v1/…`: check the token, read the request, call the simulator, answer.

Where the documentation names no status, it is this simulator's choice: 403 for a personal token, 422 for an unknown
calendar in a filter, 404 for one in a path.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from cronofy_cli.errors import NotAllowed, NotSignedIn
from cronofy_cli.simulator import bodies, identity
from cronofy_cli.simulator.parameters import parse_events_query, parse_free_busy_query
from cronofy_cli.simulator.rendering import render_channel
from cronofy_cli.simulator.web import base_url, bytes_answer, json_answer, read_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from cronofy_cli.simulator.model import Channel
    from cronofy_cli.simulator.rendering import Json
    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.state import World

    Handler = Callable[[Request], Awaitable[Response]]


def api_routes(simulator: Simulator) -> list[Route]:
    """Return the API's routes."""
    api = _Api(simulator)
    return [
        Route("/v1/channels", api.list_channels, methods=["GET"]),
        Route("/v1/channels", api.create_channel, methods=["POST"]),
        Route("/v1/channels/{channel_id}", api.close_channel, methods=["DELETE"]),
        Route("/v1/calendars", api.showing(identity.render_calendars), methods=["GET"]),
        Route("/v1/profiles", api.showing(identity.render_profiles), methods=["GET"]),
        Route("/v1/userinfo", api.showing(identity.render_userinfo), methods=["GET"]),
        Route("/v1/account", api.showing(identity.render_account), methods=["GET"]),
        Route("/v1/events", api.read_events, methods=["GET"]),
        Route("/v1/events", api.delete_events, methods=["DELETE"]),
        Route("/v1/events/pages/{page_id}", api.paging("events"), methods=["GET"]),
        Route("/v1/free_busy", api.read_free_busy, methods=["GET"]),
        Route("/v1/free_busy/pages/{page_id}", api.paging("free_busy"), methods=["GET"]),
        Route("/v1/calendars/{calendar_id}/events", api.write_event, methods=["POST"]),
        Route("/v1/calendars/{calendar_id}/events", api.delete_event, methods=["DELETE"]),
    ]


class _Api:
    """The handlers. Each checks the token first."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def showing(self, render: Callable[[World], Json]) -> Handler:
        """Return a handler that shows a part of the world."""

        async def show(request: Request) -> Response:
            self._check_token(request)
            return json_answer(render(self._simulator.world))

        return show

    def paging(self, kind: str) -> Handler:
        """Return a handler for the further pages of an answer."""

        async def page(request: Request) -> Response:
            self._check_token(request)
            return bytes_answer(self._simulator.page(kind, request.path_params["page_id"]))

        return page

    async def list_channels(self, request: Request) -> Response:
        """List Channels (docs: /developers/api/push-notifications/list-channels/)."""
        self._check_application_token(request)
        return json_answer({"channels": [self._rendered(channel) for channel in self._simulator.world.channels]})

    async def create_channel(self, request: Request) -> Response:
        """Create Channel: 200, not 201 (docs: /developers/api/push-notifications/create-channel/)."""
        self._check_application_token(request)
        wanted = bodies.parse_channel(
            await read_body(request),
            self._simulator.world.calendars,
            enforce_url_length=self._simulator.settings.enforce_url_length,
        )
        return json_answer({"channel": self._rendered(self._simulator.open_channel(wanted))})

    async def close_channel(self, request: Request) -> Response:
        """Close Channel (docs: /developers/api/push-notifications/close-channel/)."""
        self._check_application_token(request)
        self._simulator.close_channel(request.path_params["channel_id"])
        return Response(status_code=202)

    async def read_events(self, request: Request) -> Response:
        """Read Events (docs: /developers/api/events/read-events/)."""
        self._check_token(request)
        query = parse_events_query(request.query_params.multi_items(), self._simulator.world.calendars)
        return bytes_answer(self._simulator.read_events(query, base_url(request)))

    async def read_free_busy(self, request: Request) -> Response:
        """Free/Busy (docs: /developers/api/events/free-busy/)."""
        self._check_token(request)
        query = parse_free_busy_query(request.query_params.multi_items(), self._simulator.world.calendars)
        return bytes_answer(self._simulator.read_free_busy(query, base_url(request)))

    async def write_event(self, request: Request) -> Response:
        """Create or update one of the application's events."""
        self._check_token(request)
        calendar = self._simulator.world.calendar(request.path_params["calendar_id"])
        write = bodies.parse_event_write(await read_body(request), self._simulator.world.account.zoneinfo)
        self._simulator.write_event(calendar.calendar_id, write)
        return Response(status_code=202)

    async def delete_event(self, request: Request) -> Response:
        """Delete one event."""
        self._check_token(request)
        calendar = self._simulator.world.calendar(request.path_params["calendar_id"])
        self._simulator.erase_event(calendar.calendar_id, bodies.parse_event_deletion(await read_body(request)))
        return Response(status_code=202)

    async def delete_events(self, request: Request) -> Response:
        """Delete the application's events. pycronofy puts the parameters into the query, others into the body."""
        self._check_token(request)
        given = bodies.form_object(request.query_params.multi_items()) | await read_body(request)
        self._simulator.erase_events(bodies.parse_mass_deletion(given, self._simulator.world.calendars))
        return Response(status_code=202)

    def _rendered(self, channel: Channel) -> Json:
        emit = self._simulator.settings.emit_scheduling_conversations
        return render_channel(channel, scheduling_conversations=emit)

    def _check_token(self, request: Request) -> bool:
        """Return whether the token is the personal one.

        Raises:
            NotSignedIn: there is no token, or it is not known.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        settings = self._simulator.settings
        is_application, is_personal = (
            hmac.compare_digest(token.strip().encode(), known.encode())
            for known in (settings.access_token, settings.personal_token)
        )
        if scheme.lower() != "bearer" or not (is_application or is_personal):
            raise NotSignedIn("the access token is not known")
        return is_personal

    def _check_application_token(self, request: Request) -> None:
        """Check for calls that need an application.

        A channel is linked to one, so personal tokens have none (docs: /developers/push-notifications/).

        Raises:
            NotSignedIn: there is no token, or it is not known.
            NotAllowed: it is a personal token.
        """
        if self._check_token(request):
            raise NotAllowed("a personal token belongs to no application")
