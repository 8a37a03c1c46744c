"""Programs that run for us: what is left of one when it has been ended."""

from __future__ import annotations

import os
import sys
import threading

from cronofy_cli.adapters.tunnels.children import Child

TALKS = "print('ready', flush=True); import time; time.sleep(600)"
LIMIT_S = 60.0


def never(told: object) -> None:
    """Stand for a callback of a program that does not run."""
    raise AssertionError(told)


def test_ended_is_ended() -> None:
    """When `end` returns the program is gone, and what is done about its end has been done."""
    said: list[str] = []
    ready, told = threading.Event(), []

    def on_line(line: str) -> None:
        said.append(line)
        ready.set()

    def on_end(code: int) -> None:
        threading.Event().wait(0.2)  # Longer than a caller that does not wait for it takes to return.
        told.append(code)

    child = Child([sys.executable, "-c", TALKS], os.environ, on_line, on_end)
    child.start()
    assert ready.wait(LIMIT_S)
    assert child.is_running()

    child.end()

    assert (said, len(told), child.is_running()) == (["ready"], 1, False)


def test_a_program_that_ends_by_itself() -> None:
    """Its exit code is told, and ending it then is no error."""
    ended, codes = threading.Event(), []

    def on_end(code: int) -> None:
        codes.append(code)
        ended.set()

    child = Child([sys.executable, "-c", "raise SystemExit(7)"], os.environ, lambda _line: None, on_end)
    child.start()

    assert ended.wait(LIMIT_S)
    child.end()
    assert codes == [7]


def test_ended_before_it_was_started() -> None:
    """Nothing has to be ended."""
    Child(["/bin/true"], os.environ, never, never).end()
