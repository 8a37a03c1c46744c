"""Ctrl-C, also amid an import."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.interrupts import interrupt
from cronofy_cli.listen.stop import StopRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

LIMIT_S = 30.0


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that nobody has imported."""
    (tmp_path / "never_imported_before.py").write_text("loaded = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "never_imported_before"
    sys.modules.pop("never_imported_before", None)


def send_within_import() -> None:
    """Have the handler of SIGINT called at the first line that importlib runs from now on, once."""

    def trace(frame: FrameType, _event: str, _arg: object) -> None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            sys.settrace(None)
            handler = signal.getsignal(signal.SIGINT)
            assert callable(handler)
            handler(signal.SIGINT, frame)

    sys.settrace(trace)


def test_amid_an_import(module: str) -> None:
    """The import is finished first; then the interrupt comes, and nothing is printed and forgotten."""
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            import_then_wait(module)
    finally:
        sys.settrace(None)
        signal.signal(signal.SIGINT, before)

    assert module in sys.modules


def test_amid_an_import_of_a_run(module: str) -> None:
    """It is so for what a run does as well, with the exit code of the signal."""
    with StopRequest() as stop, pytest.raises(KeyboardInterrupt), stop.interruptible():
        import_then_wait(module)

    sys.settrace(None)
    assert stop.exit_code == 130
    assert module in sys.modules


def test_otherwise_at_once() -> None:
    """Outside an import it interrupts there and then."""
    with pytest.raises(KeyboardInterrupt):
        interrupt(signal.SIGINT, sys._getframe())


def import_then_wait(module: str) -> None:
    """Import a module that is interrupted amid it, then wait for what is to come; it ends the wait."""
    send_within_import()
    __import__(module)
    over, came = threading.Event(), threading.Event()

    def give_up() -> None:
        if not came.wait(LIMIT_S):
            over.set()

    limit = threading.Thread(target=give_up)
    limit.start()
    try:
        over.wait()
    finally:
        came.set()
        limit.join()
        assert not over.is_set(), "the interrupt came only when the wait was over"
