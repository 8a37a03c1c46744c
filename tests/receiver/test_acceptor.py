"""How many connections are open at once, and what becomes of those beyond that."""

from __future__ import annotations

import resource
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.receiver.acceptor import affordable
from cronofy_cli.receiver.gate import Limits
from tests.receiver.receiving import post, receiving, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 300


@pytest.fixture
def files_of_this_process() -> Iterator[tuple[int, int]]:
    """The soft and the hard bound on open files, put back at the end."""
    bounds = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield bounds
    resource.setrlimit(resource.RLIMIT_NOFILE, bounds)


def test_an_idle_connection_makes_room(tmp_path: Path) -> None:
    """At the limit the connection that has been idle for longest is closed, and the new one is served."""
    with receiving(tmp_path, limits=Limits(connections=2)) as receiver, ExitStack() as stack:
        oldest, newer = (stack.enter_context(receiver.wire()) for _ in range(2))
        assert [oldest.ask(post()), newer.ask(post())] == [200, 200]

        assert stack.enter_context(receiver.wire()).ask(post()) == 200

        assert oldest.is_closed()
        assert newer.ask(post()) == 200


def test_a_connection_that_says_nothing_makes_room(tmp_path: Path) -> None:
    """Connections that are only held open keep no notification out."""
    with receiving(tmp_path, limits=Limits(connections=3)) as receiver, ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(receiver.wire())

        assert stack.enter_context(receiver.wire()).ask(post()) == 200


def test_beyond_the_limit_connections_wait(tmp_path: Path) -> None:
    """While every connection is in the middle of a request, further ones wait, and are answered in the end."""
    with receiving(tmp_path, limits=Limits(connections=1)) as receiver, receiver.wire() as wire:
        request = post()
        wire.send(request[:-1])
        with receiver.wire() as waiting:
            waiting.send(request)
            wire.send(request[-1:])

            assert [wire.answer().status, waiting.answer().status] == [200, 200]


def test_a_burst_of_many_connections(tmp_path: Path) -> None:
    """Of many connections at once, far more than the limit, none is refused or reset, and all is recorded."""
    with receiving(tmp_path, limits=Limits(connections=20)) as receiver:

        def ask(_: int) -> int:
            with receiver.wire() as wire:
                return wire.ask(post())

        with ThreadPoolExecutor(60) as pool:
            statuses = list(pool.map(ask, range(MANY)))

    assert statuses == [200] * MANY
    assert len(stored(tmp_path)) == MANY


def test_few_open_files(files_of_this_process: tuple[int, int]) -> None:
    """Where the system allows fewer open files than connections, the limit is below that; it is raised if it may be."""
    _, hard = files_of_this_process
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    assert affordable(300) == 300
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (364, hard)
    assert affordable(1000) == 1000
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 1000
    assert affordable(100) == 100
