"""The routes of smart invites: called with the API key, which is the client secret (docs: …/api/smart-invites/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.http.web import json_answer
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_writes import must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.smart_invites import parse_invite, parse_reply, render_invite
from cronofy_cli.simulator.smart_invites import SmartInvites

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.http.exchange import Response


async def write_smart_invite(call: Call) -> Response:
    """Create, update or cancel an invite, or remove a recipient (docs: …/smart-invites/create-smart-invite)."""
    application = call.allowed_application()
    request = parse_invite(await call.body())
    return json_answer(SmartInvites(call.world).write(application.name, request))


async def read_smart_invite(call: Call) -> Response:
    """Invite Status (docs: /developers/api/smart-invites/invite-status)."""
    application = call.allowed_application()
    query = call.request.query
    errors = FieldErrors()
    if not query.get("smart_invite_id"):
        errors.add("smart_invite_id", must_be_specified("smart_invite_id"))
    with_calendar = fields.read_boolean(query.get("include_ics"), "include_ics", errors)
    errors.raise_if_any()
    invite = SmartInvites(call.world).find(application.name, query["smart_invite_id"], query.get("recipient_email"))
    return json_answer(render_invite(invite, with_calendar=with_calendar, with_replies=True))


async def reply_to_invite(call: Call) -> Response:
    """A recipient answers: what the control API lets happen."""
    reply = parse_reply(await call.json_body())
    invite = SmartInvites(call.world).reply(None, call.parameters["smart_invite_id"], reply)
    return json_answer(render_invite(invite, with_calendar=False, with_replies=True))


HANDLERS: Final[dict[str, Handler]] = {
    "write_smart_invite": write_smart_invite,
    "read_smart_invite": read_smart_invite,
    "reply_to_invite": reply_to_invite,
}
