"""`/healthz` and `/livez`, on a port of their own."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.health import Health
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.health import HealthServer, pages
from tests.listen.patient import patient_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.errors import CronofyError


@contextmanager
def serving(port: int, now: Callable[[], Health], *, host: str = "127.0.0.1") -> Iterator[HealthServer]:
    """Serve inside the `with`; alive is what is not on standby."""
    failures: list[CronofyError] = []
    served = pages(now, lambda: now() is not Health.STANDBY, lambda health: health.value.encode())
    health = HealthServer(port, served, failures.append, host=host)
    try:
        health.start()
        yield health
    finally:
        assert health.stop(60)
        assert failures == []


@pytest.mark.parametrize(
    ("host", "asked"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")]
)
def test_it_says_what_is_true_now(host: str, asked: str) -> None:
    """200 where notifications are to be sent, 503 elsewhere; nothing else is served. Its address can be asked here."""
    states = iter([Health.READY, Health.NOT_READY, Health.STANDBY])
    with serving(0, lambda: next(states), host=host) as health, patient_client(health.url) as client:
        first, second, third = (client.get(health.url) for _ in range(3))
        other = client.get(health.url.replace("/healthz", "/"))

    assert health.url.startswith(f"http://{asked}:")
    assert (first.status_code, first.json()) == (200, {"ready": True, "health": "ready"})
    assert (first.headers["Content-Type"], first.headers["Content-Length"]) == ("application/json", "31")
    assert (second.status_code, second.json()) == (503, {"ready": False, "health": "not_ready"})
    assert (third.status_code, third.json()) == (503, {"ready": False, "health": "standby"})
    assert (other.status_code, other.content, other.headers["Content-Length"]) == (404, b"", "0")


def test_the_other_pages() -> None:
    """/livez says whether the process is to be started again; /metrics is asked for the state as it is now."""
    state = [Health.NOT_READY]
    with serving(0, lambda: state[0]) as health, patient_client(health.url) as client:
        alive = client.get(health.url.replace("healthz", "livez"))
        metrics = client.get(health.url.replace("healthz", "metrics?x=1"))
        state[0] = Health.STANDBY
        broken = client.get(health.url.replace("healthz", "livez"))

    assert (alive.status_code, broken.status_code) == (200, 503)
    assert (metrics.status_code, metrics.text) == (200, "not_ready")


def test_who_says_nothing() -> None:
    """A connection on which nothing is asked keeps no other one waiting, and not the end."""
    with serving(0, lambda: Health.READY) as health, patient_client(health.url) as client:
        port = int(health.url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=60):
            assert client.get(health.url).status_code == 200
            assert health.stop(60)


def test_a_taken_port_is_named() -> None:
    """A port that somebody else has is told, with the option to change."""
    with serving(0, lambda: Health.READY) as health:
        port = int(health.url.split(":")[2].split("/")[0])
        with (
            pytest.raises(WrongUsage, match=f"port {port} cannot be used for /healthz: Addr") as caught,
            serving(port, lambda: Health.READY),
        ):
            pass

    assert caught.value.hint == "choose another: --health-port PORT"
