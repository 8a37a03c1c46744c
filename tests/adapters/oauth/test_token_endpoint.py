"""The token endpoint over real HTTP: what is sent, what comes back, what each refusal says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.errors import NotSignedIn, RateLimited, RequestFailed, ServerFailed, Unreachable
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.errors import CronofyError
    from tests.fakes.scripted_server import ScriptedServer

APPLICATION = Application("client", "CRN_of_the_tests")
AGAIN = "cronofy auth login --context acme"
TOKENS = {"access_token": "tok_new", "refresh_token": "ref_new", "expires_in": 3600, "scope": "read_events"}
SECRETS = ("CRN_of_the_tests", "tok_new", "ref_new", "ref_old", "c0de")


@pytest.fixture
def cronofy() -> Iterator[ScriptedServer]:
    """A server whose script must be played exactly."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def exchanges() -> list[Exchange]:
    """What `--verbose` would show."""
    return []


@pytest.fixture
def endpoint(cronofy: ScriptedServer, exchanges: list[Exchange]) -> TokenEndpoint:
    """The endpoint of the scripted server."""
    return TokenEndpoint(data_center_at(cronofy.url), APPLICATION, again=AGAIN, observe=exchanges.append)


def test_a_code_becomes_tokens(endpoint: TokenEndpoint, cronofy: ScriptedServer) -> None:
    """The code goes with the application and its redirect URI, as documented, and the tokens come back."""
    cronofy.answer(json=TOKENS, only_for="POST /oauth/token")

    answer = endpoint.exchange("c0de", "http://localhost:7777/callback")

    assert (answer.access_token, answer.refresh_token, answer.expires_in_s) == ("tok_new", "ref_new", 3600)
    assert json.loads(cronofy.requests[0].body) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "http://localhost:7777/callback",
        "client_id": "client",
        "client_secret": "CRN_of_the_tests",
    }
    assert cronofy.requests[0].headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_refresh_and_a_revocation(endpoint: TokenEndpoint, cronofy: ScriptedServer) -> None:
    """Both name the token that they are about; a revocation needs no body in its answer."""
    cronofy.answer(json=TOKENS, only_for="POST /oauth/token")
    cronofy.answer(only_for="POST /oauth/token/revoke")

    endpoint.refresh("ref_old")
    endpoint.revoke("ref_old")

    refresh, revocation = (json.loads(request.body) for request in cronofy.requests)
    assert (refresh["grant_type"], refresh["refresh_token"]) == ("refresh_token", "ref_old")
    assert revocation["token"] == "ref_old"


@pytest.mark.parametrize(
    ("status", "body", "kind", "message", "hint"),
    [
        (
            400,
            b'{"error":"invalid_grant"}',
            NotSignedIn,
            "the sign-in is no longer valid: Cronofy does not accept the code or refresh token (400 invalid_grant)",
            f"sign in again: {AGAIN}",
        ),
        *(
            (
                status,
                b'{"error":"invalid_client"}',
                NotSignedIn,
                f"data center SERVER does not accept the client id with this client secret ({status} invalid_client)",
                f"check them, and the data center: {AGAIN} --client-id ID --client-secret-file FILE",
            )
            for status in (400, 401)
        ),
        (429, b"", RateLimited, "Cronofy refuses more requests for now (429)", "try again in a minute"),
        (500, b"<html>", ServerFailed, "Cronofy's token endpoint failed (500)", "run it again later"),
        (
            400,
            b'{"error":"other\\u001b[2J"}',
            RequestFailed,
            "the token endpoint answered 400 other[2J",
            "cronofy doctor",
        ),
        (302, b"", RequestFailed, "the token endpoint answered 302", "cronofy doctor"),
        (200, b"<html>", RequestFailed, None, "cronofy doctor"),
    ],
)
def test_a_refusal(
    endpoint: TokenEndpoint,
    cronofy: ScriptedServer,
    status: int,
    body: bytes,
    kind: type[CronofyError],
    message: str | None,
    hint: str,
) -> None:
    """Each answer that is no success has its error, with the user's own command; nothing is sent a second time."""
    cronofy.answer(status, body=body, headers={"Location": "http://elsewhere.example/"} if status == 302 else {})

    with pytest.raises(kind) as refused:
        endpoint.refresh("ref_old")

    assert refused.value.hint == hint
    assert message is None or refused.value.message == message.replace("SERVER", cronofy.url)
    assert not any(secret in f"{refused.value.message} {refused.value.hint}" for secret in SECRETS)


def test_no_answer_is_not_asked_for_twice(endpoint: TokenEndpoint, cronofy: ScriptedServer) -> None:
    """A refresh whose answer got lost may have rotated the token: it is an error, without the request in it."""
    cronofy.answer(drop_after=0)

    with pytest.raises(Unreachable) as lost:
        endpoint.refresh("ref_old")

    assert len(cronofy.requests) == 1
    assert lost.value.__cause__ is None
    assert lost.value.__suppress_context__


def test_nothing_listens(exchanges: list[Exchange]) -> None:
    """A server that is not there is unreachable, and `--verbose` shows the attempt."""
    data_center = data_center_at(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(Unreachable):
        TokenEndpoint(data_center, APPLICATION, again=AGAIN, observe=exchanges.append).revoke("ref_old")

    assert exchanges[0].failure == "connection refused"


def test_what_is_shown_of_an_exchange(
    endpoint: TokenEndpoint, cronofy: ScriptedServer, exchanges: list[Exchange]
) -> None:
    """`--verbose` sees each exchange, and neither what was sent nor what came back shows a secret."""
    cronofy.answer(json=TOKENS)
    cronofy.answer(json=TOKENS)
    cronofy.answer()

    endpoint.exchange("c0de", "http://localhost:7777/callback")
    endpoint.refresh("ref_old")
    endpoint.revoke("ref_old")

    assert [exchange.url.rpartition("/")[2] for exchange in exchanges] == ["token", "token", "revoke"]
    shown = b"".join(exchange.request_body + exchange.answer_body for exchange in exchanges)
    assert b"grant_type" in shown
    assert [secret for secret in SECRETS if secret.encode() in shown] == []


def test_what_is_shown_of_a_refusal_that_repeats_what_was_sent(
    endpoint: TokenEndpoint, cronofy: ScriptedServer, exchanges: list[Exchange]
) -> None:
    """A server that sends a secret back does not get it shown."""
    cronofy.answer(400, json={"error": "invalid_grant", "told": "CRN_of_the_tests and ref_old"})

    with pytest.raises(NotSignedIn):
        endpoint.refresh("ref_old")

    assert b"*** and ***" in exchanges[0].answer_body
