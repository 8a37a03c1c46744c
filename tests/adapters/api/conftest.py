"""A scripted Cronofy and a client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.core.accounts.data_centers import data_center_at
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.api.client import Timeouts
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.retries import Retry
    from tests.fakes.scripted_server import ScriptedServer

TOKEN = "tok_MyVerySecretAccessToken"


class OpenClient(Protocol):
    """Makes a client of the server at an address; it is closed after the test."""

    def __call__(
        self,
        url: str,
        *,
        timeouts: Timeouts | None = None,
        observe: Callable[[Exchange], None] | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> ApiClient: ...


@pytest.fixture
def cronofy() -> Iterator[ScriptedServer]:
    """A server whose script must be played exactly."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def open_client() -> Iterator[OpenClient]:
    """Clients with a known token, whose waits before a retry take no time."""
    opened: list[ApiClient] = []

    def open_one(
        url: str,
        *,
        timeouts: Timeouts | None = None,
        observe: Callable[[Exchange], None] | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> ApiClient:
        client = ApiClient(
            data_center_at(url),
            TOKEN,
            timeouts=timeouts,
            observe=observe,
            on_retry=on_retry,
            sleep=sleep or (lambda _: None),
            retry_policy=RetryPolicy(dice=lambda: 1.0),
        )
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def client(cronofy: ScriptedServer, open_client: OpenClient) -> ApiClient:
    """A client of the scripted server."""
    return open_client(cronofy.url)
