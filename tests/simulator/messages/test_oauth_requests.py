"""What is asked of the authorize page, the token endpoint and revoking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.messages.oauth_requests import (
    CodeExchange,
    Refresh,
    Return,
    Revocation,
    check_application,
    parse_application,
    parse_return,
    parse_revocation,
    parse_scope,
    parse_token_request,
)
from cronofy_cli.simulator.world.authorizations import OAuthRefused
from cronofy_cli.simulator.world.model import Application
from cronofy_cli.simulator.world.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN = Application("main", "client", ("new", "old"))
OTHER = Application("other", "client-2", ("third",))


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the words of a refusal."""
    with pytest.raises(OAuthRefused) as caught:
        call()
    return caught.value.error, caught.value.message


def test_which_application_asks() -> None:
    """It is known by its client id; another one is told which there are."""
    assert parse_application({"client_id": "client-2"}, [MAIN, OTHER]) == OTHER
    with pytest.raises(WrongUsage, match="names no application: client_id is missing"):
        parse_application({"client_id": ""}, [MAIN])
    with pytest.raises(WrongUsage, match=r"“x” is not known here\. This one is: client, client-2"):
        parse_application({"client_id": "x"}, [MAIN, OTHER])


@pytest.mark.parametrize(
    "address",
    ["http://localhost:7777/callback", "https://a.example.com/?x=1&y=%20", "https://user@a.example.com:443/"],
)
def test_where_the_answer_goes(address: str) -> None:
    """Any absolute address of the web is one."""
    assert parse_return({"redirect_uri": address, "state": "s"}) == Return(address, "s")
    assert parse_return({"redirect_uri": address}).state is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/callback",
        "ftp://a.example.com/",
        "http://",
        "https://a.example.com/#x",
        "https://a.example.com:0/",
        "http://[",
        "https://a b/",
        "https://a/é",
    ],
)
def test_where_no_answer_can_go(address: str) -> None:
    """Nothing is ever sent to what is no whole address."""
    with pytest.raises(WrongUsage, match="whole http or https address without a #") as caught:
        parse_return({"redirect_uri": address})

    assert f"“{address}”" in caught.value.message


@pytest.mark.parametrize(
    ("address", "state", "url"),
    [
        ("https://a/", "s t", "https://a/?code=c&state=s+t"),
        ("https://a/?x=1", None, "https://a/?x=1&code=c"),
        ("https://a/", "", "https://a/?code=c&state="),
    ],
)
def test_the_address_with_the_answer(address: str, state: str | None, url: str) -> None:
    """The answer comes after what the address asks for itself, with the state as it was sent."""
    assert Return(address, state).url(code="c") == url


def test_the_host_that_is_shown() -> None:
    """A name and a password in the address are not shown."""
    assert Return("https://user:secret@a.example.com:8080/x", None).host == "a.example.com:8080"


def test_what_is_asked_for() -> None:
    """Scopes come once each, with single spaces; all of them can be asked for at once."""
    query = {"response_type": "code", "scope": "  read_events  list_calendars read_events "}

    assert parse_scope(query) == "read_events list_calendars"
    everything = " ".join(SCOPES)
    assert parse_scope({"response_type": "code", "scope": everything}) == everything


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"scope": "read_events"}, ("invalid_request", "response_type is missing")),
        (
            {"response_type": "token", "scope": "read_events"},
            ("unsupported_response_type", "the only response_type is code"),
        ),
        ({"response_type": "code"}, ("invalid_scope", "a scope is unknown, or none is given")),
        ({"response_type": "code", "scope": " "}, ("invalid_scope", "a scope is unknown, or none is given")),
        (
            {"response_type": "code", "scope": "read_events x"},
            ("invalid_scope", "a scope is unknown, or none is given"),
        ),
    ],
)
def test_what_cannot_be_asked_for(query: dict[str, str], expected: tuple[str, str]) -> None:
    """The refusals have the codes of RFC 6749."""
    assert refusal(lambda: parse_scope(query)) == expected


@pytest.mark.parametrize("secret", ["new", "old"])
def test_an_application_that_is_known(secret: str) -> None:
    """Each of its client secrets is good."""
    assert check_application({"client_id": "client", "client_secret": secret}, [OTHER, MAIN]) == MAIN


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "client"},
        {"client_secret": "new"},
        {"client_id": "client", "client_secret": "third"},
        {"client_id": "client-2", "client_secret": "new"},
        {"client_id": "client", "client_secret": 1},
        {"client_id": "client", "client_secret": "\udcff"},
    ],
)
def test_an_application_that_is_not_known(body: dict[str, Any]) -> None:
    """Id and secret must belong together."""
    expected = ("invalid_client", "the client id and client secret are not those of a known application")

    assert refusal(lambda: check_application(body, [MAIN, OTHER])) == expected


def test_tokens() -> None:
    """A code or a refresh token is exchanged for tokens."""
    code = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://a/"}

    assert parse_token_request(code) == CodeExchange("c", "https://a/")
    assert parse_token_request({"grant_type": "refresh_token", "refresh_token": "r"}) == Refresh("r")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("invalid_request", "grant_type is missing")),
        ({"grant_type": 1}, ("invalid_request", "grant_type is missing")),
        ({"grant_type": "authorization_code", "redirect_uri": "https://a/"}, ("invalid_request", "code is missing")),
        ({"grant_type": "authorization_code", "code": "c"}, ("invalid_request", "redirect_uri is missing")),
        ({"grant_type": "refresh_token", "refresh_token": ""}, ("invalid_request", "refresh_token is missing")),
        (
            {"grant_type": "password"},
            ("unsupported_grant_type", "the grant types are authorization_code and refresh_token"),
        ),
    ],
)
def test_tokens_that_are_refused(body: dict[str, Any], expected: tuple[str, str]) -> None:
    """What is missing is named."""
    assert refusal(lambda: parse_token_request(body)) == expected


@pytest.mark.parametrize(
    ("body", "revocation"),
    [
        ({"token": "t"}, Revocation("t", None)),
        ({"sub": "s"}, Revocation(None, "s")),
        ({"token": "t", "sub": "s"}, Revocation("t", "s")),
        ({"token": "", "sub": "s"}, Revocation(None, "s")),
    ],
)
def test_what_is_taken_back(body: dict[str, Any], revocation: Revocation) -> None:
    """A token or an account is named."""
    assert parse_revocation(body) == revocation


def test_nothing_is_taken_back() -> None:
    """One of them is needed."""
    assert refusal(lambda: parse_revocation({})) == ("invalid_request", "token or sub is missing")


def test_secrets_are_not_in_a_repr() -> None:
    """Codes and tokens do not come into logs."""
    shown = repr((CodeExchange("code-1", "https://a/"), Refresh("ref-1"), Revocation("tok-1", "acc_1")))

    assert not any(secret in shown for secret in ("code-1", "ref-1", "tok-1"))
