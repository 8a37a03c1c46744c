"""What is new in events, by the event cache."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import list_event_caches, open_event_cache
from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.listen.changes.change_detector import ChangeDetector
from tests.open_files import open_files
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


def test_a_cache_that_cannot_be_used_again(tmp_path: Path) -> None:
    """After it could be used in between, that it cannot be is told again."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    troubles: list[CronofyError] = []

    with ChangeDetector(lambda: open_event_cache("uk", "acc_1", environment), troubles.append) as detector:
        detector.observe([make_event(1)], SINCE)
        [status] = list_event_caches(environment)
        for _ in range(2):
            with sqlite3.connect(status.path, isolation_level=None) as other:
                other.execute("ALTER TABLE events RENAME TO elsewhere")
                detector.observe([make_event(2)], SINCE)
                other.execute("ALTER TABLE elsewhere RENAME TO events")
            other.close()
            detector.observe([make_event(3)], SINCE)

    assert [error.code for error in troubles] == ["event_cache_unavailable"] * 2


def test_the_cache_is_let_go(tmp_path: Path) -> None:
    """When a run has ended, its cache can be removed: nothing holds it open."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    troubles: list[CronofyError] = []
    detector = ChangeDetector(lambda: open_event_cache("uk", "acc_1", environment), troubles.append)
    with detector:
        detector.observe([make_event(1)], SINCE)
        assert open_files(tmp_path)

    assert open_files(tmp_path) == set(), detector
