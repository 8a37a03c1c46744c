"""Lists of deliveries, forwards and differences, whole, on a terminal and in a pipe."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import AppResult, Forward
from cronofy_cli.adapters.history.moments import DeliveryTimes
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.delivery_diff import compare_deliveries
from cronofy_cli.core.replay_verdict import ReplayVerdict
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.output.deliveries import (
    app_text,
    compact_line,
    delivery_list,
    difference_list,
    received_list,
    replay_list,
    show_forwards,
    since_text,
    timing_text,
)
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
REPLAYS = [
    (*FORWARDS[0], None),
    *((*each, verdict) for each, verdict in zip(FORWARDS[1:], ReplayVerdict, strict=False)),
]
DELIVERIES = [
    make_delivery(129),
    make_delivery(130, b"{}", SignatureState.INVALID, 401),
    make_delivery(131, b'{"notification":{"type":"new\\u001b[2J"}}', SignatureState.UNKNOWN, 200),
]
APP = AppResult(URL, 200)
LISTED = [
    (DELIVERIES[0], (APP,)),
    (DELIVERIES[1], ()),
    (DELIVERIES[2], (APP, AppResult("http://localhost:4000/", failure=Failure.CONNECTION_REFUSED), APP)),
    (DELIVERIES[0]._replace(id=12345, answer_status=None), (AppResult(URL, is_waiting=True),)),
]
LISTS: dict[str, Callable[[Output], Any]] = {
    "deliveries": lambda output: show_list(output, LISTED, delivery_list(MOMENT.date()), streamed=True),
    "no deliveries": lambda output: show_list(output, [], delivery_list(MOMENT.date())),
    "received": lambda output: show_list(output, DELIVERIES, received_list()),
    "forwards": lambda output: show_forwards(output, FORWARDS),
    "no forwards": lambda output: show_forwards(output, []),
    "replays": lambda output: show_list(output, REPLAYS, replay_list()),
    "no replays": lambda output: show_list(output, [], replay_list()),
    "differences": lambda output: show_list(
        output, compare_deliveries(DELIVERIES[0], DELIVERIES[1]), difference_list()
    ),
    "no differences": lambda output: show_list(output, [], difference_list()),
}


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clock times are those of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def test_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal of 80 columns each delivery is one line with its time and the app's result; ids are left out."""
    monkeypatch.setenv("COLUMNS", "80")
    memory = MemoryOutput(OutputFormat.TABLE)

    show_list(memory.output, LISTED, delivery_list(MOMENT.date()), streamed=True)

    assert memory.stdout.text.splitlines() == [
        "ID     WHEN             TYPE     SIGNATURE  APP",
        "129    Nov 22 12:04:31  change   valid      200",
        "130    Nov 22 12:04:31  no type  invalid    -",
        "131    Nov 22 12:04:31  new[2J   unknown    connection_refused (1 of 3)",
        "12345  Nov 22 12:04:31  change   valid      waiting",
    ]


def test_the_app_in_a_list() -> None:
    """One target is shown by its result, of several the worst with the number that have it."""
    failed = AppResult(URL, 500)

    assert [
        app_text(results) for results in [(), (APP,), (APP, APP), (APP, failed), (AppResult(URL, is_waiting=True),)]
    ] == [
        "-",
        "200",
        "200 (2 of 2)",
        "500 (1 of 2)",
        "waiting",
    ]


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
        ("x" * 3000, f"{'x' * 47}…"),
    ],
)
def test_since_when(changes_since: str, shown: str) -> None:
    """The time that a notification names has its date unless that is the day of its arrival, and is never cut."""
    assert since_text(changes_since, datetime(2026, 11, 28, 18, 0, 5, tzinfo=UTC)) == shown


@pytest.mark.parametrize(
    "body",
    [
        b'{"notification":{"type":"change","changes_since":"%s"}}' % (b"9" * 3000),
        b'{"notification":{"type":"%s"}}' % (b"change" * 500),
    ],
)
def test_a_line_is_short_whatever_a_sender_writes(body: bytes) -> None:
    """A type or a time of thousands of characters does not fill the terminal."""
    assert len(compact_line(make_delivery(1, body), color=False)) < 160


def test_a_change_since_no_time() -> None:
    """It is said that nothing is read for it."""
    line = compact_line(make_delivery(1, b'{"notification":{"type":"change","changes_since":"soon"}}'), color=False)

    assert "since soon, which is no time, so no events are read" in line


def test_a_change_without_its_moment() -> None:
    """A change that does not say since when names that, and that nothing can be read for it; other types do not."""
    change, other = (
        make_delivery(1, b'{"notification":{"type":"%s"}}' % kind) for kind in (b"change", b"verification")
    )

    assert "without changes_since, so no events are read" in compact_line(change, color=False)
    assert "changes_since" not in compact_line(other, color=False)


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (timedelta(milliseconds=-5), "0.0 ms"),
        (timedelta(microseconds=1234), "1.2 ms"),
        (timedelta(milliseconds=999.9), "999.9 ms"),
        (timedelta(seconds=1), "1.00 s"),
        (timedelta(seconds=12.345), "12.35 s"),
    ],
)
def test_how_long_after_its_arrival(after: timedelta, shown: str) -> None:
    """In milliseconds below a second; a clock that was set back makes nothing happen before it."""
    delivery = make_delivery(1)
    received_at = delivery.request.received_at

    assert timing_text(delivery, DeliveryTimes(received_at + after)) == f"on disk after {shown}"
    assert timing_text(delivery, DeliveryTimes()) == ""


def test_all_that_is_known_of_its_timing() -> None:
    """On the disk, answered, read: in this order, each if it is known."""
    delivery = make_delivery(1)
    moments = [delivery.request.received_at + timedelta(milliseconds=each) for each in (1, 2, 3)]

    assert timing_text(delivery, DeliveryTimes(*moments)) == (
        "on disk after 1.0 ms, answered after 2.0 ms, events read after 3.0 ms"
    )
    assert timing_text(delivery, DeliveryTimes(None, moments[1])) == "answered after 2.0 ms"
