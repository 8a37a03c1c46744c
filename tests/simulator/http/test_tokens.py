"""The token endpoint, revoking, and what tokens may do, over HTTP."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from cronofy_cli.simulator.world.model import Application
from cronofy_cli.simulator.world.persistence import load
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, PERSONAL_TOKEN
from tests.simulator.sign_in import (
    APPLICATION,
    REDIRECT_URI,
    SCOPE,
    code_for,
    refresh,
    refreshing,
    refused,
    sign_in,
    status_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulator.running import Running

NOWHERE = "http://127.0.0.1:9/"


def test_a_code_is_exchanged(shared_simulator: Running) -> None:
    """The answer has the documented fields, tells who signed in, and must not be kept by a cache."""
    code = code_for(shared_simulator)
    body = APPLICATION | {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}

    answer = shared_simulator.request("POST", "/oauth/token", json=body)

    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    tokens = answer.json()
    assert re.fullmatch("[A-Za-z0-9_-]{32}", tokens["access_token"])
    assert re.fullmatch("[A-Za-z0-9_-]{32}", tokens["refresh_token"])
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("bearer", 3600, SCOPE)
    assert tokens["account_id"] == tokens["sub"] == tokens["userinfo"]["sub"]
    assert tokens["linking_profile"]["profile_name"] == "janed@company.com"
    assert tokens["userinfo"]["cronofy.data"]["authorization"] == {"scope": SCOPE, "status": "active"}
    assert status_with(shared_simulator, tokens["access_token"]) == 200


def test_a_refresh_answers_less(shared_simulator: Running) -> None:
    """A refresh has the five documented fields, a new access token and the same refresh token."""
    first = sign_in(shared_simulator)
    second = refresh(shared_simulator, first["refresh_token"])

    assert list(second) == ["token_type", "access_token", "expires_in", "refresh_token", "scope"]
    assert second["refresh_token"] == first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert status_with(shared_simulator, second["access_token"]) == 200


def test_a_form_does_the_same(shared_simulator: Running) -> None:
    """Ruby's client sends forms."""
    fields = APPLICATION | {"grant_type": "refresh_token", "refresh_token": sign_in(shared_simulator)["refresh_token"]}

    assert shared_simulator.request("POST", "/oauth/token", data=fields).json()["access_token"]


def test_each_active_secret_is_accepted(start: Callable[..., Running]) -> None:
    """While secrets are rotated, the old and the new one sign in; another does not."""
    simulator = start(client_secrets=("old", "new"))
    code = code_for(simulator)

    assert refused(simulator, {"grant_type": "refresh_token"}) == "invalid_client"
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    first = simulator.request("POST", "/oauth/token", json=APPLICATION | fields | {"client_secret": "old"}).json()
    again = {"client_secret": "new", "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert simulator.request("POST", "/oauth/token", json=APPLICATION | again).json()["scope"] == SCOPE


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": 7}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT_URI}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_secret": None}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_id": "é"}, "invalid_client"),
        ({"grant_type": "password", "client_secret": "x"}, "invalid_client"),
    ],
)
def test_refusals_have_the_documented_codes(shared_simulator: Running, fields: dict[str, object], error: str) -> None:
    """Each wrong request is 400 with its code; the application is checked before the grant."""
    assert refused(shared_simulator, fields) == error


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b'"x"'])
def test_a_body_that_is_no_object_is_an_invalid_request(shared_simulator: Running, body: bytes) -> None:
    """The token endpoint has no 422."""
    answer = shared_simulator.request("POST", "/oauth/token", 400, content=body)

    assert answer.json() == {"error": "invalid_request"}


def test_a_code_works_once_and_with_its_own_address_only(shared_simulator: Running) -> None:
    """A used code and one with another redirect URI are `invalid_grant`."""
    used, foreign = code_for(shared_simulator), code_for(shared_simulator)
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
    shared_simulator.request("POST", "/oauth/token", json=APPLICATION | fields | {"code": used})

    assert refused(shared_simulator, fields | {"code": used}) == "invalid_grant"
    assert refused(shared_simulator, {**fields, "redirect_uri": f"{REDIRECT_URI}/", "code": foreign}) == "invalid_grant"


def test_an_expired_access_token_is_refused_until_it_is_refreshed(start: Callable[..., Running]) -> None:
    """A short lifetime gives 401 when it is over; the refresh token goes on, the published token never expires."""
    simulator = start(token_lifetime_s=0.000001)
    tokens = sign_in(simulator)

    assert tokens["expires_in"] == 0
    assert status_with(simulator, tokens["access_token"]) == 401
    assert refresh(simulator, tokens["refresh_token"])["access_token"] != tokens["access_token"]
    assert status_with(simulator, ACCESS_TOKEN) == 200


def test_rotation_is_strict(start: Callable[..., Running]) -> None:
    """With rotation each refresh token works once; the one that was returned last goes on."""
    simulator = start(rotate_refresh_tokens=True)
    first = sign_in(simulator)["refresh_token"]
    second = refresh(simulator, first)["refresh_token"]

    assert second != first
    assert refused(simulator, refreshing(first)) == "invalid_grant"
    assert refresh(simulator, second)["refresh_token"] not in {first, second}
    assert simulator.get("/simulator")["authorizations"] == 1


@pytest.mark.parametrize("by", ["access_token", "refresh_token"])
def test_a_revoked_token_is_gone(shared_simulator: Running, by: str) -> None:
    """Revoking answers 200, ends both tokens of the login, and a second time is 200 again."""
    tokens, others = sign_in(shared_simulator), sign_in(shared_simulator)
    for _ in range(2):
        shared_simulator.request("POST", "/oauth/token/revoke", json=APPLICATION | {"token": tokens[by]})

    assert status_with(shared_simulator, tokens["access_token"]) == 401
    assert refused(shared_simulator, refreshing(tokens["refresh_token"])) == "invalid_grant"
    assert status_with(shared_simulator, others["access_token"]) == 200


def test_an_account_is_revoked_as_a_whole(simulator: Running) -> None:
    """By `sub` every login ends; another account's `sub` ends none; the published token stays."""
    tokens = [sign_in(simulator) for _ in range(2)]
    simulator.request("POST", "/oauth/token/revoke", data=APPLICATION | {"sub": "acc_other"})
    assert [status_with(simulator, one["access_token"]) for one in tokens] == [200, 200]

    simulator.request("POST", "/oauth/token/revoke", data=APPLICATION | {"sub": tokens[0]["sub"]})
    simulator.request("POST", "/oauth/token/revoke", json=APPLICATION | {"token": ACCESS_TOKEN})

    assert [status_with(simulator, one["access_token"]) for one in tokens] == [401, 401]
    assert status_with(simulator, ACCESS_TOKEN) == 200
    assert simulator.get("/simulator")["authorizations"] == 0


def test_revoking_needs_the_application(shared_simulator: Running) -> None:
    """Without its secret nobody revokes, and something must be named."""
    assert refused(shared_simulator, {"token": "x", "client_secret": "x"}, "/oauth/token/revoke") == "invalid_client"
    assert refused(shared_simulator, {}, "/oauth/token/revoke") == "invalid_request"


@pytest.mark.parametrize("closes", [True, False])
def test_the_last_revocation_closes_the_channels_of_logins(start: Callable[..., Running], *, closes: bool) -> None:
    """While one login is left its channels stay; then they are closed, by choice, but not the published token's."""
    simulator = start(close_channels_on_revoke=closes)
    first, second = sign_in(simulator), sign_in(simulator)
    own = simulator.open_channel(NOWHERE)["channel_id"]
    wish = {"callback_url": f"{NOWHERE}login"}
    assert status_with(simulator, first["access_token"], "/v1/channels", "POST", **wish) == 200

    def open_channels() -> list[str]:
        return [channel["callback_url"] for channel in simulator.get("/v1/channels")["channels"]]

    simulator.request("POST", "/oauth/token/revoke", json=APPLICATION | {"token": first["refresh_token"]})
    assert open_channels() == [NOWHERE, f"{NOWHERE}login"]
    simulator.request("POST", "/oauth/token/revoke", json=APPLICATION | {"token": second["refresh_token"]})
    assert open_channels() == ([NOWHERE] if closes else [NOWHERE, f"{NOWHERE}login"])
    simulator.request("DELETE", f"/v1/channels/{own}", 202)


CALLS = {
    "calendars": ("GET", "/v1/calendars"),
    "events": ("GET", "/v1/events?tzid=UTC"),
    "event pages": ("GET", "/v1/events/pages/x"),
    "free/busy": ("GET", "/v1/free_busy?tzid=UTC"),
    "channels": ("GET", "/v1/channels"),
    "create": ("POST", "/v1/calendars/cal_x/events"),
    "delete": ("DELETE", "/v1/calendars/cal_x/events"),
    "delete all": ("DELETE", "/v1/events"),
    "account": ("GET", "/v1/account"),
    "userinfo": ("GET", "/v1/userinfo"),
    "profiles": ("GET", "/v1/profiles"),
}
ALWAYS = {"userinfo", "profiles"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("read_account", {"account"}),
        ("list_calendars", {"calendars", "channels"}),
        ("read_free_busy", {"calendars", "channels", "free/busy"}),
        ("read_events", {"calendars", "channels", "free/busy", "events", "event pages"}),
        ("create_event", {"create"}),
        ("delete_event create_calendar", {"delete", "delete all"}),
        ("read_only", {"account", "calendars", "channels", "free/busy", "events", "event pages"}),
        ("read_write", set(CALLS)),
        ("free_busy_write", set(CALLS) - {"account"}),
        ("organizational_unit_scheduler", set()),
    ],
)
def test_scopes_decide_what_a_token_may_do(shared_simulator: Running, scope: str, allowed: set[str]) -> None:
    """A call outside the token's scopes is 403, one inside is anything else."""
    token = sign_in(shared_simulator, scope)["access_token"]

    statuses = {name: status_with(shared_simulator, token, path, method) for name, (method, path) in CALLS.items()}

    assert {name for name, status in statuses.items() if status != 403} == allowed | ALWAYS


def test_a_free_busy_scope_sees_times_only(shared_simulator: Running) -> None:
    """Read Events with such a scope has the same events without a word of what they are about."""
    token = sign_in(shared_simulator, "free_busy")["access_token"]
    path, bearer = "/v1/events?tzid=UTC", {"Authorization": f"Bearer {token}"}

    bare = shared_simulator.request("GET", path, headers=bearer).json()["events"]
    full = shared_simulator.request("GET", path).json()["events"]

    assert [(one["event_uid"], one["start"]) for one in bare] == [(one["event_uid"], one["start"]) for one in full]
    assert {one["summary"] + one["description"] for one in bare} == {""}
    assert all(one["attendees"] == [] and "location" not in one and "organizer" not in one for one in bare)
    assert any(one["attendees"] for one in full)


def test_the_scope_is_shown(shared_simulator: Running) -> None:
    """UserInfo and Account tell the token's own scope."""
    token = sign_in(shared_simulator, "read_account list_calendars")["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}

    userinfo = shared_simulator.request("GET", "/v1/userinfo", headers=bearer).json()
    account = shared_simulator.request("GET", "/v1/account", headers=bearer).json()

    assert userinfo["cronofy.data"]["authorization"]["scope"] == "read_account list_calendars"
    assert account["account"]["scope"] == "read_account list_calendars"


def test_logins_outlive_a_restart(tmp_path: Path, start: Callable[..., Running]) -> None:
    """Access and refresh tokens are in the state file; a code that was not exchanged is not."""
    path = tmp_path / "state.json"
    first = start(state_file=path)
    tokens, code = sign_in(first), code_for(first)
    first.server.stop()

    second = start(state_file=path)

    assert status_with(second, tokens["access_token"]) == 200
    assert refresh(second, tokens["refresh_token"])["refresh_token"] == tokens["refresh_token"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    assert refused(second, fields) == "invalid_grant"


def test_a_state_of_before_sign_ins_is_read(tmp_path: Path, start: Callable[..., Running]) -> None:
    """A file without authorizations is one where nobody has signed in."""
    path = tmp_path / "state.json"
    start(state_file=path).server.stop()
    document = json.loads(path.read_bytes())
    del document["authorizations"]
    path.write_text(json.dumps(document))

    state = load(path, Application("main", "client", ("secret",)))

    assert state is not None
    assert state.authorizations.authorizations == ()


def test_no_answer_repeats_a_secret(shared_simulator: Running) -> None:
    """Refusals hold their code alone, whatever was sent."""
    body = urlencode(APPLICATION | {"grant_type": "refresh_token", "refresh_token": PERSONAL_TOKEN})
    answer = shared_simulator.request(
        "POST", "/oauth/token", 400, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.text == '{"error":"invalid_grant"}'


@pytest.mark.parametrize(("fields", "status"), [({"client_secret": "x"}, 401), ({}, 400)])
def test_the_status_of_a_wrong_application_is_a_choice(
    fields: dict[str, str], status: int, start: Callable[..., Running]
) -> None:
    """With 401 chosen a wrong client id or secret gets that, and every other refusal is 400 as ever."""
    simulator = start(wrong_client_status=401)
    body = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    simulator.request("POST", "/oauth/token", status, json=body | fields)
