"""Renewing an access token: when, how often, and what is kept of it."""

from __future__ import annotations

import json
import threading
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.auth.refreshing_token import EARLY, Keeping, StoredTokens, with_tokens
from cronofy_cli.core.accounts.contexts import SecretPlace, StoredSecrets
from cronofy_cli.core.accounts.oauth import TokenAnswer
from cronofy_cli.errors import NotSignedIn
from tests.auth.accounts import ENDED, SECRETS, make_account
from tests.fakes.scripted_server import scripted_server
from tests.held_locks import wait_behind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.auth.accounts import Account
    from tests.fakes.scripted_server import ScriptedServer

ANSWER = {"access_token": "tok_new", "refresh_token": "ref_new", "expires_in": 3600, "scope": "read_events"}


@pytest.fixture
def cronofy() -> Iterator[ScriptedServer]:
    """A server whose script must be played exactly."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def account(tmp_path: Path, cronofy: ScriptedServer) -> Account:
    """A context that is signed in there."""
    return make_account(tmp_path, cronofy.url)


def test_a_token_that_lasts_is_used_as_it_is(account: Account) -> None:
    """Nothing is asked for a token that has its time before it."""
    assert account.in_use().tokens.current() == "tok_old"


@pytest.mark.parametrize("left", [EARLY, timedelta(), -timedelta(days=30)])
def test_a_token_that_ends_is_renewed_before_it_is_used(
    account: Account, cronofy: ScriptedServer, left: timedelta
) -> None:
    """Soon before its end and ever after, the refresh token is sent with the application, and all that came is kept."""
    account.keep(replace(SECRETS, expires_at=datetime.now(UTC) + left))
    cronofy.answer(json=ANSWER, only_for="POST /oauth/token")

    tokens = account.in_use().tokens

    assert (tokens.current(), tokens.current(), tokens.known()) == ("tok_new",) * 3
    sent = json.loads(cronofy.requests[0].body)
    assert (sent["refresh_token"], sent["client_id"], sent["client_secret"]) == (
        "ref_old",
        "client",
        "CRN_of_the_tests",
    )
    assert account.kept is not None
    assert (account.kept.access_token, account.kept.refresh_token) == ("tok_new", "ref_new")
    assert account.kept.client_secrets == SECRETS.client_secrets


@pytest.mark.parametrize("came", ["ref_old", "ref_new", None])
def test_the_refresh_token_that_comes_back_is_kept(account: Account, cronofy: ScriptedServer, came: str | None) -> None:
    """The same or a new one is kept; one that is left out stays."""
    cronofy.answer(json=ANSWER | {"refresh_token": came})

    assert account.in_use().tokens.renewed("tok_old") == "tok_new"

    assert account.kept is not None
    assert account.kept.refresh_token == (came or "ref_old")


def test_what_another_process_renewed_is_taken_over(account: Account) -> None:
    """A token that was refused here and renewed elsewhere meanwhile costs no refresh."""
    tokens = account.in_use().tokens
    account.keep(replace(SECRETS, access_token="tok_of_another", refresh_token="ref_of_another"))

    assert tokens.renewed("tok_old") == "tok_of_another"


def test_what_another_process_renewed_long_ago_is_renewed(account: Account, cronofy: ScriptedServer) -> None:
    """A token of another process that has ended too is no help, but its refresh token is the one to use."""
    tokens = account.in_use().tokens
    account.keep(replace(ENDED, access_token="tok_of_another", refresh_token="ref_of_another"))
    cronofy.answer(json=ANSWER)

    assert tokens.renewed("tok_old") == "tok_new"
    assert json.loads(cronofy.requests[0].body)["refresh_token"] == "ref_of_another"


def test_a_new_token_that_is_refused_is_not_renewed_again(account: Account, cronofy: ScriptedServer) -> None:
    """One refresh in a row: whoever refuses what came just now would refuse the next one too."""
    cronofy.answer(json=ANSWER)
    tokens = account.in_use().tokens

    assert tokens.renewed("tok_old") == "tok_new"
    assert tokens.renewed("tok_new") is None


def test_a_token_of_a_few_seconds_is_used_to_its_end(account: Account, cronofy: ScriptedServer) -> None:
    """Tokens that live shorter than the margin are not renewed for every request."""
    account.keep(ENDED)
    cronofy.answer(json=ANSWER | {"expires_in": 10})
    tokens = account.in_use().tokens

    assert [tokens.current() for _ in range(3)] == ["tok_new"] * 3


def test_a_short_token_that_has_ended_is_renewed(account: Account) -> None:
    """After its few seconds it is renewed, though it came just now."""
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    answers = [TokenAnswer(f"tok_{number}", None, 5, None, None) for number in range(2)]
    store = SecretStore(account.environment, warn=pytest.fail)
    keeping = Keeping(store, nullcontext, lambda: now[0], on_kept=lambda _kept: None)
    tokens = StoredTokens(account.context, SECRETS, lambda _secrets: answers.pop(0), keeping)

    first = tokens.renewed("tok_old")
    now[0] += timedelta(seconds=6)

    assert (first, tokens.current()) == ("tok_0", "tok_1")


def test_threads_share_one_renewal(account: Account, cronofy: ScriptedServer) -> None:
    """However many threads are refused at once, the refresh token is sent once."""
    may_answer = threading.Event()
    cronofy.answer(json=ANSWER, held_until=may_answer)
    tokens, got = account.in_use().tokens, []
    threads = [threading.Thread(target=lambda: got.append(tokens.renewed("tok_old"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    cronofy.wait_for_requests(1)
    may_answer.set()
    for thread in threads:
        thread.join()

    assert got == ["tok_new"] * 8


def test_a_token_without_a_refresh_token_is_used_as_it_is(account: Account) -> None:
    """What was pasted cannot be renewed, and nothing is asked."""
    account.keep(replace(ENDED, refresh_token=None))
    tokens = account.in_use().tokens

    assert (tokens.current(), tokens.renewed("tok_old")) == ("tok_old", None)


def test_cronofy_renews_it_no_more(account: Account, cronofy: ScriptedServer) -> None:
    """A refused refresh token is an error that names the command for this context; what is kept stays."""
    cronofy.answer(400, json={"error": "invalid_grant"})

    with pytest.raises(NotSignedIn) as refused:
        account.in_use().tokens.renewed("tok_old")

    assert refused.value.hint == "sign in again: cronofy auth login --context acme"
    assert account.kept == SECRETS


def test_signed_out_meanwhile(account: Account) -> None:
    """A token is not renewed for a context that another process signed out of."""
    tokens = account.in_use().tokens
    account.keeper.forget(account.context)

    with pytest.raises(NotSignedIn, match="the context acme is not signed in"):
        tokens.renewed("tok_old")


def test_without_the_application_there_is_nothing_to_renew_with(account: Account) -> None:
    """A context without a client secret says so, and how to give it."""
    account.keep(replace(ENDED, client_secrets=()))

    with pytest.raises(NotSignedIn, match="does not know its application's") as refused:
        account.in_use().tokens.current()

    assert refused.value.hint == "cronofy auth login --context acme --client-id ID --client-secret-file FILE"


@pytest.mark.parametrize(("came", "is_kept"), [("ref_new", True), ("ref_old", False)])
def test_a_rotated_refresh_token_is_kept_though_the_keyring_fails(
    account: Account, cronofy: ScriptedServer, came: str, is_kept: bool
) -> None:
    """With no other place left, a file keeps a new refresh token, and that is told; an unchanged one needs none."""
    tokens = account.in_use()
    # Known to be in a file; from now on the keyring, which is switched off, is where the context says they are.
    store = SecretStore(account.environment, warn=account.warnings.append)
    nowhere = account.context._replace(secret_place=None)
    keeping = Keeping(store, nullcontext, lambda: datetime.now(UTC), tokens._note_place)
    cronofy.answer(json=ANSWER | {"refresh_token": came})

    assert StoredTokens(nowhere, SECRETS, tokens._refresh, keeping).renewed("tok_old") == "tok_new"

    assert account.kept is not None
    assert account.context.secret_place is SecretPlace.FILE
    assert account.kept.refresh_token == came
    assert (account.kept.access_token == "tok_new") is is_kept
    assert any("secrets are in" in warning for warning in account.warnings) is is_kept


def test_another_process_renews(account: Account, cronofy: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants to renew waits for another process that does so, and takes over what that one has kept."""
    tokens = account.in_use().tokens
    another = replace(SECRETS, access_token="tok_of_another", refresh_token="ref_of_another")

    renewed = wait_behind(
        account.keeper.lock("acme"), lambda: tokens.renewed("tok_old"), lambda: account.keep(another), monkeypatch
    )

    assert renewed == tokens.known() == "tok_of_another"
    assert cronofy.requests == []


@pytest.mark.parametrize(
    ("secrets", "revoked"),
    [
        (SECRETS, "ref_old"),
        (replace(SECRETS, refresh_token=None), "tok_old"),
        (replace(SECRETS, refresh_token=None, access_token=None), None),
    ],
)
def test_what_is_given_back(
    account: Account, cronofy: ScriptedServer, secrets: StoredSecrets, revoked: str | None
) -> None:
    """The refresh token, else the access token; without one there is nothing to give back, and nobody is asked."""
    account.keep(secrets)
    if revoked is not None:
        cronofy.answer(only_for="POST /oauth/token/revoke")

    assert account.in_use().revoke() is (revoked is not None)
    assert [json.loads(request.body)["token"] for request in cronofy.requests] == ([revoked] if revoked else [])


def test_without_an_access_token(account: Account) -> None:
    """A context that is not signed in has no token to use, and says how to sign in."""
    account.keep(replace(SECRETS, access_token=None))
    tokens = account.in_use().tokens

    with pytest.raises(NotSignedIn, match=r"^the context acme is not signed in$") as refused:
        tokens.current()
    assert refused.value.hint == "cronofy auth login --context acme"
    assert tokens.known() is None


def test_what_an_answer_leaves_out_stays() -> None:
    """An answer of an access token alone changes no more than that, and an unknown end is no end."""
    changed = with_tokens(SECRETS, TokenAnswer("tok_new", None, None, None, None), datetime.now(UTC))

    assert changed == replace(SECRETS, access_token="tok_new", expires_at=None)


def test_tokens_are_not_in_a_repr(account: Account) -> None:
    """Neither tokens nor secrets are shown by what carries them."""
    in_use = account.in_use()
    hidden = ("tok_old", "ref_old", "CRN_of_the_tests")

    shown = repr((in_use, in_use.tokens, in_use.secrets, StoredSecrets()))

    assert all(secret in str(asdict(in_use.secrets)) for secret in hidden)
    assert not any(secret in shown for secret in hidden)


def tokens_at(account: Account, now: list[datetime], secrets: StoredSecrets, lifetimes_s: list[int]) -> StoredTokens:
    """Return a context's tokens by a clock that the test turns; renewed ones are `tok_0`, `tok_1` and so on."""
    answers = [TokenAnswer(f"tok_{number}", None, each, None, None) for number, each in enumerate(lifetimes_s)]
    store = SecretStore(account.environment, warn=lambda _sentence: None)
    keeping = Keeping(store, nullcontext, lambda: now[0], on_kept=lambda _kept: None)
    account.keep(secrets)
    return StoredTokens(account.context, secrets, lambda _secrets: answers.pop(0), keeping)


@pytest.mark.parametrize(
    ("left", "expected"), [(EARLY + timedelta(seconds=1), "tok_old"), (EARLY, "tok_0"), (timedelta(), "tok_0")]
)
def test_the_moment_from_which_a_token_is_renewed(account: Account, left: timedelta, expected: str) -> None:
    """From EARLY before its end on, to the second."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    tokens = tokens_at(account, [now], replace(SECRETS, expires_at=now + left), [3600])

    assert tokens.current() == expected


@pytest.mark.parametrize(("later", "expected"), [(EARLY - timedelta(seconds=1), None), (EARLY, "tok_1")])
def test_how_long_a_new_token_is_new(account: Account, later: timedelta, expected: str | None) -> None:
    """A new token that is refused is renewed again once it has been there for EARLY, to the second."""
    now = [datetime(2026, 11, 22, 12, tzinfo=UTC)]
    tokens = tokens_at(account, now, ENDED, [36000, 36000])

    assert tokens.current() == "tok_0"
    now[0] += later
    assert tokens.renewed("tok_0") == expected


def test_a_token_without_an_end_is_never_renewed_by_itself(account: Account) -> None:
    """One whose end is not known is used until it is refused."""
    tokens = tokens_at(account, [datetime(2099, 1, 1, tzinfo=UTC)], replace(SECRETS, expires_at=None), [])

    assert tokens.current() == "tok_old"
