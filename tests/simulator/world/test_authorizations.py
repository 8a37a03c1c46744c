"""Codes and tokens, on a virtual clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.simulator.world.authorizations import (
    Authorizations,
    AuthorizationsState,
    Grant,
    OAuthRefused,
    TokenRules,
)
from tests.simulator.worlds import MAIN, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.simulator.world.authorizations import IssuedTokens

URI = "http://localhost/"
SUB = "acc_1"
HOUR = timedelta(hours=1)


def authorizations(*, rotate: bool = False, state: AuthorizationsState | None = None) -> Authorizations:
    """Authorizations with easily found tokens."""
    return Authorizations(TokenRules(3600, rotate), lambda: f"token-{uuid4().hex}", state)


def scope_of(known: Authorizations, token: str, now: datetime) -> str | None:
    """What an access token allows."""
    authorization = known.of(token, now)
    return None if authorization is None else authorization.scope


def stored(known: Authorizations) -> AuthorizationsState:
    """What a restart finds in the file."""
    return msgspec.json.decode(msgspec.json.encode(known.state()), type=AuthorizationsState)


def signed_in(known: Authorizations, scope: str = "read_events") -> IssuedTokens:
    """The tokens of a new login."""
    return known.exchange(known.issue_code(Grant(SUB, MAIN, scope), URI, NOW), URI, MAIN, NOW)


def test_a_code_becomes_tokens_once() -> None:
    """A code gives the scope that was allowed, and a second try nothing."""
    known = authorizations()
    code = known.issue_code(Grant(SUB, MAIN, "read_events"), URI, NOW)

    tokens = known.exchange(code, URI, MAIN, NOW)

    assert (tokens.scope, tokens.expires_in_s) == ("read_events", 3600)
    assert scope_of(known, tokens.access_token, NOW) == "read_events"
    with pytest.raises(OAuthRefused) as again:
        known.exchange(code, URI, MAIN, NOW)
    assert again.value.error == "invalid_grant"


@pytest.mark.parametrize(("uri", "seconds"), [("http://localhost", 0), (URI, 60), ("http://LOCALHOST/", 1)])
def test_a_code_is_bound_to_its_redirect_uri_and_to_a_minute(uri: str, seconds: int) -> None:
    """Another spelling of the address or 60 seconds are too far off, and the failed try has used the code up."""
    known = authorizations()
    code = known.issue_code(Grant(SUB, MAIN, "read_events"), URI, NOW)

    with pytest.raises(OAuthRefused):
        known.exchange(code, uri, MAIN, NOW + timedelta(seconds=seconds))
    with pytest.raises(OAuthRefused):
        known.exchange(code, URI, MAIN, NOW)


def test_a_code_works_until_its_minute_is_over() -> None:
    """59 seconds are in time, also when other codes are issued meanwhile."""
    known = authorizations()
    code = known.issue_code(Grant(SUB, MAIN, "read_events"), URI, NOW)
    known.issue_code(Grant(SUB, MAIN, "read_events"), URI, NOW + timedelta(seconds=30))

    assert known.exchange(code, URI, MAIN, NOW + timedelta(seconds=59)).scope == "read_events"


def test_an_access_token_expires() -> None:
    """It is valid to the last moment before its lifetime is over."""
    known = authorizations()
    token = signed_in(known).access_token

    assert scope_of(known, token, NOW + HOUR - timedelta(microseconds=1)) == "read_events"
    assert scope_of(known, token, NOW + HOUR) is None


def test_a_refresh_leaves_the_older_access_token_its_time() -> None:
    """Processes that share a login do not take each other's token away."""
    known = authorizations()
    first = signed_in(known)
    second = known.refresh(first.refresh_token, MAIN, NOW + HOUR / 2)

    assert second.access_token != first.access_token
    assert scope_of(known, first.access_token, NOW + HOUR / 2) == "read_events"
    assert scope_of(known, second.access_token, NOW + HOUR) == "read_events"


def test_without_rotation_the_refresh_token_stays() -> None:
    """The same refresh token comes back, again and again."""
    known = authorizations()
    token = signed_in(known).refresh_token

    assert {known.refresh(token, MAIN, NOW + number * HOUR).refresh_token for number in range(3)} == {token}


@given(choices=st.lists(st.integers(0, 50), max_size=30), restarts=st.booleans())
def test_refreshes_leave_exactly_one_refresh_token(choices: list[int], *, restarts: bool) -> None:
    """In any order of refreshes with old and new tokens, only the last one returned is valid."""
    known = authorizations(rotate=True)
    other = signed_in(known, "read_account").refresh_token
    tokens = [signed_in(known).refresh_token]
    for number, choice in enumerate(choices):
        if restarts:
            known = authorizations(rotate=True, state=stored(known))
        chosen = tokens[-1 - choice % len(tokens)]
        if chosen == tokens[-1]:
            tokens.append(known.refresh(chosen, MAIN, NOW + number * HOUR / 4).refresh_token)
        else:
            with pytest.raises(OAuthRefused):
                known.refresh(chosen, MAIN, NOW + number * HOUR / 4)

    assert {one.refresh_token for one in known.state().authorizations} == {other, tokens[-1]}
    assert known.refresh(tokens[-1], MAIN, NOW).scope == "read_events"


@pytest.mark.parametrize("by", ["access_token", "refresh_token"])
def test_revoking_takes_one_login(by: str) -> None:
    """Either token of a login revokes all of its tokens and none of another login's; a second time does nothing."""
    known = authorizations()
    mine, other = signed_in(known), signed_in(known)
    refreshed = known.refresh(mine.refresh_token, MAIN, NOW)

    assert known.revoke(getattr(mine, by), MAIN)

    assert scope_of(known, mine.access_token, NOW) is scope_of(known, refreshed.access_token, NOW) is None
    with pytest.raises(OAuthRefused):
        known.refresh(mine.refresh_token, MAIN, NOW)
    assert scope_of(known, other.access_token, NOW) == "read_events"
    assert not known.revoke(getattr(mine, by), MAIN)
    assert len(known) == 1


def test_revoking_all_leaves_nothing() -> None:
    """After it there are neither logins nor tokens, and doing it again finds none."""
    known = authorizations()
    mine = [signed_in(known) for _ in range(3)]

    assert known.revoke_all(SUB, MAIN)

    assert known.state() == AuthorizationsState(last_number=3)
    assert [scope_of(known, tokens.access_token, NOW) for tokens in mine] == [None] * 3
    assert not known.revoke_all(SUB, MAIN)


def test_tokens_outlive_a_restart() -> None:
    """Logins and unexpired access tokens are stored; expired ones are left out when a new one is issued."""
    known = authorizations()
    first = signed_in(known)
    second = known.refresh(first.refresh_token, MAIN, NOW + HOUR)

    restarted = authorizations(state=stored(known))

    assert [access.token for access in stored(known).access_tokens] == [second.access_token]
    assert scope_of(restarted, second.access_token, NOW + HOUR) == "read_events"
    assert restarted.refresh(first.refresh_token, MAIN, NOW + HOUR).refresh_token == first.refresh_token
    assert signed_in(restarted).scope == "read_events"
    assert len(restarted) == 2


def test_tokens_do_not_show_in_tracebacks() -> None:
    """The representation of what is issued holds no token."""
    assert "token-" not in repr(signed_in(authorizations()))
