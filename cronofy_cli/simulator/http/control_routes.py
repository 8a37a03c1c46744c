"""The control API's routes for a world as a whole: what it is, resetting it, what was sent and what was asked.

Another site's page in a browser cannot use it, since every write needs a CORS preflight (a JSON content type, or the
methods PATCH and DELETE), which nothing here answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli import __version__
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.openapi import openapi_document
from cronofy_cli.simulator.http.web import json_answer
from cronofy_cli.simulator.messages import fields, owner_edits
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.queries import read_number, read_whole
from cronofy_cli.simulator.operations import NOT_SIMULATED, SIMULATED
from cronofy_cli.simulator.timeline import ActDetails, ActKind
from cronofy_cli.simulator.world.export import world_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world_slot import WorldSlot

NAME: Final = "cronofy simulator"
MAX_WAIT_S: Final = 300.0


async def status(call: Call) -> Response:
    """Who this is, and how much is in it."""
    world = call.world
    account = world.first_account
    return json_answer(
        {
            "name": NAME,
            "version": __version__,
            "world": call.slot.world_id,
            "api_url": call.base_url,
            "control_url": f"{call.base_url}/simulator",
            "account": account.account.email,
            "accounts": [one.account.email or one.account.account_id for one in world.accounts.values()],
            "calendars": [
                {"calendar_id": calendar.calendar_id, "name": calendar.name, "readonly": calendar.readonly}
                for calendar in account.calendars.values()
                if not calendar.deleted
            ],
            "events": sum(not event.deleted for one in world.accounts.values() for event in one.events),
            "channels": len(world.channels.all),
            "authorizations": call.slot.signing_in.count,
            "requests": len(world.requests),
            "deliveries": len(world.attempts),
        }
    )


async def credentials(call: Call) -> Response:
    """What a client needs to sign in and to verify signatures: of the first application and account, and of all."""
    return json_answer(credentials_of(call.slot))


def credentials_of(slot: WorldSlot) -> Json:
    """Return what a client needs."""
    world, application = slot.world, slot.world.first_application
    sub = world.first_account.account.account_id
    tokens = world.published_tokens.values()
    own = [one.token for one in tokens if (one.account_id, one.application) == (sub, application.name)]
    personal = [one.token for one in tokens if (one.account_id, one.application) == (sub, None)]
    return {
        "client_id": application.client_id,
        "client_secrets": application.client_secrets,
        "access_token": own[0] if own else None,
        "personal_token": personal[0] if personal else None,
        "sub": sub,
        "applications": list(world.applications.values()),
        "accounts": [
            {
                "sub": one.account.account_id,
                "email": one.account.email,
                "access_tokens": {
                    token.application: token.token
                    for token in tokens
                    if token.account_id == one.account.account_id and token.application is not None
                },
                "profiles": [
                    {"profile_id": profile.profile_id, "provider_name": profile.provider_name}
                    for profile in one.profiles
                ],
                "calendars": [
                    {
                        "calendar_id": calendar.calendar_id,
                        "name": calendar.name,
                        "profile_id": calendar.profile_id,
                        "readonly": calendar.readonly,
                    }
                    for calendar in one.calendars.values()
                    if not calendar.deleted
                ],
            }
            for one in world.accounts.values()
        ],
    }


async def list_routes(call: Call) -> Response:
    """The calls of Cronofy's API, and which of them are simulated."""
    del call
    return json_answer({"routes": [*SIMULATED, *NOT_SIMULATED]})


async def list_choices(call: Call) -> Response:
    """What was chosen where the documentation is silent."""
    return json_answer({"choices": call.world.settings.choices()})


async def openapi(call: Call) -> Response:
    """The control API and the simulated part of Cronofy's, as OpenAPI."""
    return json_answer(openapi_document(call.base_url))


async def reset(call: Call) -> Response:
    """Go back to the world as it was loaded."""
    await call.json_body()
    call.slot.reset()
    return json_answer({"reset": call.slot.world_id})


async def list_snapshots(call: Call) -> Response:
    """The states that were kept."""
    return json_answer({"snapshots": list(call.slot.snapshots)})


async def keep_snapshot(call: Call) -> Response:
    """Keep the present state under a name."""
    errors = FieldErrors()
    name = fields.read_required_text((await call.json_body()).get("name"), "name", errors)
    errors.raise_if_any()
    call.slot.keep_snapshot(name)
    return json_answer({"snapshots": list(call.slot.snapshots)}, 201)


async def restore_snapshot(call: Call) -> Response:
    """Go back to a kept state."""
    await call.json_body()
    call.slot.restore_snapshot(call.parameters["name"])
    return json_answer({"restored": call.parameters["name"]})


async def export_world(call: Call) -> Response:
    """The world as a world file."""
    text = world_text(call.world.capture().world, call.world.clock())
    return Response(text, headers={"Content-Type": "application/toml; charset=utf-8"})


async def push(call: Call) -> Response:
    """The dashboard's "Trigger Push Notifications"."""
    wanted = owner_edits.parse_push(await call.json_body())
    channel_ids = call.world.push(wanted)
    note = None if channel_ids else "no channel is open"
    call.world.note(
        ActKind.NOTIFICATION_PUSHED, ActDetails(subject=wanted.type, channel_id=wanted.channel_id, note=note)
    )
    return json_answer({"type": wanted.type, "channel_ids": channel_ids}, 202)


async def list_deliveries(call: Call) -> Response:
    """Every attempt to deliver a notification that fits, the oldest first; or wait for it."""
    query = call.request.query
    is_meant = _delivery_filter(query)
    count, wait_s = _waiting(query)
    found = await call.world.attempts.wait_for(is_meant, count, wait_s)
    return json_answer({"deliveries": found, "waiting": call.world.outbox.unfinished})


async def list_requests(call: Call) -> Response:
    """Every API call that fits, the oldest first; or wait for it."""
    query = call.request.query
    is_meant = _request_filter(query)
    count, wait_s = _waiting(query)
    return json_answer({"requests": await call.world.requests.wait_for(is_meant, count, wait_s)})


HANDLERS: Final[dict[str, Handler]] = {
    "status": status,
    "credentials": credentials,
    "list_routes": list_routes,
    "list_choices": list_choices,
    "openapi": openapi,
    "reset": reset,
    "list_snapshots": list_snapshots,
    "keep_snapshot": keep_snapshot,
    "restore_snapshot": restore_snapshot,
    "export_world": export_world,
    "push": push,
    "list_deliveries": list_deliveries,
    "list_requests": list_requests,
}


def _waiting(query: Mapping[str, str]) -> tuple[int, float]:
    """Return for how many entries to wait, and how long."""
    errors = FieldErrors()
    count = read_whole(query, "count", errors)
    wait_s = read_number(query, "wait_s", errors) or 0.0
    if not 0 <= wait_s <= MAX_WAIT_S:
        errors.not_recognized("wait_s", f"seconds, {MAX_WAIT_S:.0f} at most")
    errors.raise_if_any()
    return 1 if count is None else count, wait_s


def _delivery_filter(query: Mapping[str, str]) -> Callable[[Attempt], bool]:
    errors = FieldErrors()
    type_, channel_id = query.get("type"), query.get("channel_id")
    wanted, after = read_whole(query, "status", errors), read_whole(query, "after", errors) or 0
    succeeded = fields.read_boolean(query.get("succeeded"), "succeeded", errors) if "succeeded" in query else None
    errors.raise_if_any()

    def is_meant(attempt: Attempt) -> bool:
        is_success = attempt.status is not None and 200 <= attempt.status < 300
        return (
            attempt.number > after
            and type_ in {None, attempt.type}
            and channel_id in {None, attempt.channel_id}
            and wanted in {None, attempt.status}
            and succeeded in {None, is_success}
        )

    return is_meant


def _request_filter(query: Mapping[str, str]) -> Callable[[LoggedRequest], bool]:
    errors = FieldErrors()
    method, path, operation = query.get("method"), query.get("path"), query.get("operation")
    wanted, after = read_whole(query, "status", errors), read_whole(query, "after", errors) or 0
    errors.raise_if_any()

    def is_meant(request: LoggedRequest) -> bool:
        return (
            request.number > after
            and method in {None, request.method}
            and (path is None or request.path.startswith(path))
            and operation in {None, request.operation}
            and wanted in {None, request.status}
        )

    return is_meant
