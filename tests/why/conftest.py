"""A scene for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import Timeouts
from cronofy_cli.adapters.callback_probe.probe import ProbeLimits
from cronofy_cli.cli import evidence_sources, other_secrets
from cronofy_cli.why import callback_evidence, collect
from tests.why.scenes import scene_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support import Cli
    from tests.why.scenes import Scene


LIMIT_S = 60.0
FAR_LIMITS = ProbeLimits(LIMIT_S, LIMIT_S, LIMIT_S, LIMIT_S)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cronofy, handlers and the history are waited for as long as it takes; whoever tries a limit makes it short."""
    for name in ("CALL_LIMIT_S", "_READ_LIMIT_S", "_HISTORY_LIMIT_S"):
        monkeypatch.setattr(collect, name, LIMIT_S)
    for name in ("CALL_LIMIT_S", "LIMIT_S"):
        monkeypatch.setattr(other_secrets, name, LIMIT_S)
    monkeypatch.setattr(callback_evidence, "_LIMIT_S", LIMIT_S)
    monkeypatch.setattr(evidence_sources, "PROBE_LIMITS", FAR_LIMITS)
    monkeypatch.setattr(evidence_sources, "_TIMEOUTS", Timeouts(connect_s=LIMIT_S, read_s=LIMIT_S, write_s=LIMIT_S))


@pytest.fixture
def scene(cli: Cli, wait_until: Callable[..., None]) -> Iterator[Scene]:
    """A machine with a simulator of the test's own, and nothing else set up."""
    with scene_of(cli, wait_until) as found:
        yield found
