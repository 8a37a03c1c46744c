"""The control API's routes for what happens around a calendar, and the page behind `profile_relink_url`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.faults import parse_fault
from cronofy_cli.simulator.http.pages import problem_page, reconnected_page, relink_page
from cronofy_cli.simulator.http.web import base_url, html_answer, json_answer, read_body, read_json_body
from cronofy_cli.simulator.messages import fields, identity
from cronofy_cli.simulator.messages.fields import FieldErrors

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from cronofy_cli.simulator.incidents import Disturbances
    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.world.model import Profile


def disturbance_routes(simulator: Simulator, disturbances: Disturbances) -> list[Route]:
    """Return the routes."""
    handlers = _Handlers(simulator, disturbances)
    profile = "/simulator/profiles/{profile_id}"
    return [
        Route(f"{profile}/disconnect", handlers.disconnect, methods=["POST"]),
        Route(f"{profile}/reconnect", handlers.reconnect, methods=["POST"]),
        Route(f"{profile}/initial_sync", handlers.set_initial_sync, methods=["POST"]),
        Route("/simulator/calendars/{calendar_id}", handlers.remove_calendar, methods=["DELETE"]),
        Route("/simulator/clock", handlers.show_clock, methods=["GET"]),
        Route("/simulator/clock", handlers.advance_clock, methods=["POST"]),
        Route("/simulator/provider", handlers.show_provider, methods=["GET"]),
        Route("/simulator/provider", handlers.slow_provider, methods=["POST"]),
        Route("/simulator/faults", handlers.list_faults, methods=["GET"]),
        Route("/simulator/faults", handlers.add_fault, methods=["POST"]),
        Route("/simulator/faults", handlers.clear_faults, methods=["DELETE"]),
        Route(identity.RELINK_PATH, handlers.show_relink, methods=["GET"]),
        Route("/relink", handlers.relink, methods=["POST"]),
    ]


class _Handlers:
    """The handlers."""

    def __init__(self, simulator: Simulator, disturbances: Disturbances) -> None:
        self._simulator = simulator
        self._disturbances = disturbances

    async def disconnect(self, request: Request) -> Response:
        """Cronofy loses a profile."""
        await read_json_body(request)
        return _profile(request, self._disturbances.disconnect(request.path_params["profile_id"]))

    async def reconnect(self, request: Request) -> Response:
        """The profile's owner reconnects it."""
        await read_json_body(request)
        return _profile(request, self._disturbances.reconnect(request.path_params["profile_id"]))

    async def set_initial_sync(self, request: Request) -> Response:
        """A profile's first sync begins or is done: `{"required": true}` or `{"required": false}`."""
        errors = FieldErrors()
        body = await read_json_body(request)
        is_required = fields.read_boolean(body.get("required"), "required", errors)
        if fields.is_missing(body.get("required")):
            errors.add("required", fields.REQUIRED)
        errors.raise_if_any()
        profile_id = request.path_params["profile_id"]
        return _profile(request, self._disturbances.set_initial_sync(profile_id, is_required=is_required))

    async def remove_calendar(self, request: Request) -> Response:
        """A calendar is deleted at its provider."""
        calendar = self._disturbances.remove_calendar(request.path_params["calendar_id"])
        return json_answer({"calendar": identity.render_calendar(calendar)})

    async def show_clock(self, _request: Request) -> Response:
        """What time it is here, and how far that is ahead."""
        return self._clock()

    async def advance_clock(self, request: Request) -> Response:
        """Time passes at once."""
        clock = self._disturbances.clock
        self._disturbances.advance_clock(clock.parse_advance(await read_json_body(request)))
        return self._clock()

    async def show_provider(self, _request: Request) -> Response:
        """How long the provider takes until Cronofy knows of a change."""
        return self._provider()

    async def slow_provider(self, request: Request) -> Response:
        """Let it take so long: `{"delay_s": 30}`."""
        self._disturbances.slow_provider(self._disturbances.parse_delay(await read_json_body(request)))
        return self._provider()

    async def list_faults(self, _request: Request) -> Response:
        """The failures that are still to come."""
        return self._faults()

    async def add_fault(self, request: Request) -> Response:
        """Order a failure."""
        self._disturbances.faults.add(parse_fault(await read_json_body(request)))
        return self._faults(201)

    async def clear_faults(self, _request: Request) -> Response:
        """Let every call work again."""
        self._disturbances.faults.clear()
        return self._faults()

    async def show_relink(self, request: Request) -> Response:
        """The page behind `profile_relink_url`."""
        profile_id = request.path_params["profile_id"]
        ticket = self._disturbances.ask_to_relink(profile_id)
        return html_answer(relink_page(self._simulator.world.profile(profile_id), ticket))

    async def relink(self, request: Request) -> Response:
        """What its button sends."""
        body = await read_body(request)
        try:
            profile = self._disturbances.relink(str(body.get("ticket", "")))
        except WrongUsage as problem:
            return html_answer(problem_page(problem.message), 400)
        return html_answer(reconnected_page(profile))

    def _clock(self) -> Response:
        clock = self._disturbances.clock
        return json_answer({"now": to_utc_seconds(clock()), "ahead_s": clock.ahead_s})

    def _provider(self) -> Response:
        return json_answer({"delay_s": self._disturbances.provider_delay_s})

    def _faults(self, status: int = 200) -> Response:
        return json_answer({"faults": self._disturbances.faults.waiting}, status)


def _profile(request: Request, profile: Profile) -> Response:
    return json_answer({"profile": identity.render_profile(profile, base_url(request))})
