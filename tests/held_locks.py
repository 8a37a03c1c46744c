"""A lock that another holds: whoever wants it waits, and sees afterwards what has changed meanwhile."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import pytest

LIMIT_S = 60.0

T = TypeVar("T")


def wait_behind(
    lock: AbstractContextManager[None],
    act: Callable[[], T],
    meanwhile: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> T:
    """Hold a lock while `act` wants it; when it waits do `meanwhile`, let it go on, and return what it returns."""
    waits_or_ended = threading.Event()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        waits_or_ended.set()
        threading.Event().wait(0.001)

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patched:
        patched.setattr(time, "sleep", sleep)
        with lock:
            acting = pool.submit(act)
            acting.add_done_callback(lambda _acting: waits_or_ended.set())
            assert waits_or_ended.wait(LIMIT_S)
            assert pauses, "it did not wait for the lock"
            meanwhile()
        return acting.result(LIMIT_S)
