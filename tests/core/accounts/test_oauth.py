"""OAuth's addresses, redirects and answers."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.data_centers import parse_data_center
from cronofy_cli.core.accounts.oauth import (
    AuthorizationRequest,
    checked_application,
    code_from_redirect,
    is_same_state,
    parse_token_answer,
    redirect_uri,
)
from cronofy_cli.errors import CronofyError, NotAllowed, NotSignedIn, RequestFailed, WrongUsage

STATE = "the-state-that-was-sent"
AGAIN = "cronofy auth login --context acme"
REDIRECT = "http://localhost:7777/callback"

DOCUMENTED = b"""{"token_type":"bearer","access_token":"P531x88i05Ld2yXHIQ7WjiEyqlmOHsgI","expires_in":3600,
"refresh_token":"3gBYG1XamYDUEXUyybbummQWEe5YqPmf","scope":"create_event delete_event",
"account_id":"acc_5ba21743f408617d1269ea1e","sub":"acc_5ba21743f408617d1269ea1e"}"""


def code_of(redirected: str) -> str:
    """Return the code that is found for our state."""
    return code_from_redirect(redirected, STATE, again=AGAIN)


def test_the_address_of_the_authorize_page() -> None:
    """The browser goes to the app host with everything that Cronofy asks for, and never joins two accounts."""
    request = AuthorizationRequest("client id", redirect_uri(7777), STATE, "read_account read_events", "google")

    parts = urlsplit(request.url(parse_data_center("uk")))

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://app-uk.cronofy.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["client id"],
        "redirect_uri": ["http://localhost:7777/callback"],
        "scope": ["read_account read_events"],
        "state": [STATE],
        "avoid_linking": ["true"],
        "provider_name": ["google"],
    }


@given(code=st.text(min_size=1), state=st.text())
def test_the_code_comes_back_with_its_state_and_with_no_other(code: str, state: str) -> None:
    """Whole address or query alone, the code is found; with another state it is refused, whatever the state is."""
    query = urlencode({"code": code, "state": STATE}, errors="replace")
    other = urlencode({"code": code, "state": state}, errors="replace")
    expected = parse_qs(query)["code"][0]

    assert code_of(f"{REDIRECT}?{query}") == code_of(query) == code_of(f"  {REDIRECT}?{query}\n") == expected
    if state != STATE:
        with pytest.raises(NotSignedIn, match="belongs to another sign-in"):
            code_of(f"{REDIRECT}?{other}")


@given(st.text())
def test_any_text_is_a_code_or_an_error_of_ours(pasted: str) -> None:
    """Whatever is pasted, the answer is a sentence."""
    with pytest.raises(CronofyError) as refused:
        code_of(pasted)

    assert refused.value.hint


def test_the_owner_denies() -> None:
    """A refusal in the browser is its own error, with the user's own command to try again."""
    with pytest.raises(NotAllowed, match="access was denied in the browser") as refused:
        code_of(f"{REDIRECT}?error=access_denied&state={STATE}")

    assert refused.value.hint == f"run it again and choose Allow: {AGAIN}"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("invalid_scope", f"ask for less: {AGAIN} --scope 'read_account list_calendars read_events'"),
        ("unauthorized_client", f"check the client id: {AGAIN} --client-id ID"),
        ("other", "check the application and its redirect URIs in the Cronofy dashboard"),
    ],
)
def test_cronofy_refuses_the_request(error: str, hint: str) -> None:
    """Each refusal is told in Cronofy's words, on one line, with what mends it."""
    with pytest.raises(NotSignedIn) as refused:
        code_of(f"{REDIRECT}?error={error}&error_description=a%1b%5bb&state={STATE}")

    assert (refused.value.message, refused.value.hint) == (f"Cronofy refused the authorization: {error}: a[b", hint)


@pytest.mark.parametrize("pasted", ["", REDIRECT, "http://[", f"{REDIRECT}?state={STATE}", "?code="])
def test_a_paste_without_a_code(pasted: str) -> None:
    """Something that is no redirect is a wrong use, not a foreign one."""
    with pytest.raises(WrongUsage, match="no code"):
        code_of(pasted)


def test_states_of_any_characters_compare() -> None:
    """A state that is not ASCII, or not even text, is another one."""
    assert is_same_state("a", "a")
    assert not is_same_state("ä", "a")
    assert not is_same_state("\udcff", "a")


def test_the_documented_token_answer() -> None:
    """Cronofy's own example is read whole."""
    answer = parse_token_answer(DOCUMENTED)

    assert (answer.access_token, answer.refresh_token) == (
        "P531x88i05Ld2yXHIQ7WjiEyqlmOHsgI",
        "3gBYG1XamYDUEXUyybbummQWEe5YqPmf",
    )
    assert (answer.expires_in_s, answer.scope) == (3600, "create_event delete_event")
    assert answer.sub == "acc_5ba21743f408617d1269ea1e"
    assert "P531" not in repr(answer)
    assert "3gBY" not in repr(answer)


def test_a_token_answer_with_less() -> None:
    """Nothing but the access token is needed; what has another type is as good as not there."""
    answer = parse_token_answer(b'{"access_token":"tok","expires_in":true,"refresh_token":"","scope":7}')

    assert (answer.expires_in_s, answer.refresh_token, answer.scope, answer.sub) == (None, None, None, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token":""}', b'{"access_token":1}'])
def test_a_token_answer_without_a_token(body: bytes) -> None:
    """A success without a token is an error, whose hint checks the set-up."""
    with pytest.raises(RequestFailed, match="without an access token") as refused:
        parse_token_answer(body)

    assert refused.value.hint == "cronofy doctor"


@pytest.mark.parametrize("secret", ["", "\ufeffCRN_1", "CRN 1", "CRN\t1", "CRN_\udcff", "schlüssel"])
def test_a_client_secret_that_cannot_be_one(secret: str) -> None:
    """A byte order mark, a blank or a broken character is told before it is sent, and not shown."""
    with pytest.raises(WrongUsage, match="a client secret cannot have") as refused:
        checked_application("client", secret)

    assert "CRN" not in f"{refused.value.message} {refused.value.hint}"


def test_an_application_hides_its_secret() -> None:
    """The secret is not in the repr."""
    assert "CRN_1" not in repr(checked_application("client", "CRN_1"))


@pytest.mark.parametrize(
    "body", [b'{"access_token":"tok","sub":"acc_1"}', b'{"access_token":"tok","sub":"acc_1","account_id":"acc_2"}']
)
def test_whose_token_it_is(body: bytes) -> None:
    """`sub` says whose it is, before `account_id`."""
    assert parse_token_answer(body).sub == "acc_1"
