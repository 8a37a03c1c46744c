"""What is new in events, by the event cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.listen.changes.change_detector import ChangeDetector
from tests.samples import make_event

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.errors import CronofyError

SINCE = "2026-11-22T09:24:16Z"


def test_a_change_is_reported_once(tmp_path: Path) -> None:
    """What one run has reported the next one does not report again, from whenever on it reads."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    troubles: list[CronofyError] = []
    event = make_event(1, created='"2026-11-22T09:30:00Z"')

    kinds = []
    for _ in range(2):
        with ChangeDetector(lambda: open_event_cache("uk", "acc_1", environment), troubles.append) as detector:
            kinds.append([change.kind for change in detector.observe([event], SINCE)])

    assert (kinds, troubles) == ([[ChangeKind.ADDED], []], [])


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    """It is reported once, and changes are reported as far as they can be without what was seen before."""
    (tmp_path / "event-cache").write_bytes(b"not a folder")
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    troubles: list[CronofyError] = []

    with ChangeDetector(lambda: open_event_cache("uk", "acc_1", environment), troubles.append) as detector:
        reported = [[change.kind for change in detector.observe([make_event(1)], SINCE)] for _ in range(2)]

    assert reported == [[ChangeKind.FIRST_SEEN]] * 2
    assert [error.code for error in troubles] == ["event_cache_unavailable"]
