"""The routes of Cronofy's API, `/v1/…`: check the token, read the request, call the simulator, answer.

Where the documentation names no status, it is this simulator's choice: 403 for a personal token, 422 for an unknown
calendar in a filter, 404 for one in a path. Which scope a call needs is named in `scopes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from cronofy_cli.errors import NotAllowed, NotSignedIn
from cronofy_cli.simulator.http.web import base_url, bytes_answer, json_answer, read_body
from cronofy_cli.simulator.messages import bodies, identity
from cronofy_cli.simulator.messages.parameters import parse_events_query, parse_free_busy_query
from cronofy_cli.simulator.messages.rendering import render_channel
from cronofy_cli.simulator.world import scopes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.signing_in import SigningIn
    from cronofy_cli.simulator.world.model import Channel
    from cronofy_cli.simulator.world.scopes import Access

    Handler = Callable[[Request], Awaitable[Response]]


def api_routes(simulator: Simulator, signing_in: SigningIn) -> list[Route]:
    """Return the API's routes."""
    api = _Api(simulator, signing_in)
    return [
        Route("/v1/channels", api.list_channels, methods=["GET"]),
        Route("/v1/channels", api.create_channel, methods=["POST"]),
        Route("/v1/channels/{channel_id}", api.close_channel, methods=["DELETE"]),
        Route("/v1/calendars", api.list_calendars, methods=["GET"]),
        Route("/v1/profiles", api.list_profiles, methods=["GET"]),
        Route("/v1/userinfo", api.show_userinfo, methods=["GET"]),
        Route("/v1/account", api.show_account, methods=["GET"]),
        Route("/v1/events", api.read_events, methods=["GET"]),
        Route("/v1/events", api.delete_events, methods=["DELETE"]),
        Route("/v1/events/pages/{page_id}", api.paging("events", scopes.READ_EVENTS), methods=["GET"]),
        Route("/v1/free_busy", api.read_free_busy, methods=["GET"]),
        Route("/v1/free_busy/pages/{page_id}", api.paging("free_busy", scopes.READ_FREE_BUSY), methods=["GET"]),
        Route("/v1/calendars/{calendar_id}/events", api.write_event, methods=["POST"]),
        Route("/v1/calendars/{calendar_id}/events", api.delete_event, methods=["DELETE"]),
    ]


class _Api:
    """The handlers. Each checks the token first."""

    def __init__(self, simulator: Simulator, signing_in: SigningIn) -> None:
        self._simulator = simulator
        self._signing_in = signing_in

    async def list_calendars(self, request: Request) -> Response:
        """List Calendars (docs: /developers/api/calendars/list-calendars/)."""
        self._access(request, scopes.READ_CALENDARS)
        return json_answer(identity.render_calendars(self._simulator.world))

    async def list_profiles(self, request: Request) -> Response:
        """List Profiles (docs: /developers/api/identity/profile/)."""
        self._access(request)
        return json_answer(identity.render_profiles(self._simulator.world, base_url(request)))

    async def show_userinfo(self, request: Request) -> Response:
        """UserInfo (docs: /developers/api/identity/userinfo/)."""
        access = self._access(request)
        return json_answer(identity.render_userinfo(self._simulator.world, access.scope, base_url(request)))

    async def show_account(self, request: Request) -> Response:
        """Account (docs: /developers/api/identity/account/)."""
        access = self._access(request, scopes.READ_ACCOUNT)
        return json_answer(identity.render_account(self._simulator.world, access.scope))

    def paging(self, kind: str, accepted: frozenset[str]) -> Handler:
        """Return a handler for the further pages of an answer."""

        async def page(request: Request) -> Response:
            self._access(request, accepted)
            return bytes_answer(self._simulator.page(kind, request.path_params["page_id"]))

        return page

    async def list_channels(self, request: Request) -> Response:
        """List Channels (docs: /developers/api/push-notifications/list-channels/)."""
        self._channel_access(request)
        return json_answer({"channels": [self._rendered(channel) for channel in self._simulator.world.channels]})

    async def create_channel(self, request: Request) -> Response:
        """Create Channel: 200, not 201 (docs: /developers/api/push-notifications/create-channel/)."""
        access = self._channel_access(request)
        wanted = bodies.parse_channel(
            await read_body(request),
            self._simulator.world.calendars,
            enforce_url_length=self._simulator.settings.enforce_url_length,
        )
        return json_answer(
            {"channel": self._rendered(self._simulator.open_channel(wanted, is_authorized=access.is_authorized))}
        )

    async def close_channel(self, request: Request) -> Response:
        """Close Channel (docs: /developers/api/push-notifications/close-channel/)."""
        self._channel_access(request)
        self._simulator.close_channel(request.path_params["channel_id"])
        return Response(status_code=202)

    async def read_events(self, request: Request) -> Response:
        """Read Events (docs: /developers/api/events/read-events/)."""
        access = self._access(request, scopes.READ_EVENTS)
        query = parse_events_query(request.query_params.multi_items(), self._simulator.world.calendars)
        return bytes_answer(self._simulator.read_events(query, base_url(request), with_details=access.sees_details))

    async def read_free_busy(self, request: Request) -> Response:
        """Free/Busy (docs: /developers/api/events/free-busy/)."""
        self._access(request, scopes.READ_FREE_BUSY)
        query = parse_free_busy_query(request.query_params.multi_items(), self._simulator.world.calendars)
        return bytes_answer(self._simulator.read_free_busy(query, base_url(request)))

    async def write_event(self, request: Request) -> Response:
        """Create or update one of the application's events."""
        self._access(request, scopes.CREATE_EVENT)
        calendar = self._simulator.world.calendar(request.path_params["calendar_id"])
        write = bodies.parse_event_write(await read_body(request), self._simulator.world.account.zoneinfo)
        self._simulator.write_event(calendar.calendar_id, write)
        return Response(status_code=202)

    async def delete_event(self, request: Request) -> Response:
        """Delete one event."""
        self._access(request, scopes.DELETE_EVENT)
        calendar = self._simulator.world.calendar(request.path_params["calendar_id"])
        self._simulator.erase_event(calendar.calendar_id, bodies.parse_event_deletion(await read_body(request)))
        return Response(status_code=202)

    async def delete_events(self, request: Request) -> Response:
        """Delete the application's events. pycronofy puts the parameters into the query, others into the body."""
        self._access(request, scopes.DELETE_EVENT)
        given = bodies.form_object(request.query_params.multi_items()) | await read_body(request)
        self._simulator.erase_events(bodies.parse_mass_deletion(given, self._simulator.world.calendars))
        return Response(status_code=202)

    def _rendered(self, channel: Channel) -> Json:
        emit = self._simulator.settings.emit_scheduling_conversations
        return render_channel(channel, scheduling_conversations=emit)

    def _access(self, request: Request, accepted: frozenset[str] | None = None) -> Access:
        """Return what the token allows; None accepts any scope.

        Raises:
            NotSignedIn: there is no token, or it is not known, expired or revoked.
            NotAllowed: it has none of the accepted scopes.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("there is no bearer token")
        access = self._signing_in.access(token.strip())
        if accepted is not None:
            access.require(accepted)
        return access

    def _channel_access(self, request: Request) -> Access:
        """Return what the token allows, for calls that need an application.

        A channel is linked to one, so personal tokens have none (docs: /developers/push-notifications/).

        Raises:
            NotSignedIn: there is no token, or it is not known, expired or revoked.
            NotAllowed: it is a personal token, or one without a scope that reads calendars.
        """
        access = self._access(request, scopes.READ_CALENDARS)
        if access.is_personal:
            raise NotAllowed("a personal token belongs to no application")
        return access
