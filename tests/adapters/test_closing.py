"""What is used as a context manager lets go of what it held when the block ends, though somebody still names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.accounts.data_centers import data_center_at
from tests.fakes.scripted_server import scripted_server
from tests.histories import path_of
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("read_only", [False, True])
def test_a_history(read_only: bool, tmp_path: Path) -> None:
    """Another program may replace or remove the file then."""
    path = tmp_path / "history.db"
    open_history(path).close()

    with open_history(path, read_only=read_only) as history:
        assert open_files(path) != set()

    assert (path_of(history), open_files(path)) == (path, set())


def test_an_event_cache(tmp_path: Path) -> None:
    """Another program may replace or remove the file then."""
    with open_event_cache("uk", "acc_1", {"CRONOFY_DATA_DIR": str(tmp_path)}) as cache:
        assert open_files(cache.path) != set()

    assert open_files(cache.path) == set()


def test_a_client(wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """The connection that it kept is closed on both sides."""
    with scripted_server() as server:
        server.answer(json={})
        before = open_files()
        with ApiClient(data_center_at(server.url), "tok") as client:
            client.request("GET", "/v1/userinfo")
            assert len(open_files() - before) == 2

        wait_until(lambda: open_files() <= before)
        assert client.server_time is None
