"""What is known of events before a run's channel exists."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cronofy_cli.errors import Unreachable
from cronofy_cli.listen.changes.baseline import FirstLook
from tests.receiver.receiving import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGES = [[b"1", b"2"], [b"3"]]


def test_all_pages() -> None:
    """Everything that was read is remembered when it has ended, and there is nothing to say."""
    remembered: list[Sequence[bytes]] = []
    remarks: list[str] = []
    look = FirstLook(lambda: PAGES, remembered.append, remarks.append)

    look.start()
    look.end(PATIENCE_S)

    assert (remembered, remarks) == (PAGES, [])


def test_slower_than_one_waits() -> None:
    """What comes later than is waited for is not remembered: it might hold a change that is yet to be told."""
    remembered: list[Sequence[bytes]] = []
    remarks: list[str] = []
    has_begun, may_go_on, is_done = threading.Event(), threading.Event(), threading.Event()

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        has_begun.set()
        assert may_go_on.wait(PATIENCE_S)
        try:
            yield PAGES[1]
        finally:
            is_done.set()

    look = FirstLook(read, remembered.append, remarks.append)
    look.start()
    assert has_begun.wait(PATIENCE_S)
    look.end(0.01)
    may_go_on.set()

    assert is_done.wait(PATIENCE_S)
    assert remembered == PAGES[:1]
    assert "first seen" in remarks[0]


def test_a_read_that_fails() -> None:
    """A failure is told in a sentence and stops nothing; what was read before it stays."""
    remembered: list[Sequence[bytes]] = []
    remarks: list[str] = []

    def read() -> Iterator[Sequence[bytes]]:
        yield PAGES[0]
        raise Unreachable("Cronofy cannot be reached")

    look = FirstLook(read, remembered.append, remarks.append)
    look.start()
    look.end(PATIENCE_S)

    assert remembered == PAGES[:1]
    assert len(remarks) == 1
    assert "Cronofy cannot be reached" in remarks[0]
