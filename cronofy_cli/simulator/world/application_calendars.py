"""Application calendars: accounts that an application makes for itself (docs: …/calendars/application-calendars/).

Pure. Channels work on them as on any account: whether that is so at Cronofy is not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.model import APPLICATION_CALENDAR, Account, AccountSnapshot, Calendar, Profile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.simulator.world.identifiers import Identifiers
    from cronofy_cli.simulator.world.state import AccountState

SCOPE: Final = "read_write"


def application_calendar_in(
    accounts: Iterable[AccountState], application: str, application_calendar_id: str
) -> AccountState | None:
    """Return an application's calendar by its own id of it."""
    wanted = application_calendar_id, application
    for state in accounts:
        account = state.account
        if account.kind == APPLICATION_CALENDAR and (account.application_calendar_id, account.name) == wanted:
            return state
    return None


def new_application_calendar(
    ids: Identifiers, application: str, application_calendar_id: str, now: datetime
) -> AccountSnapshot:
    """Return a fresh account with one profile and one primary calendar."""
    account_id = ids.new(identifiers.APPLICATION_CALENDAR, now)
    profile_id = identifiers.short_identifier(identifiers.PROFILE, account_id)
    middle = profile_id.removeprefix(identifiers.PROFILE)
    account = Account(
        account_id=account_id,
        email="",
        name=application,
        zoneinfo="Etc/UTC",
        scope=SCOPE,
        kind=APPLICATION_CALENDAR,
        application_calendar_id=application_calendar_id,
    )
    calendar_id = identifiers.calendar_identifier(profile_id, application_calendar_id)
    return AccountSnapshot(
        account,
        (Profile(profile_id, "cronofy", "cronofy", middle),),
        (Calendar(calendar_id, profile_id, "Calendar", primary=True, is_google=False),),
    )
