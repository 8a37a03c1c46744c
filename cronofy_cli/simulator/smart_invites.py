"""Smart invites: sent by an application, answered by their recipients, with a callback for each reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.errors import UnknownInvite
from cronofy_cli.simulator.messages.smart_invites import callback_content, icalendar, render_invite
from cronofy_cli.simulator.simulated_world import invite_key
from cronofy_cli.simulator.world.delivery import Callback
from cronofy_cli.simulator.world.model import Event, SmartInvite

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.messages.smart_invites import InviteRequest
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Recipient

SMART_INVITE: Final = "smart_invite"


class SmartInvites:
    """Those of one world."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world

    def write(self, application: str, request: InviteRequest) -> Json:
        """Send, update or cancel an invite, or remove one of its recipients; return what is answered.

        Raises:
            UnknownInvite: there is none to cancel, or no such recipient to remove.
        """
        if request.method == "remove":
            return self._remove(application, request)
        if request.method == "cancel":
            known = self.find(application, request.smart_invite_id, _email(request))
            invite = self._put(structs.replace(known, is_cancelled=True))
        else:
            invite = self._put(self._requested(application, request))
        return render_invite(invite, with_calendar=True)

    def find(self, application: str, smart_invite_id: str, email: str | None) -> SmartInvite:
        """Return an invite by its id and the recipient's address; with several recipients the address is not needed.

        Raises:
            UnknownInvite: there is none.
        """
        invites = self._world.smart_invites
        for address in ((email or "").casefold(), ""):
            found = invites.get((application, smart_invite_id, address))
            if found is not None:
                return found
        status = self._world.settings.unknown_invite_status
        raise UnknownInvite(f"there is no smart invite '{smart_invite_id}'", status)

    def reply(self, application: str | None, smart_invite_id: str, reply: Recipient) -> SmartInvite:
        """Let an answer arrive; also one by somebody to whom the invite was forwarded.

        Raises:
            NotFound: there is no such invite.
        """
        for invite in self._world.smart_invites.values():
            is_meant = invite.smart_invite_id == smart_invite_id and application in {None, invite.application}
            if is_meant and (invite.has_several or len(self._same(invite)) == 1 or _is_of(invite, reply)):
                return self._replied(invite, reply)
        raise NotFound(f"there is no smart invite '{smart_invite_id}'")

    def _same(self, invite: SmartInvite) -> list[SmartInvite]:
        return [one for one in self._world.smart_invites.values() if one.smart_invite_id == invite.smart_invite_id]

    def _replied(self, invite: SmartInvite, reply: Recipient) -> SmartInvite:
        others = tuple(one for one in invite.replies if one.email.casefold() != reply.email.casefold())
        recipients = tuple(
            reply if one.email.casefold() == reply.email.casefold() else one for one in invite.recipients
        )
        invite = self._put(structs.replace(invite, recipients=recipients, replies=(*others, reply)))
        if invite.callback_url is not None:
            callback = Callback(
                url=invite.callback_url, application=invite.application, content=callback_content(invite, reply)
            )
            self._world.outbox.push_callback(SMART_INVITE, self._world.clock(), {}, callback)
            self._world.note_act()
        return invite

    def _requested(self, application: str, request: InviteRequest) -> SmartInvite:
        now, details = self._world.clock(), request.details
        assert details.span is not None
        blank = Event(
            event_uid=request.smart_invite_id,
            calendar_id="",
            summary="",
            span=details.span,
            tzid=details.tzid or "Etc/UTC",
            created=now,
            updated=now,
        )
        invite = SmartInvite(
            application=application,
            smart_invite_id=request.smart_invite_id,
            recipients=request.recipients,
            has_several=request.has_several,
            callback_url=request.callback_url,
            event=details.applied_to(blank, now),
            organizer=request.organizer,
        )
        known = self._world.smart_invites.get(invite_key(invite))
        if known is None:
            return invite
        # An update: those who answered keep their status.
        answered = {one.email.casefold(): one for one in known.recipients}
        recipients = tuple(answered.get(one.email.casefold(), one) for one in invite.recipients)
        return structs.replace(invite, recipients=recipients, replies=known.replies)

    def _remove(self, application: str, request: InviteRequest) -> Json:
        invite = self.find(application, request.smart_invite_id, _email(request))
        removed = request.recipients[0]
        rest = tuple(one for one in invite.recipients if one.email.casefold() != removed.email.casefold())
        if len(rest) == len(invite.recipients):
            status = self._world.settings.unknown_invite_status
            raise UnknownInvite(f"{removed.email} is no recipient of this smart invite", status)
        text = icalendar(invite, removed)
        if rest:
            invite = self._put(structs.replace(invite, recipients=rest))
        else:
            invite = self._put(structs.replace(invite, is_cancelled=True))
        attachments = {"removed": {"email": removed.email, "icalendar": text}}
        return render_invite(invite, with_calendar=False) | {"attachments": attachments}

    def _put(self, invite: SmartInvite) -> SmartInvite:
        self._world.smart_invites[invite_key(invite)] = invite
        self._world.note_act()
        return invite


def _email(request: InviteRequest) -> str:
    return request.recipients[0].email


def _is_of(invite: SmartInvite, reply: Recipient) -> bool:
    return any(one.email.casefold() == reply.email.casefold() for one in invite.recipients)
