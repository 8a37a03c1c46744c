"""Section 8: statuses, bodies of errors, limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.simulator.reference.api import EVENT, Api

if TYPE_CHECKING:
    import httpx

    from cronofy_cli.testing.simulator import Simulator


def test_8_401_for_credentials_that_are_not_recognised(api: Api) -> None:
    """Wrong, or none at all."""
    api.call("GET", "/v1/userinfo", 401, token="wrong")
    api.call("GET", "/v1/userinfo", 401, token="")


def test_8_422_names_fields_with_key_and_description(api: Api) -> None:
    """`errors`, per field a list of both."""
    answer = api.call("POST", f"/v1/calendars/{api.work}/events", 422, json={})

    assert list(answer) == ["errors"]
    assert set(answer["errors"]) == {"event_id", "summary", "start", "end"}
    for problems in answer["errors"].values():
        assert [set(one) for one in problems] == [{"key", "description"}]


def test_8_fifty_a_second(worlds: Simulator, http: httpx.Client) -> None:
    """Where the limit is kept, the 51st call of a second is 429; a 401 does not count, issuing a token does."""
    with worlds.world(enforce_rate_limit=True) as world:
        api = Api(world, http)
        world.set_clock(stopped=True)
        for _ in range(60):
            api.call("GET", "/v1/userinfo", 401, token="wrong")
        for _ in range(49):
            api.call("GET", "/v1/userinfo")
        api.post("/v1/application_calendars", api.credentials | {"application_calendar_id": "1"}, token="")
        api.call("GET", "/v1/userinfo", 429)
        world.advance(seconds=1)
        api.call("GET", "/v1/userinfo")


def test_8_five_hundred_a_minute(worlds: Simulator, http: httpx.Client) -> None:
    """Spread over seconds, the 501st call of a minute is 429."""
    with worlds.world(enforce_rate_limit=True) as world:
        api = Api(world, http)
        world.set_clock(stopped=True)
        for _ in range(10):
            for _ in range(50):
                api.call("GET", "/v1/userinfo")
            world.advance(seconds=2)
        api.call("GET", "/v1/userinfo", 429)
        world.advance(minutes=1)
        api.call("GET", "/v1/userinfo")


@pytest.mark.parametrize("extra", [{"unknown": 1}, {"nested": {"a": [1]}}])
def test_8_unknown_fields_are_ignored(api: Api, extra: dict[str, object]) -> None:
    """Changes are additive only, in both directions."""
    api.write(**extra)


def test_8_habits_of_the_sdks(api: Api) -> None:
    """A body with DELETE, `{}` with GET, ids of the path again in the body, arrays as `key[]`."""
    api.call("GET", "/v1/calendars", json={})
    api.call("DELETE", f"/v1/calendars/{api.work}/events", 202, json={"event_id": "1", "calendar_id": api.work})
    api.call("POST", f"/v1/profiles/{api.account.profile('apple').profile_id}/revoke", 202, json={"profile_id": "x"})
    assert api.get("/v1/events", tzid="Etc/UTC", **{"calendar_ids[]": [api.home]})["events"]
    content = json.dumps(EVENT).encode()
    for content_type in ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"):
        headers = {"Content-Type": content_type}
        api.call("POST", f"/v1/calendars/{api.work}/events", 202, content=content, headers=headers)
