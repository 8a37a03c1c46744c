"""A client whose token is refused or has ended: renewed once, and the call repeated."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.tokens import FixedToken, checked_token
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import NotSignedIn
from tests.auth.accounts import ENDED, SECRETS, make_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from tests.auth.accounts import Account
    from tests.fakes.scripted_server import ScriptedServer

ANSWER = {"access_token": "tok_new", "refresh_token": "ref_new", "expires_in": 3600}
REFRESH = "/oauth/token"


@pytest.fixture
def account(tmp_path: Path, cronofy: ScriptedServer) -> Account:
    """A context that is signed in at the scripted server."""
    return make_account(tmp_path, cronofy.url)


@contextmanager
def client_with(
    tokens: AccessTokens, cronofy: ScriptedServer, exchanges: list[Exchange] | None = None
) -> Iterator[ApiClient]:
    """A client whose waits before a retry take no time."""
    seen = [] if exchanges is None else exchanges
    with ApiClient(data_center_at(cronofy.url), tokens, observe=seen.append, sleep=lambda _: None) as client:
        yield client


def sent(cronofy: ScriptedServer) -> list[tuple[str, str | None]]:
    """Each request's path, and the token that came with it."""
    return [(request.target, request.headers["Authorization"]) for request in cronofy.requests]


def test_a_refused_token(account: Account, cronofy: ScriptedServer) -> None:
    """A 401 is followed by one refresh and the same call with the new token; later calls go on with it."""
    cronofy.answer(401)
    cronofy.answer(json=ANSWER)
    cronofy.answer(body=b"first")
    cronofy.answer(body=b"second")

    with client_with(account.in_use().tokens, cronofy) as client:
        bodies = [client.request("GET", "/v1/userinfo"), client.request("GET", "/v1/calendars")]

    assert bodies == [b"first", b"second"]
    assert sent(cronofy) == [
        ("/v1/userinfo", "Bearer tok_old"),
        (REFRESH, None),
        ("/v1/userinfo", "Bearer tok_new"),
        ("/v1/calendars", "Bearer tok_new"),
    ]


def test_a_post_is_repeated_once(account: Account, cronofy: ScriptedServer) -> None:
    """A write that was refused for its token was not done: it is sent once more, the same to the byte."""
    cronofy.answer(401)
    cronofy.answer(json=ANSWER)
    cronofy.answer(body=b"done")

    with client_with(account.in_use().tokens, cronofy) as client:
        assert client.request("POST", "/v1/channels", json={"callback_url": "https://example.com/"}) == b"done"

    first, _, second = cronofy.requests
    assert (first.method, first.body) == (second.method, second.body) == ("POST", first.body)
    assert first.body


def test_a_refusal_of_the_new_token_is_the_end(account: Account, cronofy: ScriptedServer) -> None:
    """The token is never renewed twice for one call, and the error names signing in."""
    cronofy.answer(401)
    cronofy.answer(json=ANSWER)
    cronofy.answer(401)

    with client_with(account.in_use().tokens, cronofy) as client, pytest.raises(NotSignedIn) as refused:
        client.request("GET", "/v1/userinfo")

    assert [target for target, _ in sent(cronofy)] == ["/v1/userinfo", REFRESH, "/v1/userinfo"]
    assert refused.value.hint is not None
    assert "cronofy auth login" in refused.value.hint


def test_a_token_that_has_ended(account: Account, cronofy: ScriptedServer) -> None:
    """An ended token is not even tried; if the new one is refused, that is the end too."""
    account.keep(ENDED)
    cronofy.answer(json=ANSWER)
    cronofy.answer(401)

    with client_with(account.in_use().tokens, cronofy) as client, pytest.raises(NotSignedIn):
        client.request("GET", "/v1/userinfo")

    assert sent(cronofy) == [(REFRESH, None), ("/v1/userinfo", "Bearer tok_new")]


def test_a_renewal_and_a_retry_do_not_count_as_one(account: Account, cronofy: ScriptedServer) -> None:
    """After a renewal a passing failure is tried again as ever, with the new token."""
    cronofy.answer(401)
    cronofy.answer(json=ANSWER)
    cronofy.answer(503)
    cronofy.answer(body=b"done")

    with client_with(account.in_use().tokens, cronofy) as client:
        assert client.request("GET", "/v1/userinfo") == b"done"

    assert [token for _, token in sent(cronofy)] == ["Bearer tok_old", None, "Bearer tok_new", "Bearer tok_new"]


def test_a_token_of_the_environment_is_never_renewed(cronofy: ScriptedServer) -> None:
    """A fixed token that is refused is an error after one request."""
    cronofy.answer(401)

    with client_with(FixedToken("tok_fixed"), cronofy) as client, pytest.raises(NotSignedIn):
        client.request("GET", "/v1/userinfo")

    assert sent(cronofy) == [("/v1/userinfo", "Bearer tok_fixed")]


def test_neither_token_is_shown(account: Account, cronofy: ScriptedServer) -> None:
    """What is told of the exchanges holds neither the old nor the new token, though the server repeats them."""
    exchanges: list[Exchange] = []
    cronofy.answer(401, body=b"what is tok_old?")
    cronofy.answer(json=ANSWER)
    cronofy.answer(body=b"welcome tok_new")

    with client_with(account.in_use().tokens, cronofy, exchanges) as client:
        client.request("GET", "/v1/userinfo")

    assert [exchange.answer_body for exchange in exchanges] == [b"what is ***?", b"welcome ***"]
    assert not any("tok_" in str(exchange) for exchange in exchanges)


@pytest.mark.parametrize("token", ["", " ", "tok\n1", "tok 1", "tök", "\ufefftok"])
def test_what_cannot_be_a_token(token: str) -> None:
    """Something that cannot go into a header is told before it is sent, and not shown."""
    with pytest.raises(NotSignedIn) as refused:
        checked_token(token)

    assert "tok" not in refused.value.message.replace("token", "")
    assert repr(FixedToken(SECRETS.access_token or "")) == "FixedToken()"
