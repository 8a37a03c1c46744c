"""`/healthz` on the local side."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import open_client
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.health import HealthServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.errors import CronofyError


@contextmanager
def serving(port: int, is_ready: Callable[[], bool]) -> Iterator[HealthServer]:
    """Serve inside the `with`."""
    failures: list[CronofyError] = []
    health = HealthServer(port, is_ready, failures.append)
    try:
        health.start()
        yield health
    finally:
        assert health.stop()
        assert failures == []


def test_it_says_what_is_true_now() -> None:
    """200 while notifications can arrive, 503 while they cannot; nothing else is served."""
    state = {"ready": True}
    with serving(0, lambda: state["ready"]) as health, open_client(health.url) as client:
        first = client.get(health.url)
        state["ready"] = False
        second = client.get(health.url)
        other = client.get(health.url.replace("/healthz", "/"))

    assert (first.status_code, first.json()) == (200, {"ready": True})
    assert (first.headers["Content-Type"], first.headers["Content-Length"]) == ("application/json", "15")
    assert (second.status_code, second.json()) == (503, {"ready": False})
    assert (other.status_code, other.content, other.headers["Content-Length"]) == (404, b"", "0")


def test_a_taken_port_is_named() -> None:
    """A port that somebody else has is told, with the option to change."""
    with serving(0, lambda: True) as health:
        port = int(health.url.split(":")[2].split("/")[0])
        with (
            pytest.raises(WrongUsage, match=f"port {port} cannot be used for /healthz: Addr") as caught,
            serving(port, lambda: True),
        ):
            pass

    assert caught.value.hint == "choose another: --health-port PORT"
