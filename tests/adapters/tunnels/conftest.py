"""Fixtures for tests of tunnels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.tunnels.support import Events, Machine, runs, upstream
from tests.fakes.ngrok_setup import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.adapters.tunnels.support import Upstream


@pytest.fixture
def events() -> Events:
    """Keep what a tunnel tells."""
    return Events()


@pytest.fixture
def listener() -> Iterator[Upstream]:
    """Listen where the tunnel leads to."""
    with upstream() as kept:
        yield kept


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Machine]:
    """Be on a machine of its own, and hold whatever ran there to what every tunnel promises.

    No process is left, no file of ours, nothing was printed, and the token stands nowhere.
    """
    used = Machine(tmp_path, monkeypatch)
    yield used
    left_running = [call for name in ("ngrok", "cloudflared") for call in used.calls(name) if runs(call["pid"])]
    assert left_running == []
    assert used.leftovers() == []
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert TOKEN not in "".join(str(call) for call in used.calls())
