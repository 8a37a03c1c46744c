"""Observes numbered versions of some events, and writes each change as a line once it is kept.

Usage: python -m tests.adapters.event_cache.observing_program FOLDER EVENTS VERSIONS
"""

from __future__ import annotations

import sys

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.output.documents.events import EventChangeDocument
from tests.event_states import event_state, later


def version(number: int, events: int) -> list[bytes]:
    """Return all events as they are in a version."""
    return [
        event_state(f"evt_{index}", summary=f"Version {number}", updated=later(number), description="x" * 500)
        for index in range(events)
    ]


def main() -> None:
    """Observe one version after the other."""
    folder, events, versions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open_event_cache("uk", "acc_1", {"CRONOFY_DATA_DIR": folder}) as cache:
        sys.stdin.readline()
        for number in range(versions):
            for change in cache.observe(version(number, events), None):
                sys.stdout.buffer.write(EventChangeDocument.of(change).encode() + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
