"""Breaking off what is not wanted any more, while the same client is in use elsewhere."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.core.accounts.data_centers import data_center_at
from tests.outbound.app import OK, running_app

if TYPE_CHECKING:
    from tests.outbound.app import Received

LIMIT_S = 60.0


@pytest.mark.parametrize(("method", "times_sent"), [("POST", 1), ("DELETE", 1), ("GET", 2)])
def test_another_request_under_way(method: str, times_sent: int) -> None:
    """It gets its answer: what cannot be sent a second time keeps its connection, anything else is sent again."""
    begins, goes_on = threading.Event(), threading.Event()

    def answer(_: Received) -> bytes:
        begins.set()
        assert goes_on.wait(LIMIT_S)
        return OK

    with running_app() as app, ThreadPoolExecutor(1) as pool:
        app.answer = answer
        with ApiClient(data_center_at(f"http://127.0.0.1:{app.port}"), "token", sleep=lambda _: None) as client:
            asking = pool.submit(client.send, method, "/v1/channels")
            assert begins.wait(LIMIT_S)
            client.interrupt(threading.Event())
            goes_on.set()
            assert asking.result(LIMIT_S).status == 200
        assert len(app.received) == times_sent
