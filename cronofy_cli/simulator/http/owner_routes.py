"""The control API's routes for what a calendar's owner does, what happens around a calendar, and the page behind
`profile_relink_url`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.faults import parse_fault
from cronofy_cli.simulator.http.pages import problem_page, reconnected_page, relink_page
from cronofy_cli.simulator.http.web import html_answer, json_answer
from cronofy_cli.simulator.messages import fields, identity, owner_edits
from cronofy_cli.simulator.messages.clock_requests import parse_clock_request
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.owner import Owner
from cronofy_cli.simulator.timeline import ActDetails, ActKind

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.http.exchange import Response
    from cronofy_cli.simulator.world.model import Event, Profile
    from cronofy_cli.simulator.world.state import AccountState

DEFAULT_LIMIT: Final = 100


async def find_events(call: Call) -> Response:
    """Events by their title: `search`, between two times: `from` and `to`, how many at most: `limit`, and those in the
    bin: `deleted=true`."""
    query = call.request.query
    limit = query.get("limit", "")
    found = Owner(call.world, call.world.account(query.get("account"))).find_events(
        query.get("search", ""),
        int(limit) if limit.isdecimal() and len(limit) < 10 else DEFAULT_LIMIT,
        owner_edits.parse_period(query),
        deleted=query.get("deleted", "") == "true",
    )
    return json_answer({"events": found})


async def add_event(call: Call) -> Response:
    """The owner adds an event."""
    body = await call.json_body()
    account = _account(call, body)
    calendars = tuple(calendar for calendar in account.calendars.values() if not calendar.deleted)
    new = owner_edits.parse_new_event(body, calendars, account.account.zoneinfo, call.world.clock())
    return _shown(Owner(call.world, account), Owner(call.world, account).add_event(new), 201)


async def change_event(call: Call) -> Response:
    """The owner moves or changes an event."""
    body = await call.json_body()
    owner = _owner_of(call)
    event = owner.account.event(call.parameters["event_uid"])
    details = owner_edits.parse_event_change(body, event)
    return _shown(owner, owner.change_event(event.event_uid, details))


async def remove_event(call: Call) -> Response:
    """The owner deletes an event."""
    owner = _owner_of(call)
    return _shown(owner, owner.delete_event(call.parameters["event_uid"]))


async def restore_event(call: Call) -> Response:
    """The owner takes an event out of the bin."""
    await call.json_body()
    owner = _owner_of(call)
    return _shown(owner, owner.restore_event(call.parameters["event_uid"]))


async def disconnect_profile(call: Call) -> Response:
    """Cronofy loses a profile."""
    await call.json_body()
    return _profile(call, call.slot.incidents.disconnect(call.parameters["profile_id"]))


async def reconnect_profile(call: Call) -> Response:
    """The profile's owner reconnects it."""
    await call.json_body()
    return _profile(call, call.slot.incidents.reconnect(call.parameters["profile_id"]))


async def set_initial_sync(call: Call) -> Response:
    """A profile's first sync begins or is done: `{"required": true}` or `{"required": false}`."""
    errors = FieldErrors()
    body = await call.json_body()
    is_required = fields.read_boolean(body.get("required"), "required", errors)
    if fields.is_missing(body.get("required")):
        errors.add("required", fields.REQUIRED)
    errors.raise_if_any()
    return _profile(call, call.slot.incidents.set_initial_sync(call.parameters["profile_id"], is_required=is_required))


async def remove_calendar(call: Call) -> Response:
    """A calendar is deleted at its provider."""
    calendar = call.slot.incidents.remove_calendar(call.parameters["calendar_id"])
    return json_answer({"calendar": identity.render_calendar(calendar, call.world.first_application.name)})


async def show_clock(call: Call) -> Response:
    """What time it is here, how far that is ahead, and whether it stands still."""
    clock = call.world.clock
    ahead_s = round(clock.ahead_s, 3) if clock.is_stopped else clock.ahead_s
    return json_answer({"now": to_utc_seconds(clock()), "ahead_s": ahead_s, "stopped": clock.is_stopped})


async def set_clock(call: Call) -> Response:
    """Set, stop or start the clock, then let time pass."""
    wanted = parse_clock_request(await call.json_body(), call.world.clock.ahead_s)
    call.world.note(ActKind.CLOCK_SET, ActDetails(subject=wanted.in_words))
    await call.slot.notifier.turn_clock(wanted)
    call.world.note_act()
    return await show_clock(call)


async def show_provider(call: Call) -> Response:
    """How long the provider takes until Cronofy knows of a change."""
    return json_answer({"delay_s": call.world.provider_delay.total_seconds()})


async def slow_provider(call: Call) -> Response:
    """Set how long it takes: `{"delay_s": 30}`."""
    incidents = call.slot.incidents
    incidents.slow_provider(incidents.parse_delay(await call.json_body()))
    return await show_provider(call)


async def list_faults(call: Call) -> Response:
    """The failures that are still to come."""
    return json_answer({"faults": call.world.faults.waiting})


async def add_fault(call: Call) -> Response:
    """Order a failure."""
    fault = parse_fault(await call.json_body())
    call.world.faults.add(fault)
    call.world.note(ActKind.FAULT_ADDED, ActDetails(subject=fault.in_words))
    return json_answer({"faults": call.world.faults.waiting}, 201)


async def clear_faults(call: Call) -> Response:
    """Let every call work again."""
    call.world.faults.clear()
    call.world.note(ActKind.FAULTS_CLEARED, ActDetails())
    return await list_faults(call)


async def clear_fault(call: Call) -> Response:
    """Take back one of them."""
    number = call.parameters["number"]
    call.world.faults.remove(int(number) if number.isdecimal() and len(number) < 10 else 0)
    call.world.note(ActKind.FAULTS_CLEARED, ActDetails(subject=number))
    return await list_faults(call)


async def show_relink(call: Call) -> Response:
    """The page behind `profile_relink_url`."""
    profile_id = call.parameters["profile_id"]
    token = call.slot.incidents.ask_to_relink(profile_id)
    profile = call.world.account_with_profile(profile_id).profile(profile_id)
    return html_answer(relink_page(profile, token, call.slot.base_path))


async def relink(call: Call) -> Response:
    """What its button sends."""
    body = await call.body()
    try:
        profile = call.slot.incidents.relink(str(body.get("token", "")))
    except WrongUsage as problem:
        return html_answer(problem_page(problem.message), 400)
    return html_answer(reconnected_page(profile))


HANDLERS: Final[dict[str, Handler]] = {
    "find_events": find_events,
    "add_event": add_event,
    "change_event": change_event,
    "remove_event": remove_event,
    "restore_event": restore_event,
    "disconnect_profile": disconnect_profile,
    "reconnect_profile": reconnect_profile,
    "set_initial_sync": set_initial_sync,
    "remove_calendar": remove_calendar,
    "show_clock": show_clock,
    "set_clock": set_clock,
    "show_provider": show_provider,
    "slow_provider": slow_provider,
    "list_faults": list_faults,
    "add_fault": add_fault,
    "clear_faults": clear_faults,
    "clear_fault": clear_fault,
    "show_relink": show_relink,
    "relink": relink,
}


def _account(call: Call, body: dict[str, object]) -> AccountState:
    """Return the account that a body names, or that has the calendar that it names by its id; else the first one."""
    named, calendar = body.get("account"), body.get("calendar")
    if isinstance(named, str):
        return call.world.account(named)
    for account in call.world.accounts.values():
        if isinstance(calendar, str) and calendar in account.calendars:
            return account
    return call.world.first_account


def _owner_of(call: Call) -> Owner:
    return Owner(call.world, call.world.account_of(call.parameters["event_uid"]))


def _shown(owner: Owner, event: Event, status: int = 200) -> Response:
    return json_answer({"event": owner.show_event(event)}, status)


def _profile(call: Call, profile: Profile) -> Response:
    return json_answer({"profile": identity.render_profile(profile, call.base_url)})
