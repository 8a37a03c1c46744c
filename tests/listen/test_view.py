"""What `listen` prints."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.adapters.history import Gap
from cronofy_cli.core.autopsy import Cause, Confidence, Finding
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.changes.read_request import ChangeRead
from cronofy_cli.listen.forwarding.late import LateBacklog
from cronofy_cli.listen.forwarding.reports import ForwardReport, TargetBack, Waiting, report_of
from cronofy_cli.listen.forwarding.tally import Totals
from cronofy_cli.listen.signature_examiner import Examined
from cronofy_cli.listen.view import LiveOutput
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.documents.running import ReadyDocument
from cronofy_cli.output.streams import Output, OutputFormat
from tests.adapters.history.samples import START, answered, forward
from tests.in_process import Stream
from tests.output.outputs import MemoryOutput, closed_pipe
from tests.samples import CHANGE, changes_of, make_change_read, make_delivery, make_event, make_read
from tests.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery

MOMENT = datetime(2026, 11, 22, 9, 24, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clock times are those of UTC, and every line fits the terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
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

    assert printed.lines == [f"12:04:31  change          {mark}  since 09:24:16Z  <- {status}  #129"]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"notification":{"type":"verification"}}', "verification    ✓ signed  <- 200"),
        (b'{"notification":{"type":"some_future_type"}}', "some_future_type  ✓ signed  a type that is not known yet"),
        (b'{"event":{}}', "no type         ✓ signed  <- 200"),
        (b"\xff", "not JSON        ✓ signed  <- 200"),
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
            "\x1b[2m<- 200  #129\x1b[0m"
        )
    ]


def test_a_delivery_in_full() -> None:
    """The line, then the request as it came, made harmless."""
    printed = Printed(PrintStyle.FULL)

    printed.live.deliveries([make_delivery(body=b'{"notification":{"type":"change"}}')])

    assert printed.lines == [
        "12:04:31  change          ✓ signed  without changes_since, so no events are read  <- 200  #129",
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
        "response_status": 200,
        "data_center": "simulator",
        "method": "POST",
        "target": "/r/k3v9?user_id=42",
        "headers": [["Content-Type", "application/json"], ["x-Odd", "é\x1b[2J"]],
        "body": CHANGE.decode(),
    }
    assert (second["id"], second["body_base64"], "body" in second) == (130, "/w==", False)


def lines_of(read: ChangeRead, *deliveries: Delivery) -> list[str]:
    """Return the lines for people below those of some deliveries."""
    printed = Printed(PrintStyle.COMPACT)
    if deliveries:
        printed.live.deliveries(deliveries)
    printed.live.events(read)
    return printed.lines[len(deliveries) :]


def test_the_changes_behind_a_delivery() -> None:
    """What was added, moved, changed and removed, field by field, with the calendar's name; nothing can do harm."""
    read = make_change_read(
        (None, make_event(1, created='"2026-11-22T09:24:16Z"')),
        (make_event(2), make_event(2, summary='"Planning"', calendar_id='"cal_2"')),
        (make_event(3), make_event(3, deleted="true")),
        (make_event(4), make_event(4, summary='"Tab\\there\\u001b[2J\\u202e"')),
    )

    marks = [line.split()[0] for line in lines_of(read, make_delivery()) if line.strip()[0] in "+-~"]
    text = "\n".join(lines_of(read, make_delivery()))

    assert marks == ["+", "~", "-", "~"]
    assert '"Event 1"' in text
    assert "(Work)" in text
    assert "Event 2 -> Planning" in text
    assert "Tab here[2J" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (make_read(), "no event: it was changed again, or is outside the sync window"),
        (
            ChangeRead((129,), "2026-11-22T09:24:16Z", (make_event(1),)),
            "nothing new: what changed since then was reported before, here or by another run for this account",
        ),
    ],
)
def test_nothing_new_behind_a_delivery(read: ChangeRead, said: str) -> None:
    """A change that brings nothing new is explained."""
    assert lines_of(read, make_delivery()) == [f"            {said}"]


def test_a_burst_that_brings_nothing() -> None:
    """What many reads one after the other have not brought is said once, until one has brought something."""
    printed = Printed(PrintStyle.COMPACT)
    said = "no event: it was changed again"

    for read in (*[make_read()] * 24, make_change_read((None, make_event(1))), make_read()):
        printed.live.events(read)

    assert printed.memory.stdout.text.count(said) == 2


@pytest.mark.parametrize(
    ("numbers", "head"),
    [((129,), "for #129:"), ((128, 130, 129), "3 notifications, one read, #128 to #130:")],
)
def test_changes_that_come_later_name_their_deliveries(numbers: tuple[int, ...], head: str) -> None:
    """When another delivery was printed in between, or several share a read, the changes say whose they are."""
    read = replace(make_change_read((None, make_event(1))), delivery_ids=numbers)

    assert lines_of(read, make_delivery(129), make_delivery(130))[0] == f"          {head}"


@pytest.mark.parametrize(
    ("numbers", "head"),
    [
        ((), "reconstructed, missed since 2026-11-22T09:24:16Z:"),
        ((131,), "reconstructed as #131, missed since 2026-11-22T09:24:16Z:"),
    ],
)
def test_what_was_missed_is_marked(numbers: tuple[int, ...], head: str) -> None:
    """What nobody was notified of says so, and which made-up notification stands for it."""
    read = replace(make_change_read((None, make_event(1))), delivery_ids=numbers, missed=make_delivery())

    lines = lines_of(read, make_delivery(131))

    assert lines[0] == f"          {head}"
    assert '"Event 1"' in lines[1]


def test_nothing_was_missed() -> None:
    """A gap in which nothing happened is told as such."""
    lines = lines_of(replace(make_read(), delivery_ids=(), missed=make_delivery()))

    assert lines[1:] == ["            nothing was missed"]


@pytest.mark.parametrize(
    ("style", "stdout"),
    [(PrintStyle.JSON, '{"kind":"standby","callback_url":"https://example.com/r/1"}\n'), (PrintStyle.COMPACT, "")],
)
def test_standing_by(style: PrintStyle, stdout: str) -> None:
    """People get a sentence, programs a line."""
    printed = Printed(style)

    printed.live.standing_by("https://example.com/r/1")

    assert printed.memory.stdout.text == stdout
    assert printed.memory.stderr.text.startswith(" Standing by: another listener receives for this address.")


def test_many_changes_are_counted() -> None:
    """Twenty events are listed, the others counted."""
    read = make_change_read(*((None, make_event(number, summary=f'"{number}"')) for number in range(25)))

    lines = lines_of(read, make_delivery())

    assert (len(lines), lines[-1].strip()) == (21, "… and 5 more")


def test_events_as_json() -> None:
    """All events, each as its own JSON on one line, and what is new about them as data."""
    printed = Printed(PrintStyle.JSON)
    before, after = make_event(1), make_event(1, summary='"Planning"').replace(b",", b",\n")
    events = [after, *(make_event(number) for number in range(2, 25))]
    read = ChangeRead((1, 2), "2026-11-22T09:24:16Z", tuple(events), changes_of((before, after)))

    printed.live.events(read)
    printed.live.events(replace(read, delivery_ids=(), missed=make_delivery()))

    [first, second] = printed.documents
    assert list(first) == ["kind", "reconstructed", "delivery_ids", "changes_since", "events", "changes"]
    assert (first["kind"], first["reconstructed"], first["delivery_ids"]) == ("events", False, [1, 2])
    assert first["events"] == [json.loads(event) for event in events]
    [change] = first["changes"]
    assert (change["kind"], change["event_uid"], change["event"]) == ("changed", "evt_1", json.loads(after))
    assert change["fields"] == [{"field": "summary", "before": "Event 1", "after": "Planning"}]
    assert second == {**first, "reconstructed": True, "delivery_ids": []}


def found(
    cause: Cause = Cause.OTHER_CONTEXT_SECRET, confidence: Confidence = Confidence.PROVEN, *, left_out: int = 0
) -> Examined:
    """Return what an examination of #129 found."""
    label = "main of the context other\x1b[2J"
    finding = Finding(cause, "It was signed elsewhere.", "Use that.", ("a digest matches",), confidence, label)
    return Examined(make_delivery(state=SignatureState.INVALID, status=401), finding, left_out)


@pytest.mark.parametrize(
    ("examined", "lines"),
    [
        (
            found(),
            ["cause  It was signed elsewhere. (it is main of the context other[2J)", "hint   Use that."],
        ),
        (
            found(Cause.BODY_LATIN1, Confidence.LIKELY, left_out=7),
            [
                "cause  Likely: It was signed elsewhere.",
                "hint   Use that.",
                "7 more with a wrong or missing signature came too fast to be examined",
            ],
        ),
    ],
)
def test_why_a_signature_is_wrong(examined: Examined, lines: list[str]) -> None:
    """A line for the cause and one for the hint below the delivery's; what was not examined is counted."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([examined.delivery])

    printed.live.examined(examined, was_shown=True)

    assert printed.lines[1:] == [f"            {line}" for line in lines]


def test_a_late_examination_names_its_delivery() -> None:
    """When another delivery was printed in between, the cause says whose it is."""
    printed = Printed(PrintStyle.COMPACT)
    printed.live.deliveries([make_delivery(129), make_delivery(130)])

    printed.live.examined(found(), was_shown=True)

    assert printed.lines[2] == "          for #129:"


def test_an_examination_as_json() -> None:
    """For programs it is a document of its own, with a stable code."""
    printed = Printed(PrintStyle.JSON)

    printed.live.examined(found(left_out=7), was_shown=True)

    assert printed.documents == [
        {
            "kind": "diagnosis",
            "delivery_id": 129,
            "cause": "other_context_secret",
            "detail": None,
            "explanation": "It was signed elsewhere.",
            "hint": "Use that.",
            "confidence": "proven",
            "secret": "main of the context other\x1b[2J",
            "evidence": ["a digest matches"],
            "also": [],
            "not_examined": 7,
        }
    ]


def test_an_examination_of_what_was_not_shown() -> None:
    """A delivery that stdout knows nothing of is explained to people."""
    printed = Printed(PrintStyle.JSON)

    printed.live.examined(found(), was_shown=False)

    assert (printed.lines, printed.memory.stderr.text.split()[0]) == ([], "cause")


READY = ReadyDocument("https://x.test/r/1", "chn_1", 8080, 7, 3)


def test_ready() -> None:
    """For programs a line on stdout; the sentence for people goes to stderr."""
    printed = Printed(PrintStyle.JSON)

    printed.live.ready(READY, "Ready.")

    assert printed.documents == [
        {
            "kind": "ready",
            "callback_url": "https://x.test/r/1",
            "channel_id": "chn_1",
            "port": 8080,
            "pid": 7,
            "newest_delivery_id": 3,
        }
    ]
    assert printed.memory.stderr.text == " Ready.\n"


VERIFICATION = b'{"notification":{"type":"verification"}}'


def test_a_forwarded_verification_has_its_line() -> None:
    """A verification is a step on the way to ready and not shown; when it is forwarded its line stands above, once."""
    printed = Printed(PrintStyle.COMPACT)
    verification = make_delivery(1, VERIFICATION)
    report = ForwardReport(verification, parse_target("3000/hook"), forward(1), None)

    printed.live.forwarded(report)
    printed.live.forwarded(report)

    headline, *forwards = printed.lines
    assert headline == "12:04:31  verification    ✓ signed  <- 200  #1"
    assert forwards == ["          -> 200 in 23 ms  http://localhost:3000/hook (127.0.0.1)  #1"] * 2


def test_an_app_that_is_away() -> None:
    """That it is not there is told once, with what comes of it; what comes later waits, on one line each time."""
    printed = Printed(PrintStyle.COMPACT)
    target = parse_target("3000/hook")
    refused = forward(1, None)._replace(is_last=False)

    printed.live.forwarded(ForwardReport(make_delivery(1), target, refused, "is the app running?"))
    printed.live.waiting(Waiting(target, (2,)))
    printed.live.waiting(Waiting(target, (3, 4, 5)))
    printed.live.target_back(TargetBack(target, "127.0.0.1:3000"))

    assert printed.lines == [
        "          -> connection refused in 23 ms  http://localhost:3000/hook  #1",
        "            is the app running?",
        "            waiting until it is there; then everything is sent in order",
        "          -> waiting  http://localhost:3000/hook  #2",
        "          -> waiting  http://localhost:3000/hook  #3 to #5",
    ]
    assert printed.memory.stderr.text == " http://localhost:3000/hook can be reached again: 127.0.0.1:3000\n"


def test_the_apps_text_is_told_apart() -> None:
    """What the app says stands behind a bar with its indentation, and our advice does not."""
    printed = Printed(PrintStyle.COMPACT)
    failed = forward(1)._replace(attempt=answered(500, answer_body=b"Traceback:\n\tline 5\nValueError"))
    report = report_of(make_delivery(1), parse_target("3000/hook"), failed, in_container=False)

    printed.live.forwarded(report)

    assert printed.lines[1:4] == ["            | Traceback:", "            |     line 5", "            | ValueError"]
    assert printed.lines[4].startswith("            the app failed")


@pytest.mark.parametrize(
    ("totals", "counted", "command"),
    [
        (Totals(3, 3, 0, 0), "3 received, 3 forwarded, 0 failed, 0 still to send", None),
        (Totals(6, 0, 0, 6), "6 received, 0 forwarded, 0 failed, 6 still to send", "send the rest: {} --not-forwarded"),
        (Totals(6, 1, 2, 3), "6 received, 1 forwarded, 2 failed, 3 still to send", "send them again: {} --failed"),
    ],
)
def test_the_end(totals: Totals, counted: str, command: str | None) -> None:
    """The last lines count what came and what became of it, and name the command that sends what is left."""
    printed = Printed(PrintStyle.COMPACT)

    printed.live.totals(totals, START)

    first, *rest = printed.memory.stderr.text.splitlines()
    assert first == f" {counted}"
    expected = None if command is None else command.format("cronofy deliveries replay")
    assert rest == ([] if expected is None else [f" {expected} --since 2026-11-22T12:00:00Z"])


def test_results_that_could_not_be_written() -> None:
    """The end counts them, and names what the application has taken and a replay would send again."""
    printed = Printed(PrintStyle.COMPACT)
    refused = forward(13, 500)._replace(is_last=False)

    printed.live.unwritten([*(forward(number) for number in range(1, 13)), refused])

    text = " ".join(printed.memory.stderr.text.split())
    assert text.startswith("13 results of forwarding could not be written to the history")
    assert "took #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 2 more, and the history still has them as waiting" in text
    assert "deliveries replay --not-forwarded" in text


def test_ready_for_people() -> None:
    """On a terminal there is only the sentence."""
    printed = Printed(PrintStyle.COMPACT)

    printed.live.ready(READY, "Ready.")

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


def test_json_on_a_terminal() -> None:
    """What could drive a terminal, or turn its text around, is written as JSON's escapes."""
    printed = Printed(PrintStyle.JSON)

    printed.live.deliveries([make_delivery(1, '{"note":"\x9b2J\u202eevil"}'.encode())])

    assert not set(printed.memory.stdout.text) & set("\x9b\u202e")
    assert "\\u009b2J\\u202eevil" in printed.memory.stdout.text


def test_a_full_disk_is_told_and_ends_nothing() -> None:
    """When the output cannot be written it is said once; what arrives is handled all the same."""
    remarks = MemoryOutput()
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        output = replace(remarks.output, stdout=full)
        live = LiveOutput(output, PrintStyle.COMPACT, ZoneInfo("Etc/UTC"), lambda: None)
        live.deliveries([make_delivery()])
        live.deliveries([make_delivery()])

    assert remarks.stderr.text.splitlines() == [
        "error: the output cannot be written: No space left on device",
        "hint: free some space, or write it to another place",
    ]


def test_a_closed_pipe_is_told_and_ends_nothing() -> None:
    """When nobody reads any more it is said once to whoever ends the run; printing goes on into nothing."""
    closed: list[bool] = []

    with closed_pipe() as output:
        live = LiveOutput(output, PrintStyle.JSON, ZoneInfo("Etc/UTC"), lambda: closed.append(True))
        live.deliveries([make_delivery()])
        live.deliveries([make_delivery()])

    assert closed == [True]


@pytest.mark.parametrize(("count", "words"), [(212, "212 deliveries wait"), (1, "1 delivery waits")])
def test_what_is_held_back(count: int, words: str) -> None:
    """What waits and is not sent is told with its number, its target, since when, and the command that sends it."""
    output = MemoryOutput()
    live = LiveOutput(output.output, PrintStyle.COMPACT, ZoneInfo("Etc/UTC"), lambda: None)

    live.held(LateBacklog(parse_target("3000/hook"), count, MOMENT, 100))

    since = "2026-11-22T09:24:16Z"
    assert output.stderr.text.splitlines() == [
        f" {words} for http://localhost:3000/hook since {since}, more than 100: none of them is sent",
        f" send them: cronofy deliveries replay --not-forwarded --since {since}; always send them: --backlog send",
    ]


def test_nobody_can_be_asked() -> None:
    """Without a terminal what waits is not sent unasked."""
    output = MemoryOutput()
    live = LiveOutput(output.output, PrintStyle.COMPACT, ZoneInfo("Etc/UTC"), lambda: None)

    assert not live.may_send(LateBacklog(parse_target("3000/hook"), 212, MOMENT, 100), lambda: False)
    assert output.stderr.text == ""


class Slow(Stream):
    """A stream that takes its time: a write ends when another one begins, or does not begin for a while."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns

    def flush(self) -> None:
        """Each write begins with one."""
        if self._turns.is_counted:
            self._turns.take()
        super().flush()


REPORT = ForwardReport(make_delivery(129), parse_target("3000"), forward(129), None)
WAYS_TO_PRINT: dict[str, Callable[[LiveOutput], None]] = {
    "tick": lambda live: live.tick("channel", "chn_1"),
    "remark": lambda live: live.remark("text"),
    "trouble": lambda live: live.trouble(HistoryUnavailable("gone")),
    "deliveries": lambda live: live.deliveries([make_delivery(129)]),
    "events": lambda live: live.events(make_change_read((None, make_event(1)))),
    "gap": lambda live: live.gap(Gap(MOMENT, MOMENT, "sleep")),
    "ready": lambda live: live.ready(READY, "Ready."),
    "standing by": lambda live: live.standing_by("https://example.com/r/1"),
    "forwarded": lambda live: live.forwarded(REPORT),
    "examined": lambda live: live.examined(found(), was_shown=True),
    "examined in silence": lambda live: live.examined(found(), was_shown=False),
}


@pytest.mark.parametrize("style", [PrintStyle.JSON, PrintStyle.COMPACT])
@pytest.mark.parametrize("way", WAYS_TO_PRINT)
def test_one_thread_at_a_time(way: str, style: PrintStyle) -> None:
    """Whatever a thread prints, another one waits until it has: blocks of lines stay together."""
    turns = Turns()
    stdout, stderr = Slow(turns), Slow(turns)
    output = Output(stdout, stderr, OutputFormat.TABLE, color_stdout=False, color_stderr=False, can_prompt=False)
    live = LiveOutput(output, style, ZoneInfo("UTC"), lambda: None)
    turns.is_counted = True
    first = threading.Thread(target=WAYS_TO_PRINT[way], args=(live,))
    first.start()
    assert turns.has_begun.wait(60)
    second = threading.Thread(target=live.remark, args=("another",))
    second.start()
    first.join(60)
    second.join(60)

    assert (turns.most, first.is_alive(), second.is_alive()) == (1, False, False)


def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns steps, remarks and what is printed below a delivery are broken between words."""
    monkeypatch.setenv("COLUMNS", "80")
    printed = Printed(PrintStyle.COMPACT)

    printed.live.tick("listening", "127.0.0.1:37757, only /r/yIFWc… is served, everything else gets 404")
    printed.live.remark(f" another run {'receives the same notifications ' * 3}".rstrip())
    printed.live.forwarded(
        ForwardReport(make_delivery(), parse_target("3000"), forward(1, 500), "look at the log of the application " * 3)
    )

    lines = [*printed.memory.stdout.text.splitlines(), *printed.memory.stderr.text.splitlines()]
    assert max(map(len, lines)) <= 80
    assert "                 404" in lines
    assert len([line for line in lines if line.startswith("            ")]) >= 2
