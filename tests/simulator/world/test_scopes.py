"""Which scopes there are, and which of them each call takes."""

from __future__ import annotations

import pytest

from cronofy_cli.errors import NotAllowed
from cronofy_cli.simulator.world import scopes
from cronofy_cli.simulator.world.scopes import SCOPES, Access

OF_PEOPLE = {
    *("read_account", "list_calendars", "read_events", "create_event", "delete_event", "read_free_busy"),
    *("change_participation_status", "create_calendar"),
}
OLDER = {"read_only", "write_only", "read_write", "free_busy", "free_busy_write"}
OF_ORGANIZATIONS = {
    *("service_account/accounts/manage", "service_account/accounts/unrestricted_access"),
    *("service_account/resources/manage", "service_account/resources/unrestricted_access"),
    "organizational_unit_scheduler",
}
TAKEN = {
    "READ_ACCOUNT": {"read_account", "read_only", "read_write"},
    "READ_EVENTS": {"read_events", "read_only", "read_write", "free_busy", "free_busy_write"},
    "READ_FREE_BUSY": {"read_events", "read_only", "read_write", "free_busy", "free_busy_write", "read_free_busy"},
    "READ_CALENDARS": {
        *("read_events", "read_only", "read_write", "free_busy", "free_busy_write", "read_free_busy", "list_calendars"),
    },
    "CREATE_EVENT": {"create_event", "write_only", "read_write", "free_busy_write"},
    "DELETE_EVENT": {"delete_event", "write_only", "read_write", "free_busy_write"},
    "CREATE_CALENDAR": {"create_calendar"},
    "CHANGE_PARTICIPATION": {"change_participation_status"},
}


def test_the_documented_names() -> None:
    """The scopes are those of the documentation, each with a sentence for the account's owner."""
    assert set(SCOPES) == OF_PEOPLE | OLDER | OF_ORGANIZATIONS
    assert len(set(SCOPES.values())) == len(SCOPES)
    assert all(words[0].isupper() and not words.endswith(".") for words in SCOPES.values())


@pytest.mark.parametrize("call", TAKEN)
def test_which_scope_a_call_takes(call: str) -> None:
    """A call is done with each scope that covers it, also beside others, and refused with any other."""
    accepted = getattr(scopes, call)

    assert accepted == TAKEN[call]
    for scope in SCOPES:
        access = Access(f"organizational_unit_scheduler {scope}", "acc_1", "main")
        if scope in TAKEN[call]:
            access.require(accepted)
            continue
        with pytest.raises(
            NotAllowed, match=f"^the access token has none of the scopes {', '.join(sorted(accepted))}$"
        ):
            access.require(accepted)


@pytest.mark.parametrize("scope", SCOPES)
def test_who_sees_details(scope: str) -> None:
    """Only scopes that read events show more than times."""
    assert Access(f"read_account {scope}", "acc_1", "main").sees_details is (
        scope in {"read_events", "read_only", "read_write"}
    )


def test_whose_token() -> None:
    """A personal token belongs to no application, and was not issued by signing in."""
    assert Access("read_events", "acc_1", None).is_personal
    assert not Access("read_events", "acc_1", "main").is_personal
    assert not Access("read_events", "acc_1", "main").is_authorized
