"""The routes about events: reading and writing them, answering invitations, free/busy, batches, availability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec

from cronofy_cli.errors import CronofyError, NotSignedIn
from cronofy_cli.simulator.application_calls import ApplicationCalls
from cronofy_cli.simulator.availability import find_availability, member_statuses
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.web import bytes_answer, json_answer, refusal
from cronofy_cli.simulator.messages import bodies, identity
from cronofy_cli.simulator.messages.availability import parse_availability, render_availability
from cronofy_cli.simulator.messages.batches import parse_batch
from cronofy_cli.simulator.messages.event_writes import parse_event_write
from cronofy_cli.simulator.messages.parameters import parse_events_query, parse_free_busy_query
from cronofy_cli.simulator.world import scopes

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.messages.batches import BatchEntry
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.scopes import Access


async def read_events(call: Call) -> Response:
    """Read Events (docs: /developers/api/events/read-events/)."""
    calls = ApplicationCalls(call.world, call.allowed(scopes.READ_EVENTS))
    pairs, brackets = call.request.query.pairs, call.world.settings.require_brackets
    query = parse_events_query(pairs, calls.calendars, require_brackets=brackets)
    return bytes_answer(calls.read_events(query, call.base_url))


async def events_page(call: Call) -> Response:
    """A further page of Read Events."""
    call.allowed(scopes.READ_EVENTS)
    return bytes_answer(call.world.pages.page("events", call.parameters["page_id"], call.world.clock()))


async def free_busy(call: Call) -> Response:
    """Free/Busy (docs: /developers/api/events/free-busy/)."""
    calls = ApplicationCalls(call.world, call.allowed(scopes.READ_FREE_BUSY))
    pairs, brackets = call.request.query.pairs, call.world.settings.require_brackets
    query = parse_free_busy_query(pairs, calls.calendars, require_brackets=brackets)
    return bytes_answer(calls.read_free_busy(query, call.base_url))


async def free_busy_page(call: Call) -> Response:
    """A further page of Free/Busy."""
    call.allowed(scopes.READ_FREE_BUSY)
    return bytes_answer(call.world.pages.page("free_busy", call.parameters["page_id"], call.world.clock()))


async def write_event(call: Call) -> Response:
    """Create or update one of the application's events, or edit an external one (docs: …/events/upsert-event)."""
    access = call.allowed(scopes.CREATE_EVENT)
    _write(call, access, call.parameters["calendar_id"], await call.body())
    return Response(status=202)


async def delete_event(call: Call) -> Response:
    """Delete one event (docs: /developers/api/events/delete-event)."""
    access = call.allowed(scopes.DELETE_EVENT)
    document = _delete(call, access, call.parameters["calendar_id"], await call.body())
    return Response(status=202) if document is None else json_answer(document, 202)


async def delete_events(call: Call) -> Response:
    """Delete the application's events. pycronofy puts the parameters into the query, others into the body."""
    calls = ApplicationCalls(call.world, call.allowed(scopes.DELETE_EVENT))
    given = bodies.form_object(call.request.query.pairs) | await call.body()
    calls.delete_events(bodies.parse_mass_deletion(given, calls.calendars))
    return Response(status=202)


async def answer_invitation(call: Call) -> Response:
    """Participation Status (docs: /developers/api/events/participation-status)."""
    calls = ApplicationCalls(call.world, call.allowed(scopes.CHANGE_PARTICIPATION))
    calls.calendar(call.parameters["calendar_id"])
    status = bodies.parse_participation_status(await call.body())
    calls.answer_invitation(call.parameters["calendar_id"], call.parameters["event_uid"], status)
    return Response(status=202)


async def batch(call: Call) -> Response:
    """Batch: 207, one item per entry, in their order (docs: /developers/api/batch)."""
    access = call.allowed()
    items = [_batch_item(call, access, entry) for entry in parse_batch(await call.body())]
    return json_answer({"batch": items}, 207)


async def availability(call: Call) -> Response:
    """Availability, with an access token or the API key (docs: /developers/api/scheduling/availability)."""
    try:
        application = call.world.applications.get(call.allowed().application or "")
        known = frozenset(call.world.accounts) if application is None else _subs(call, application.name)
    except NotSignedIn:
        known = _subs(call, call.allowed_application().name)
    query = parse_availability(await call.body(), known)
    found = find_availability(call.world, query)
    return json_answer(render_availability(query, found, member_statuses(call.world, query)))


HANDLERS: Final[dict[str, Handler]] = {
    "read_events": read_events,
    "events_page": events_page,
    "free_busy": free_busy,
    "free_busy_page": free_busy_page,
    "write_event": write_event,
    "delete_event": delete_event,
    "delete_events": delete_events,
    "answer_invitation": answer_invitation,
    "batch": batch,
    "availability": availability,
}


def _write(call: Call, access: Access, calendar_id: str, body: dict[str, object]) -> None:
    calls = ApplicationCalls(call.world, access)
    calls.calendar(calendar_id)
    calls.write_event(calendar_id, parse_event_write(body, enforce_lengths=call.world.settings.enforce_text_lengths))


def _delete(call: Call, access: Access, calendar_id: str, body: dict[str, object]) -> Json | None:
    """Delete an event; return what the answer says, or None when that is nothing."""
    calls = ApplicationCalls(call.world, access)
    calls.calendar(calendar_id)
    deletion = bodies.parse_event_deletion(body)
    calls.delete_event(calendar_id, deletion)
    if not deletion.include_userinfo:
        return None
    return {"userinfo": identity.render_userinfo(calls.account, access, call.base_url)}


def _batch_item(call: Call, access: Access, entry: BatchEntry) -> dict[str, object]:
    """Return the status of one entry, and its body where the single call would have one."""
    if entry.calendar_id is None:
        return {"status": 501 if entry.is_known else 404}
    try:
        if entry.method == "POST":
            access.require(scopes.CREATE_EVENT)
            _write(call, access, unquote(entry.calendar_id), entry.data)
        else:
            access.require(scopes.DELETE_EVENT)
            document = _delete(call, access, unquote(entry.calendar_id), entry.data)
            return {"status": 202} if document is None else {"status": 202, "data": document}
    except CronofyError as error:
        answer = refusal(error, wrong_client_status=400)
        if answer is None:
            raise
        data = {"data": msgspec.json.decode(answer.body)} if answer.body else {}
        return {"status": answer.status, **data}
    return {"status": 202}


def _subs(call: Call, application: str) -> frozenset[str]:
    """Return the accounts that an application may use: those with a token of its own."""
    subs = {token.account_id for token in call.world.published_tokens.values() if token.application == application}
    signed_in = {sub for sub in call.world.accounts if call.world.authorizations.has_any(sub, application)}
    return frozenset(subs | signed_in)
