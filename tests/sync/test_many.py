"""Many accounts at once: results as they come, what fails alone, and what becomes of the rest when it is broken off."""

from __future__ import annotations

import threading

import pytest

from cronofy_cli.errors import NotSignedIn
from cronofy_cli.sync.many import for_each

LIMIT_S = 60.0


def no_break() -> None:
    """Fail: nothing was broken off."""
    pytest.fail("broken off")


def test_one_that_fails_stops_no_other() -> None:
    """Each has its result, or its error, and how long it took; with one at a time they come in order."""
    error = NotSignedIn("no token is kept")

    def do(choice: str) -> str:
        if choice == "b":
            raise error
        return choice.upper()

    results = list(for_each("abc", do, concurrency=1, break_off=no_break))

    assert [(one.choice, one.done, one.error) for one in results] == [
        ("a", "A", None),
        ("b", None, error),
        ("c", "C", None),
    ]
    assert all(one.duration_ms >= 0 for one in results)


def test_some_are_done_at_once() -> None:
    """As many as were asked for are under way together, and each comes when it is done, whichever began first."""
    together, may_end = threading.Barrier(3, timeout=LIMIT_S), threading.Event()

    def do(choice: int) -> int:
        together.wait()
        assert choice != 0 or may_end.wait(LIMIT_S)
        return choice

    results = for_each((0, 1, 2), do, concurrency=3, break_off=no_break)

    first = {next(results).choice, next(results).choice}
    may_end.set()
    assert (first, [one.choice for one in results]) == ({1, 2}, [0])


def test_a_bug_is_not_a_result() -> None:
    """What is no error of ours ends everything, with its traceback."""
    with pytest.raises(ZeroDivisionError):
        list(for_each((1, 0), lambda number: 1 / number, concurrency=1, break_off=lambda: None))


def test_what_is_broken_off() -> None:
    """Whoever stops early ends what is under way, asking until it has ended; what was not begun never is."""
    begun: list[int] = []
    is_under_way = threading.Event()
    breaks: list[threading.Event] = [threading.Event(), threading.Event()]
    asked = iter(breaks)

    def do(choice: int) -> int:
        begun.append(choice)
        if choice:
            is_under_way.set()
            assert all(one.wait(LIMIT_S) for one in breaks)
        return choice

    def break_off() -> None:
        next(asked, threading.Event()).set()

    results = for_each((0, 1, 2, 3), do, concurrency=1, break_off=break_off)
    assert next(results).choice == 0
    assert is_under_way.wait(LIMIT_S)
    results.close()

    assert begun == [0, 1]
    assert all(one.is_set() for one in breaks)
