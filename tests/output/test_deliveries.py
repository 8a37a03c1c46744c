"""Lists of deliveries, forwards and differences, whole, on a terminal and in a pipe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import Forward
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.delivery_diff import compare_deliveries
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.output.deliveries import delivery_list, difference_list, replay_list, show_forwards, since_text
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.output.streams import Output

MOMENT = datetime(2026, 11, 22, 12, 4, 31, 123456, UTC)
URL = "http://localhost:3000/hook"
FORWARDS = [
    (Forward(129, URL, 1, Attempt(MOMENT, timedelta(milliseconds=23.4), "[::1]:3000", 200)), None),
    (
        Forward(130, URL, 2, Attempt(MOMENT, timedelta(0), failure=Failure.CONNECTION_REFUSED, reason="refused")),
        "nothing listens on port 3000",
    ),
]
DELIVERIES = [
    make_delivery(129),
    make_delivery(130, b"{}", SignatureState.INVALID, 401),
    make_delivery(131, b'{"notification":{"type":"new\\u001b[2J"}}', SignatureState.UNKNOWN, 200),
]
LISTS: dict[str, Callable[[Output], Any]] = {
    "deliveries": lambda output: show_list(output, DELIVERIES, delivery_list()),
    "no deliveries": lambda output: show_list(output, [], delivery_list()),
    "forwards": lambda output: show_forwards(output, FORWARDS),
    "no forwards": lambda output: show_forwards(output, []),
    "replays": lambda output: show_list(output, FORWARDS, replay_list()),
    "no replays": lambda output: show_list(output, [], replay_list()),
    "differences": lambda output: show_list(
        output, compare_deliveries(DELIVERIES[0], DELIVERIES[1]), difference_list()
    ),
    "no differences": lambda output: show_list(output, [], difference_list()),
}


@pytest.mark.parametrize("format_", [OutputFormat.TABLE, OutputFormat.TSV, OutputFormat.NDJSON])
def test_lists(format_: OutputFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headings, columns and what is said of nothing are those that are kept."""
    monkeypatch.setenv("COLUMNS", "150")
    parts = []
    for name, show in LISTS.items():
        memory = MemoryOutput(format_)
        show(memory.output)
        parts.append(f"{name}\n{memory.stdout.text}{memory.stderr.text}")

    check_golden(f"delivery-lists-{format_.value}.txt", "\n".join(parts).encode())


@pytest.mark.parametrize(
    ("changes_since", "shown"),
    [
        ("2026-11-28T18:00:00Z", "18:00:00Z"),
        ("2026-11-28T19:00:00.123456+01:00", "18:00:00Z"),
        ("2026-11-27T23:59:59Z", "2026-11-27 23:59:59Z"),
        ("2019-11-25T01:29:45Z", "2019-11-25 01:29:45Z"),
        ("2026-11-28", "2026-11-28"),
        ("0001-01-01T00:00:00+10:00", "0001-01-01T00:00:00+10:00"),
        ("soon\x1b[2J", "soon[2J"),
    ],
)
def test_since_when(changes_since: str, shown: str) -> None:
    """The time that a notification names has its date unless that is the day of its arrival, and is never cut."""
    assert since_text(changes_since, datetime(2026, 11, 28, 18, 0, 5, tzinfo=UTC)) == shown
