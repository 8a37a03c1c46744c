"""What `listen` prints."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.output.live import LiveOutput, PrintStyle
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput, closed_pipe
from tests.samples import CHANGE, make_delivery, make_event, make_read

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clock times are those of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


class Printed:
    """A live output and what it printed."""

    def __init__(self, style: PrintStyle, *, color: bool = False) -> None:
        self.memory = MemoryOutput(OutputFormat.TABLE, color=color)
        self.closed: list[bool] = []
        self.live = LiveOutput(self.memory.output, style, ZoneInfo("Europe/London"), lambda: self.closed.append(True))
        self.live.calendar_names = {"cal_1": "Work"}

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.memory.stdout.text.splitlines()

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The lines of stdout, read as JSON."""
        return [json.loads(line) for line in self.lines]


@pytest.mark.parametrize(
    ("state", "status", "mark"),
    [
        (SignatureState.VALID, 200, "✓ signed"),
        (SignatureState.INVALID, 401, "✗ wrong signature"),
        (SignatureState.UNSIGNED, 401, "✗ unsigned"),
        (SignatureState.UNKNOWN, 200, "? not checked"),
    ],
)
def test_a_line_for_each_signature_state(state: SignatureState, status: int, mark: str) -> None:
    """A delivery is a line: time, type, what is known of its sender, since when, our answer, its number."""
    printed = Printed(PrintStyle.COMPACT)

    printed.live.deliveries([make_delivery(state=state, status=status)])

    assert printed.lines == [f"12:04:31  change          {mark}  since 09:24:16Z  -> {status}  #129"]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"notification":{"type":"verification"}}', "verification    ✓ signed  -> 200"),
        (b'{"notification":{"type":"some_future_type"}}', "some_future_type  ✓ signed  a type that is not known yet"),
        (b'{"event":{}}', "no type         ✓ signed  -> 200"),
        (b"\xff", "not JSON        ✓ signed  -> 200"),
        (b'{"notification":{"type":"\\u001b[2J\\nchange"}}', "[2J change      ✓ signed  a type that is not known yet"),
    ],
)
def test_a_line_for_any_body(body: bytes, line: str) -> None:
    """Whatever the body holds, it is one harmless line."""
    printed = Printed(PrintStyle.COMPACT)

    printed.live.deliveries([make_delivery(body=body)])

    assert len(printed.lines) == 1
    assert line in printed.lines[0]


def test_colours() -> None:
    """On a terminal the verdict is green, the time and the answer recede."""
    printed = Printed(PrintStyle.COMPACT, color=True)

    printed.live.deliveries([make_delivery()])

    assert printed.lines == [
        (
            "\x1b[2m12:04:31\x1b[0m  \x1b[1mchange        \x1b[0m  \x1b[32m✓ signed\x1b[0m  since 09:24:16Z  "
            "\x1b[2m-> 200  #129\x1b[0m"
        )
    ]


def test_a_delivery_in_full() -> None:
    """The line, then the request as it came, made harmless."""
    printed = Printed(PrintStyle.FULL)

    printed.live.deliveries([make_delivery(body=b'{"notification":{"type":"change"}}')])

    assert printed.lines == [
        "12:04:31  change          ✓ signed  -> 200  #129",
        "    POST /r/k3v9?user_id=42",
        "    Content-Type: application/json",
        "    x-Odd: é[2J",
        "    ",
        "    {",
        '      "notification": {',
        '        "type": "change"',
        "      }",
        "    }",
        "",
    ]


def test_a_body_that_is_not_json_in_full() -> None:
    """Other bodies are shown as text, with what is no text escaped."""
    printed = Printed(PrintStyle.FULL)

    printed.live.deliveries([make_delivery(body=b"a=1\n\xff\x1b[2J", headers=())])

    assert printed.lines[3:5] == ["    a=1", r"    \xff[2J"]


def test_deliveries_as_json() -> None:
    """One JSON document a delivery, with everything that is known and the body as text."""
    printed = Printed(PrintStyle.JSON)

    printed.live.deliveries([make_delivery(), make_delivery(130, b"\xff", SignatureState.INVALID, 401)])

    first, second = printed.documents
    assert first == {
        "kind": "delivery",
        "id": 129,
        "received_at": "2026-11-22T12:04:31.123Z",
        "type": "change",
        "changes_since": "2026-11-22T09:24:16Z",
        "channel_id": "chn_1",
        "signature": {"state": "valid", "secret": "CRONOFY_CLIENT_SECRET"},
        "answer_status": 200,
        "data_center": "simulator",
        "method": "POST",
        "target": "/r/k3v9?user_id=42",
        "headers": [["Content-Type", "application/json"], ["x-Odd", "é\x1b[2J"]],
        "body": CHANGE.decode(),
    }
    assert (second["id"], second["body_base64"], "body" in second) == (130, "/w==", False)


def test_the_events_behind_a_delivery() -> None:
    """Each event is a line: added, changed or deleted, its title, when in the account's zone, its calendar."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([make_delivery()])

    printed.live.events(
        make_read(
            make_event(1, created='"2026-11-22T09:24:16Z"'),
            make_event(2, calendar_id='"cal_2"'),
            make_event(3, deleted="true"),
            make_event(4, event_private="true", summary='""'),
            make_event(5, summary='"Tab\\there\\u001b[2J\\u202e"'),
        )
    )

    assert printed.lines[1:] == [
        '            + "Event 1"  Mon 2 Mar 10:00-11:00  (Work)',
        '            ~ "Event 2"  Mon 2 Mar 10:00-11:00  (cal_2)',
        '            - "Event 3"  Mon 2 Mar 10:00-11:00  (Work)',
        '            ~ "(private)"  Mon 2 Mar 10:00-11:00  (Work)',
        '            ~ "Tab here[2J"  Mon 2 Mar 10:00-11:00  (Work)',
    ]


def test_no_event_behind_a_delivery() -> None:
    """A change without an event is explained."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([make_delivery()])

    printed.live.events(make_read())

    assert printed.lines[1:] == ["            no event: it was changed again, or is outside the sync window"]


def test_events_that_come_later_name_their_delivery() -> None:
    """When another delivery was printed in between, the events say whose they are."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([make_delivery(129), make_delivery(130)])

    printed.live.events(make_read(make_event(1), delivery_ids=(129,)))
    printed.live.events(make_read(make_event(1), delivery_ids=(128, 129, 130)))

    assert printed.lines[2] == "          for #129:"
    assert printed.lines[4] == "          for 3 notifications, #128 to #130:"


def test_many_events_are_counted() -> None:
    """Twenty events are listed, the others counted."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([make_delivery()])

    printed.live.events(make_read(*(make_event(number) for number in range(25))))

    assert len(printed.lines) == 1 + 20 + 1
    assert printed.lines[-1] == "            … and 5 more: cronofy deliveries show"


def test_events_as_json() -> None:
    """All events, each as its own JSON, however many there are."""
    printed = Printed(PrintStyle.JSON)
    events = [make_event(number) for number in range(25)]

    printed.live.events(make_read(*events, delivery_ids=(1, 2)))

    assert printed.documents == [
        {
            "kind": "events",
            "delivery_ids": [1, 2],
            "changes_since": "2026-11-22T09:24:16Z",
            "events": [json.loads(event) for event in events],
        }
    ]


def test_ready() -> None:
    """For programs a line on stdout; the sentence for people goes to stderr."""
    printed = Printed(PrintStyle.JSON)

    printed.live.ready({"port": 8080}, "Ready.")

    assert printed.documents == [{"kind": "ready", "port": 8080}]
    assert printed.memory.stderr.text == " Ready.\n"


def test_ready_for_people() -> None:
    """On a terminal there is only the sentence."""
    printed = Printed(PrintStyle.COMPACT)

    printed.live.ready({"port": 8080}, "Ready.")

    assert (printed.lines, printed.memory.stderr.text) == ([], " Ready.\n")


def test_steps_and_troubles_go_to_stderr() -> None:
    """stdout is data: the way to ready and what goes wrong are told beside it, made harmless."""
    printed = Printed(PrintStyle.COMPACT, color=True)

    printed.live.tick("signed in", "jane\x1b[2J@company.com")
    printed.live.trouble(HistoryUnavailable("the disk is full\x1b[2J", hint="make room"))

    assert printed.lines == []
    assert printed.memory.stderr.text == (
        " \x1b[32m✓\x1b[0m signed in     jane[2J@company.com\n"
        "\x1b[1;31merror:\x1b[0m the disk is full[2J\n\x1b[36mhint:\x1b[0m make room\n"
    )


def test_a_closed_pipe_is_told_and_ends_nothing() -> None:
    """When nobody reads any more it is said once to whoever ends the run; printing goes on into nothing."""
    closed: list[bool] = []

    with closed_pipe() as output:
        live = LiveOutput(output, PrintStyle.JSON, ZoneInfo("Etc/UTC"), lambda: closed.append(True))
        live.deliveries([make_delivery()])
        live.deliveries([make_delivery()])

    assert closed == [True]
