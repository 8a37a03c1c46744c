"""Whatever is sent to any route, nothing is a 500."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cronofy_cli.simulator.control_operations import CONTROL
from cronofy_cli.simulator.operations import API
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, SimulatorSettings
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import Running

_KEYS = """
callback_url filters calendar_ids only_managed scheduling_conversations enabled event_id event_uid summary start end
time tzid location description attendees invite remove email status conferencing profile_id join_url subscriptions
type uri interactions transitions before offset minutes reminders color name batch method relative_url data
permissions calendar_id permission_level redirect_uri smart_invite_id recipient recipients organizer event
participants members sub required required_duration query_periods query_slots buffer response_format client_id
client_secret application_calendar_id grant_type code refresh_token token search limit advance_s set_to stopped times
proposal definition choices fields channel_id account calendar delete_all
"""
KEYS = _KEYS.split()
_TEXTS = """
x all slots webhook default explicit POST DELETE 2026-05-01 2026-05-01T10:00:00Z 2026-05-01T11:00:00Z Europe/London
http://127.0.0.1:9/ event_start cancel accepted authorization_code /v1/calendars/cal_x/events
cal_Xk3vQ2mZ7yHnT4pB_sJ9dW1uRcE5fLgA8oNbM0qV acc_5700a00eb0ccd07000000001
"""
TEXTS = _TEXTS.split()
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**40)
    | st.floats(allow_nan=False)
    | st.sampled_from([*TEXTS, CLIENT_ID, CLIENT_SECRET, "", "\ud83d", "\x00"])
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), DOCUMENTS, max_size=8) | DOCUMENTS
ROUTES = sorted(
    {(one.method, one.path) for one in (*API, *CONTROL)} - {("POST", "/simulator/worlds"), ("GET", "/simulator/live")}
)
QUERIES = st.dictionaries(st.sampled_from(KEYS), st.text(max_size=8), max_size=3)
PARTS = st.sampled_from(["x", "cal_Xk3vQ2mZ7yHnT4pB_sJ9dW1uRcE5fLgA8oNbM0qV", "%00", "a%2Fb", "é"])


@pytest.fixture(scope="module")
def simulator_of_its_own() -> Iterator[Running]:
    """A simulator whose clock, world and channels nobody else needs."""
    with running(SimulatorSettings(port=0, answer_limit_s=0.2)) as simulator:
        yield simulator


@pytest.mark.parametrize(("method", "path"), ROUTES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=BODIES,
    part=PARTS,
    query=st.dictionaries(st.sampled_from(KEYS), st.text(max_size=8), max_size=3),
    data=st.data(),
)
def test_no_request_is_a_500(
    simulator_of_its_own: Running,
    method: str,
    path: str,
    body: Any,
    part: str,
    query: dict[str, str],
    data: st.DataObject,
) -> None:
    """With an access token, with the API key, or with none, each route answers or refuses."""
    token = data.draw(st.sampled_from([ACCESS_TOKEN, CLIENT_SECRET, "wrong"]))
    is_json = data.draw(st.sampled_from([True, True, False]))
    query = {name: value for name, value in query.items() if name not in {"wait_s", "delay_s"}}
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in {"path_prefix", "delay_s"}}

    answer = simulator_of_its_own.client.request(
        method,
        re.sub(r"\{\w+\}", part, path),
        params={name: value.encode("utf-8", "replace").decode() for name, value in query.items()},
        content=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json" if is_json else "application/x-www-form-urlencoded",
        },
    )

    assert answer.status_code != 500, answer.text
