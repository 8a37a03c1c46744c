"""The routes about an account: identity, profiles, calendars, elevated access, channels.

Where the documentation names no status, it is this simulator's choice: 422 for an unknown calendar in a filter, 404 for
one in a path. Which scope a call needs is named in `scopes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.application_calls import ApplicationCalls
from cronofy_cli.simulator.http.call import PersonalTokenRefused
from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.pages import done_page, permissions_page, problem_page
from cronofy_cli.simulator.http.web import html_answer, json_answer, redirect
from cronofy_cli.simulator.messages import bodies, identity
from cronofy_cli.simulator.messages.rendering import render_channel
from cronofy_cli.simulator.permission_requests import parse_permission_request
from cronofy_cli.simulator.world import scopes

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.model import Channel
    from cronofy_cli.simulator.world.scopes import Access


async def userinfo(call: Call) -> Response:
    """UserInfo (docs: /developers/api/identity/userinfo/)."""
    access = call.allowed()
    return json_answer(identity.render_userinfo(call.world.accounts[access.account_id], access, call.base_url))


async def account(call: Call) -> Response:
    """Account (docs: /developers/api/identity/account/)."""
    access = call.allowed(scopes.READ_ACCOUNT)
    return json_answer(identity.render_account(call.world.accounts[access.account_id], access.scope))


async def list_profiles(call: Call) -> Response:
    """List Profiles (docs: /developers/api/identity/profile/)."""
    access = call.allowed()
    state = call.world.accounts[access.account_id]
    return json_answer(identity.render_profiles(state, access.application, call.base_url))


async def revoke_profile(call: Call) -> Response:
    """Revoke Profile (docs: /developers/api/authorization/revoke-profile/)."""
    ApplicationCalls(call.world, call.allowed()).revoke_profile(call.parameters["profile_id"])
    return Response(status=202)


async def list_calendars(call: Call) -> Response:
    """List Calendars (docs: /developers/api/calendars/list-calendars/)."""
    access = call.allowed(scopes.READ_CALENDARS)
    return json_answer(identity.render_calendars(call.world.accounts[access.account_id], access.application))


async def create_calendar(call: Call) -> Response:
    """Create Calendar: 200, it is there at once (docs: /developers/api/calendars/create-calendar/)."""
    access = call.allowed(scopes.CREATE_CALENDAR)
    calls = ApplicationCalls(call.world, access)
    calendar = calls.create_calendar(bodies.parse_new_calendar(await call.body()))
    return json_answer({"calendar": identity.calendar_with_profile(calls.account, calendar, access.application)})


async def request_permissions(call: Call) -> Response:
    """Extended Permissions (docs: /developers/api/authorization/extended-permissions/)."""
    access = _application_access(call)
    state = call.world.accounts[access.account_id]
    request = parse_permission_request(await call.body(), state, access.application or "")
    token = call.slot.permission_requests.ask(request)
    return json_answer({"permissions_request": {"url": f"{call.base_url}/permissions/{token}"}})


async def show_permissions(call: Call) -> Response:
    """The page that asks the owner. `?auto=allow` and `?auto=deny` answer at once: an addition of the simulator's."""
    token, requests = call.parameters["request_id"], call.slot.permission_requests
    try:
        request = requests.show(token)
    except WrongUsage as problem:
        return html_answer(problem_page(problem.message), 400)
    decision = call.request.query.get("auto")
    if decision in {"allow", "deny"}:
        return _answered(call, token, is_granted=decision == "allow")
    client_id = call.world.applications[request.application].client_id
    owner = call.world.accounts[request.account_id].account
    page = permissions_page(client_id, owner, requests.calendars(request), token, call.slot.base_path)
    return html_answer(page)


async def answer_permissions(call: Call) -> Response:
    """What its two buttons send. Everything but Allow is a refusal."""
    body = await call.body()
    return _answered(call, str(body.get("token", "")), is_granted=body.get("decision") == "allow")


async def list_channels(call: Call) -> Response:
    """List Channels (docs: /developers/api/push-notifications/list-channels/)."""
    access = _channel_access(call)
    channels = call.world.channels.of(access.account_id, access.application)
    return json_answer({"channels": [_rendered(call, channel) for channel in channels]})


async def create_channel(call: Call) -> Response:
    """Create Channel: 200, not 201 (docs: /developers/api/push-notifications/create-channel/)."""
    access = _channel_access(call)
    calendars = ApplicationCalls(call.world, access).calendars
    wanted = bodies.parse_channel(
        await call.body(), calendars, enforce_url_length=call.world.settings.enforce_url_length
    )
    channel = call.world.open_channel(
        structs.replace(
            wanted,
            account_id=access.account_id,
            application=access.application or "",
            is_authorized=access.is_authorized,
        )
    )
    return json_answer({"channel": _rendered(call, channel)})


async def close_channel(call: Call) -> Response:
    """Close Channel (docs: /developers/api/push-notifications/close-channel/)."""
    access = _channel_access(call)
    channel_id = call.parameters["channel_id"]
    own = {channel.channel_id for channel in call.world.channels.of(access.account_id, access.application)}
    if channel_id not in own:
        return Response(status=404)
    call.world.close_channel(channel_id)
    return Response(status=202)


HANDLERS: Final[dict[str, Handler]] = {
    "userinfo": userinfo,
    "account": account,
    "list_profiles": list_profiles,
    "revoke_profile": revoke_profile,
    "list_calendars": list_calendars,
    "create_calendar": create_calendar,
    "request_permissions": request_permissions,
    "show_permissions": show_permissions,
    "answer_permissions": answer_permissions,
    "list_channels": list_channels,
    "create_channel": create_channel,
    "close_channel": close_channel,
}


def _answered(call: Call, token: str, *, is_granted: bool) -> Response:
    try:
        request = call.slot.permission_requests.answer(token, is_granted=is_granted)
    except WrongUsage as problem:
        return html_answer(problem_page(problem.message), 400)
    url = request.answer_url(is_granted=is_granted)
    if url is not None:
        return redirect(url, 303)
    return html_answer(done_page("Access is granted." if is_granted else "Nothing was changed."))


def _rendered(call: Call, channel: Channel) -> Json:
    return render_channel(channel, scheduling_conversations=call.world.settings.emit_scheduling_conversations)


def _application_access(call: Call) -> Access:
    access = call.allowed()
    if access.is_personal:
        raise PersonalTokenRefused(call.world.settings.personal_token_status)
    return access


def _channel_access(call: Call) -> Access:
    """Return what the token allows, for calls that need an application.

    A channel is linked to one, so personal tokens have none (docs: /developers/push-notifications/).

    Raises:
        NotSignedIn: there is no token, or it is not known, expired or revoked.
        NotAllowed: it is a personal token, or one without a scope that reads calendars.
    """
    access = call.allowed(scopes.READ_CALENDARS)
    if access.is_personal:
        raise PersonalTokenRefused(call.world.settings.personal_token_status)
    return access
