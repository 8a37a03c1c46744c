"""Requests made after the OpenAPI document, right and wrong: no answer is a 5xx, and each is one that it names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cronofy_cli.simulator.http.openapi import openapi_document
from cronofy_cli.simulator.world.seed import HOME
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.running import Running

OPERATIONS = {
    document["operationId"]: (method, path, document)
    for path, methods in openapi_document("http://127.0.0.1").get("paths", {}).items()
    for method, document in methods.items()
    if "text/event-stream" not in document["responses"].get("200", {}).get("content", {})  # It does not end.
}
SLOW = {"wait_s", "delay_s", "answer_limit_s"}
"""What makes an answer late, as it is meant to."""
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text() | st.datetimes().map(lambda time: f"{time.isoformat()}Z") | st.sampled_from([HOME, "change"]),
    "number": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(),
    "boolean": st.booleans(),
    "array": st.lists(ANYTHING, max_size=3),
}
PATH_VALUES: st.SearchStrategy[str] = st.sampled_from([HOME, "first", "pro_Xk3vQ2mZ7yHnT4pB"]) | st.text(
    min_size=1, max_size=9
).filter(lambda text: text.strip("."))


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return what a schema of the document describes."""
    if schema.get("type") != "object":
        return OF_TYPE[schema["type"]]
    parts = {name: from_schema(part) for name, part in schema.get("properties", {}).items()}
    required = {name: parts.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=parts)


def query_of(document: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return queries with the parameters that an operation names, each of its type, or a text that is not."""
    wanted = {
        one["name"]: from_schema(one["schema"]) | st.text(max_size=5)
        for one in document["parameters"]
        if one["in"] == "query" and one["name"] not in SLOW
    }
    return st.fixed_dictionaries({}, optional=wanted)


def body_of(document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return bodies of an operation's schema, and others."""
    if "requestBody" not in document:
        return st.none()
    schema = document["requestBody"]["content"]["application/json"]["schema"]
    wrong_types = st.fixed_dictionaries({}, optional=dict.fromkeys(schema["properties"], ANYTHING))
    return st.one_of(from_schema(schema), wrong_types, ANYTHING).map(without_delays)


def without_delays(body: Any) -> Any:
    """Return a body that makes no answer late."""
    return {name: value for name, value in body.items() if name not in SLOW} if isinstance(body, dict) else body


@pytest.fixture(scope="module")
def simulator_to_abuse() -> Iterator[Running]:
    """A simulator that nobody else uses."""
    with running(SimulatorSettings(port=0, answer_limit_s=0.2)) as simulator:
        yield simulator


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_answer_is_one_that_is_documented(
    simulator_to_abuse: Running, operation: str, data: st.DataObject
) -> None:
    """Whatever is sent to an operation, it answers with a status of the document, or refuses as Cronofy does."""
    method, path, document = OPERATIONS[operation]
    for one in document["parameters"]:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(data.draw(PATH_VALUES), safe=""))
    query, body = data.draw(query_of(document)), data.draw(body_of(document))

    answer = simulator_to_abuse.client.request(
        method.upper(),
        path,
        params={name: json.dumps(value) if not isinstance(value, str) else value for name, value in query.items()},
        content=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {ACCESS_TOKEN}"},
    )

    assert answer.status_code < 500, answer.text
    if "control" in document["tags"]:
        assert str(answer.status_code) in document["responses"], (answer.status_code, answer.text)


def test_a_world_that_is_ended_answers_as_documented(simulator_to_abuse: Running) -> None:
    """The document says 204, without a body, and so it is."""
    world = simulator_to_abuse.request("POST", "/simulator/worlds", 201, json={}).json()["world"]

    answer = simulator_to_abuse.request("DELETE", f"/simulator/worlds/{world}", 204)

    assert answer.content == b""
    assert "content" not in OPERATIONS["delete_world"][2]["responses"]["204"]
