"""Elevated access: an application asks, the account's owner decides on a page (docs: …/extended-permissions/).

Choices where the documentation is silent: the page goes back to `redirect_uri` without parameters when access is
granted, with `error=access_denied` when it is not; an unknown calendar or level is 422.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from msgspec import structs

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_writes import is_http_url, must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.one_time_tokens import OneTimeTokens, new_token
from cronofy_cli.simulator.world.permissions import SANDBOX, UNRESTRICTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Calendar
    from cronofy_cli.simulator.world.state import AccountState


class PermissionRequest(NamedTuple):
    """What an application asks for: levels by calendar."""

    account_id: str
    application: str
    levels: dict[str, str]
    redirect_uri: str | None

    def answer_url(self, *, is_granted: bool) -> str | None:
        """Return where the browser goes after the decision, if the application named an address."""
        if self.redirect_uri is None or is_granted:
            return self.redirect_uri
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode({'error': 'access_denied'})}"


class PermissionRequests:
    """Those that wait for their owner's decision."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._open: OneTimeTokens[PermissionRequest] = OneTimeTokens(new_token)

    def ask(self, request: PermissionRequest) -> str:
        """Keep a request and return the one-time token of its page."""
        return self._open.issue(request, self._world.clock())

    def show(self, token: str) -> PermissionRequest:
        """Return a request that is still open.

        Raises:
            WrongUsage: it was answered before, or is too old.
        """
        return self._open.look_at(token, self._world.clock())

    def calendars(self, request: PermissionRequest) -> list[Calendar]:
        """Return the calendars that a request is about."""
        account = self._world.accounts[request.account_id]
        return [account.calendars[calendar_id] for calendar_id in request.levels]

    def answer(self, token: str, *, is_granted: bool) -> PermissionRequest:
        """Grant or refuse; it counts once.

        Raises:
            WrongUsage: it was answered before, or is too old.
        """
        request = self._open.take(token, self._world.clock())
        if is_granted:
            grant(self._world.accounts[request.account_id], request)
            self._world.note_act()
        return request


def grant(account: AccountState, request: PermissionRequest) -> None:
    """Give an application the levels that it asked for."""
    for calendar_id, level in request.levels.items():
        calendar = account.calendars[calendar_id]
        others = tuple(name for name in calendar.unrestricted_for if name != request.application)
        granted = (*others, request.application) if level == UNRESTRICTED else others
        account.put_calendar(structs.replace(calendar, unrestricted_for=granted))


def parse_permission_request(body: Mapping[str, object], account: AccountState, application: str) -> PermissionRequest:
    """Read what an application asks for.

    Raises:
        InvalidRequest: `permissions` is missing, or something in it is not recognized.
    """
    errors = FieldErrors()
    wanted = body.get("permissions")
    if not isinstance(wanted, list) or not wanted:
        errors.add("permissions", must_be_specified("permissions"))
        wanted = []
    levels = {}
    for index, one in enumerate(wanted):
        field = f"permissions[{index}]"
        permission = fields.read_object(one, field, errors)
        calendar_id = fields.read_required_text(permission.get("calendar_id"), f"{field}.calendar_id", errors)
        level = fields.read_required_text(permission.get("permission_level"), f"{field}.permission_level", errors)
        if calendar_id and calendar_id not in account.calendars_for(application):
            errors.not_recognized(f"{field}.calendar_id", "a calendar of this account")
        if level and level not in {SANDBOX, UNRESTRICTED}:
            errors.not_recognized(f"{field}.permission_level", "sandbox or unrestricted")
        levels[calendar_id] = level
    redirect_uri = fields.read_text(body.get("redirect_uri"), "redirect_uri", errors) or None
    if redirect_uri is not None and not is_http_url(redirect_uri):
        errors.not_recognized("redirect_uri", "an HTTP or HTTPS URL")
    errors.raise_if_any()
    return PermissionRequest(account.account.account_id, application, levels, redirect_uri)
