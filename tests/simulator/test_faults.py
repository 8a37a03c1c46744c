"""Failures to order: which calls they meet, and what the client sees."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.simulator.faults import Fault, Faults, parse_fault
from cronofy_cli.simulator.operations import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.operations import Operation
    from tests.simulator.running import Running

METHODS = st.sampled_from(["GET", "POST"])
PATHS = st.sampled_from(["/v1/events", "/v1/events/pages/1", "/v1/channels"])
FAULTS = st.builds(
    Fault,
    method=st.none() | METHODS,
    path_prefix=PATHS,
    status=st.just(503),
    delay_s=st.just(0.0),
    drop=st.just(False),
    times=st.integers(1, 3),
)


@given(ordered=st.lists(FAULTS, max_size=5), calls=st.lists(st.tuples(METHODS, PATHS), max_size=20))
def test_each_failure_meets_as_many_calls_as_ordered(ordered: list[Fault], calls: list[tuple[str, str]]) -> None:
    """A call meets the oldest failure of its kind that is left, and never more than were ordered."""
    faults = Faults()
    for fault in ordered:
        faults.add(fault)
    for method, path in calls:
        expected = next((fault for fault in faults.waiting if fault.meets(method, path)), None)
        before = sum(fault.times for fault in faults.waiting)
        assert faults.take(method, path) == expected
        assert before - sum(fault.times for fault in faults.waiting) == (expected is not None)


def order(simulator: Running, **fault: object) -> None:
    """Order a failure."""
    simulator.request("POST", "/simulator/faults", 201, json=fault)


def test_a_status_is_answered_as_often_as_ordered(simulator: Running) -> None:
    """The next two calls fail, others and the third work."""
    order(simulator, method="get", path_prefix="/v1/calendars", status=503, times=2)
    order(simulator, path_prefix="/v1/free", status=500)

    simulator.request("GET", "/v1/profiles")
    assert [simulator.client.get("/v1/calendars").status_code for _ in range(3)] == [503, 503, 200]
    left = simulator.get("/simulator/faults")["faults"]
    assert [(fault["path_prefix"], fault["times"]) for fault in left] == [("/v1/free", 1)]
    assert simulator.request("DELETE", "/simulator/faults").json() == {"faults": []}


def test_a_failure_comes_before_the_token_is_looked_at(simulator: Running) -> None:
    """Signing in can fail as well."""
    order(simulator, path_prefix="/oauth/token", status=429)

    simulator.request("POST", "/oauth/token", 429, json={})
    simulator.request("POST", "/oauth/token", 400, json={})


def test_an_answer_comes_late(simulator: Running) -> None:
    """A delay alone leaves the answer as it is."""
    order(simulator, path_prefix="/v1/calendars", delay_s=0.2)

    started = time.perf_counter()
    assert simulator.get("/v1/calendars")["calendars"]

    assert time.perf_counter() - started >= 0.19


def test_a_late_answer_is_let_go(simulator: Running, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A call that is being delayed is answered once the failures are cleared: a test decides how long it takes."""
    order(simulator, path_prefix="/v1/calendars", delay_s=3600)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(simulator.get, "/v1/calendars")
        wait_until(lambda: not simulator.get("/simulator/faults")["faults"])
        assert not asking.done()
        simulator.request("DELETE", "/simulator/faults")

        assert asking.result()["calendars"]


def test_a_connection_ends_without_an_answer(simulator: Running, capfd: pytest.CaptureFixture[str]) -> None:
    """The client loses the connection, the next call works, and nothing is complained about."""
    library = import_httpx()
    order(simulator, path_prefix="/v1/calendars", drop=True)

    with pytest.raises((library.RemoteProtocolError, library.ReadError)):
        simulator.client.get("/v1/calendars")

    assert simulator.get("/v1/calendars")["calendars"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"status": 503}, "path_prefix"),
        ({"path_prefix": "/v1"}, "status"),
        ({"path_prefix": "/v1", "status": 200}, "status"),
        ({"path_prefix": "/v1", "status": 399}, "status"),
        ({"path_prefix": "/v1", "status": 600}, "status"),
        ({"path_prefix": "/v1", "status": 503.5}, "status"),
        ({"path_prefix": "/v1", "status": True}, "status"),
        ({"path_prefix": "/v1", "status": 503, "drop": True}, "drop"),
        ({"path_prefix": "/v1", "delay_s": -1}, "delay_s"),
        ({"path_prefix": "/v1", "delay_s": 3601}, "delay_s"),
        ({"path_prefix": "/v1", "drop": True, "times": 0}, "times"),
        ({"path_prefix": "/v1", "drop": True, "method": 1}, "method"),
        ({"path_prefix": "/v1/nope", "status": 503}, "path_prefix"),
        ({"path_prefix": "/v1/evnts", "status": 503}, "path_prefix"),
        ({"path_prefix": "/v1/events/", "status": 503, "method": "POST"}, "method"),
        ({"path_prefix": "/v1/events?tzid=UTC", "status": 503}, "path_prefix"),
        ({"path_prefix": "v1/events", "status": 503}, "path_prefix"),
        ({"path_prefix": "/v1/userinfo/more", "status": 503}, "path_prefix"),
        ({"path_prefix": "/v1/calendars//events", "status": 503}, "path_prefix"),
        ({"path_prefix": "/simulator", "status": 503}, "path_prefix"),
        ({"path_prefix": "/v1/userinfo", "status": 503, "method": "DELETE"}, "method"),
        ({"path_prefix": "/v1/events", "status": 503, "method": "HEAD"}, "method"),
    ],
)
def test_what_makes_no_sense_is_refused(shared_simulator: Running, fault: dict[str, object], field: str) -> None:
    """Each field is checked, and a refused failure is not ordered."""
    assert field in shared_simulator.refusal("POST", "/simulator/faults", json=fault)
    assert shared_simulator.get("/simulator/faults") == {"faults": []}


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 599}, {"delay_s": 3600}, {"drop": True, "delay_s": 0}])
def test_the_ends_of_each_range_can_be_ordered(fault: dict[str, object]) -> None:
    """Every status of an error, and a delay of up to an hour; once, unless more calls are named."""
    assert parse_fault({"path_prefix": "/v1"} | fault).times == 1


def test_a_slip_is_answered_with_the_nearest_path(shared_simulator: Running) -> None:
    """And a method that calls there have not, with those that they have."""
    fault = {"path_prefix": "/v1/evnts", "status": 503}
    wrong = {"path_prefix": "/v1/userinfo", "status": 503, "method": "PUT"}
    assert "/v1/events" in shared_simulator.request("POST", "/simulator/faults", 422, json=fault).text
    assert "GET" in shared_simulator.request("POST", "/simulator/faults", 422, json=wrong).text


@pytest.mark.parametrize("operation", API, ids=lambda one: f"{one.method} {one.path}")
def test_every_call_can_fail(operation: Operation) -> None:
    """By each beginning of its path, with ids in it, and by its method."""
    path = operation.path.replace("{", "").replace("}", "%2F")
    for length in range(1, len(path) + 1):
        fault = parse_fault({"path_prefix": path[:length], "status": 503, "method": operation.method.lower()})
        assert fault.meets(operation.method, path)


def test_a_call_that_waits_does_not_keep_the_simulator(
    start: Callable[..., Running],
    capfd: pytest.CaptureFixture[str],
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """While an answer is an hour away other calls are answered; stopping ends it without a complaint."""
    simulator = start()
    order(simulator, path_prefix="/v1/calendars", delay_s=3600)
    address = urlsplit(simulator.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as waiting:
        waiting.sendall(b"GET /v1/calendars HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: not simulator.get("/simulator/faults")["faults"])
        assert simulator.get("/v1/calendars")["calendars"]
        simulator.server.stop()
        with suppress(ConnectionResetError):
            assert waiting.recv(1) == b""

    assert capfd.readouterr() == ("", "")
