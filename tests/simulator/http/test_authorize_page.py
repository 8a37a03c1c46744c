"""The authorize page, over HTTP, as a browser and as a test's `?auto=` sees it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.one_time_tokens import MAX_OPEN, OneTimeTokens
from cronofy_cli.simulator.world.scopes import SCOPES
from cronofy_cli.simulator.world.settings import CLIENT_ID
from tests.simulator.sign_in import SCOPE, Page, issued, redirected, wish
from tests.simulator.worlds import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.running import Running

AUTHORIZE = "/oauth/authorize"


def opened(simulator: Running, **changes: str) -> Page:
    """The page that a browser gets."""
    return Page(simulator.request("GET", AUTHORIZE, params=wish(**changes)).text)


def numbered() -> OneTimeTokens[str]:
    """One-time tokens for questions that are mere texts."""
    numbers = count()
    return OneTimeTokens(lambda: str(next(numbers)))


def test_the_page_names_who_asks_for_what(shared_simulator: Running) -> None:
    """Application, account and every scope in words are there, each scope once, and where the browser goes next."""
    page = opened(shared_simulator, scope=f"{SCOPE} read_events")

    for expected in (
        CLIENT_ID,
        "Jane Doe",
        "janed@company.com",
        "localhost:7777",
        *map(SCOPES.__getitem__, SCOPE.split()),
    ):
        assert expected in page.text
    assert page.text.count("(read_events)") == 1
    assert "Answer invitations" not in page.text


def test_the_page_can_be_used_by_everybody(shared_simulator: Running) -> None:
    """It has a language, a title, one heading of the first level, a landmark, fits a phone, and needs no mouse."""
    page = opened(shared_simulator)

    assert ("lang", "en") in page.attributes
    assert ("content", "width=device-width, initial-scale=1") in page.attributes
    assert [page.tags.count(tag) for tag in ("title", "h1", "main", "form", "script", "link", "img")] == [
        1, 1, 1, 1, 0, 0, 0,
    ]  # fmt: skip
    assert page.buttons == ["allow", "deny"]


def test_the_page_is_nobody_elses(shared_simulator: Running) -> None:
    """Nothing is loaded, framed, cached or told to the next site, and the policy names the style that is there."""
    answer = shared_simulator.request("GET", AUTHORIZE, params=wish())
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert not re.search(r"(?:src|href)=|url\(|@import", answer.text)


@pytest.mark.parametrize(("decision", "key"), [("allow", "code"), ("deny", "error"), ("", "error"), ("Allow", "error")])
def test_the_buttons_answer(shared_simulator: Running, decision: str, key: str) -> None:
    """Allow brings a code of 32 characters to the application, all else a refusal, both with `state` unchanged."""
    page = opened(shared_simulator)
    assert page.form == ("post", AUTHORIZE)

    answer = shared_simulator.client.post(AUTHORIZE, data=page.fields | {"decision": decision})

    query = redirected(answer, 303)
    assert query["state"] == "s&t=1 é"
    assert query.keys() == {key, "state"}
    assert re.fullmatch("[A-Za-z0-9_-]{32}|access_denied", query[key])


def test_a_page_is_answered_once(shared_simulator: Running) -> None:
    """A second press, a made-up token and none at all are refused without a redirect."""
    fields = opened(shared_simulator).fields | {"decision": "allow"}
    redirected(shared_simulator.client.post(AUTHORIZE, data=fields), 303)

    for attempt in (fields, {"token": "x", "decision": "allow"}, {"decision": "allow"}):
        answer = shared_simulator.request("POST", AUTHORIZE, 400, data=attempt)
        assert "Location" not in answer.headers
        assert "answered before" in Page(answer.text).text


def test_a_page_gets_too_old() -> None:
    """Ten minutes after it was shown, a page can no longer be answered."""
    tokens = numbered()
    late, in_time = tokens.issue("first?", NOW), tokens.issue("second?", NOW)

    assert tokens.take(in_time, NOW + timedelta(minutes=9, seconds=59)) == "second?"
    with pytest.raises(WrongUsage, match="too old"):
        tokens.take(late, NOW + timedelta(minutes=10))


def test_pages_that_nobody_answers_do_not_pile_up() -> None:
    """The oldest question gives way to a new one when very many wait."""
    tokens = numbered()
    issued_tokens = [tokens.issue(f"{number}?", NOW) for number in range(MAX_OPEN + 1)]

    with pytest.raises(WrongUsage):
        tokens.take(issued_tokens[0], NOW)
    assert tokens.take(issued_tokens[1], NOW) == "1?"


@pytest.mark.parametrize(("auto", "key"), [("allow", "code"), ("deny", "error")])
def test_tests_answer_at_once(shared_simulator: Running, auto: str, key: str) -> None:
    """`?auto=` answers without a page."""
    query = redirected(shared_simulator.client.get(AUTHORIZE, params=wish(auto=auto)))

    assert (set(query), query["state"]) == ({key, "state"}, "s&t=1 é")


def test_no_state_is_no_state(shared_simulator: Running) -> None:
    """What the application did not send is not made up; an empty one stays empty."""
    assert redirected(shared_simulator.client.get(AUTHORIZE, params=wish(auto="allow", state=""))).keys() == {"code"}
    empty = redirected(shared_simulator.client.get(AUTHORIZE, params=wish(auto="allow") | {"state": ""}))
    assert empty["state"] == ""


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "read_events read_minds"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
    ],
)
@pytest.mark.parametrize("auto", ["", "allow"])
def test_bad_wishes_are_told_to_the_application(
    shared_simulator: Running, changes: dict[str, str], error: str, auto: str
) -> None:
    """What the application did wrong comes back in the redirect, with `state`."""
    query = redirected(shared_simulator.client.get(AUTHORIZE, params=wish(auto=auto, **changes)))

    assert (query["error"], query["state"]) == (error, "s&t=1 é")
    assert query["error_description"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_id": "someone-else"}, "someone-else"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_id": "<img src=x>"}, "<img src=x>"),
        ({"redirect_uri": ""}, "redirect_uri"),
        ({"redirect_uri": "/callback"}, "/callback"),
        ({"redirect_uri": "myapp://callback"}, "myapp://callback"),
        ({"redirect_uri": "javascript:alert(1)//http://x"}, "javascript"),
        ({"redirect_uri": "http://"}, "http://"),
        ({"redirect_uri": "http://localhost:99999/"}, "99999"),
        ({"redirect_uri": "http://localhost/#x"}, "#x"),
        ({"redirect_uri": 'http://localhost/"><script>'}, '"><script>'),
        ({"redirect_uri": "http://localhost/\r\nSet-Cookie: a=b"}, "Set-Cookie"),
        ({"redirect_uri": "http://localhost\\@evil.test/"}, "evil.test"),
    ],
)
@pytest.mark.parametrize("auto", ["", "allow"])
def test_nobody_is_redirected_to_an_unknown_place(
    shared_simulator: Running, changes: dict[str, str], told: str, auto: str
) -> None:
    """An unknown application and a bad address are shown as an error, with what was wrong as mere text."""
    answer = shared_simulator.request("GET", AUTHORIZE, 400, params=wish(auto=auto, **changes))

    assert "Location" not in answer.headers
    page = Page(answer.text)
    assert told.replace("\r\n", " ") in page.text
    assert {"script", "img"}.isdisjoint(page.tags)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_redirect_uri_keeps_its_own_query(shared_simulator: Running) -> None:
    """The answer is added after what the address already holds, and nothing of it is quoted anew."""
    uri = "http://localhost:7777/callback?next=%2Fhome&a=b"
    answer = shared_simulator.client.get(AUTHORIZE, params=wish(auto="allow", redirect_uri=uri, state="1"))
    target = answer.headers["Location"]

    code = re.fullmatch(re.escape(f"{uri}&code=") + "([A-Za-z0-9_-]{32})&state=1", target)
    assert code is not None
    tokens = issued(shared_simulator, grant_type="authorization_code", code=code[1], redirect_uri=uri)
    assert tokens["token_type"] == "bearer"


def test_a_client_id_is_shown_as_text(start: Callable[..., Running]) -> None:
    """Whatever an application is called, it is no markup."""
    page = opened(start(client_id="<b>'\"&{x}"), client_id="<b>'\"&{x}")

    assert "<b>'\"&{x}" in page.text
    assert "b" not in page.tags
