"""The control API's routes for the worlds of a process, and the table of all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.control_operations import CONTROL
from cronofy_cli.simulator.errors import NotSimulated
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.handlers import all_handlers
from cronofy_cli.simulator.http.router import Router
from cronofy_cli.simulator.http.web import explained, json_answer
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.operations import NOT_SIMULATED, PAGE, PAGES, SIMULATED, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.http.application import Handler, Route
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world_slot import WorldSlot
    from cronofy_cli.simulator.worlds import Worlds


class WorldRoutes:
    """The handlers that know of all worlds."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    async def list_worlds(self, call: Call) -> Response:
        """The worlds of this process."""
        return json_answer({"worlds": [_document(slot, call) for slot in self._worlds.all]})

    async def create_world(self, call: Call) -> Response:
        """Make a fresh world with a base path and credentials of its own."""
        body = await call.json_body()
        errors = FieldErrors()
        definition = fields.read_text(body.get("definition"), "definition", errors)
        choices = dict(fields.read_object(body.get("choices"), "choices", errors))
        errors.raise_if_any()
        try:
            slot = self._worlds.create(definition, choices)
        except WrongUsage as error:
            return explained(422, "world_refused", error.message)
        return json_answer(_document(slot, call), 201)

    async def delete_world(self, call: Call) -> Response:
        """End a world."""
        self._worlds.remove(call.parameters["world_id"])
        return Response(status=204)


def all_routes(worlds: Worlds) -> Router[Route]:
    """Return the table of all routes."""
    world_routes = WorldRoutes(worlds)
    handlers: dict[str, Handler] = {
        **all_handlers(),
        "list_worlds": world_routes.list_worlds,
        "create_world": world_routes.create_world,
        "delete_world": world_routes.delete_world,
    }

    def routes() -> Iterator[tuple[str, str, Route]]:
        for operation in (*SIMULATED, *PAGES, *PAGE):
            yield operation.method, operation.path, (operation, handlers[operation.name])
        for control in CONTROL:
            operation = Operation(control.name, control.method, control.path, control.summary)
            yield control.method, control.path, (operation, handlers[control.name])
        for operation in NOT_SIMULATED:
            yield operation.method, operation.path, (operation, _not_simulated(operation))

    return Router(routes())


def _not_simulated(operation: Operation) -> Handler:
    """Return the handler of a call that is not simulated."""
    message = f"this simulator does not do {operation.method} {operation.path} ({operation.title})"

    async def refuse(_call: Call) -> Response:
        raise NotSimulated(message)

    return refuse


def _document(slot: WorldSlot, call: Call) -> Json:
    from cronofy_cli.simulator.http.control_routes import credentials_of

    origin = call.request.scope["cronofy.origin"]
    url = f"{origin}{slot.base_path}"
    found = credentials_of(slot)
    secrets = slot.world.first_application.client_secrets
    return {"world": slot.world_id, "url": url, "client_secret": secrets[0], **found}
