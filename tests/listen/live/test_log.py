"""A burst in the log of a terminal."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.core.keys import Key
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listen.forwarding.late import LateBacklog
from cronofy_cli.listen.forwarding.reports import report_of
from cronofy_cli.listen.live.log import LiveLog
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.streams import OutputFormat
from tests.adapters.history.samples import START, forward
from tests.output.outputs import MemoryOutput
from tests.samples import make_delivery, make_read

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = parse_target("3000/hook")


class Printed:
    """A log whose clock is turned by hand, and what it printed."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.memory = MemoryOutput(OutputFormat.TABLE)
        self.log = LiveLog(
            self.memory.output, PrintStyle.COMPACT, ZoneInfo("Etc/UTC"), lambda: None, (), clock_s=lambda: self.now_s
        )

    def arrive(self, count: int, state: SignatureState = SignatureState.VALID) -> None:
        for number in range(count):
            self.log.deliveries([make_delivery(number + 1, state=state)])

    def report(self, status: int = 200) -> None:
        delivery = make_delivery(1)
        self.log.forwarded(report_of(delivery, TARGET, forward(1, status), in_container=False))

    @property
    def lines(self) -> list[str]:
        return self.memory.stdout.text.splitlines()

    @property
    def remarks(self) -> list[str]:
        return self.memory.stderr.text.splitlines()


@pytest.fixture
def printed() -> Printed:
    """A log at a terminal."""
    return Printed()


def test_what_a_person_can_read_is_printed(printed: Printed) -> None:
    """Up to twenty deliveries a second have a line each, second after second."""
    for _ in range(3):
        printed.arrive(20)
        printed.now_s += 1
        printed.log.tell_counted()

    assert len(printed.lines) == 60
    assert printed.remarks == []


def test_more_are_counted_and_none_is_left_out_of_the_count(printed: Printed) -> None:
    """The rest of a burst is one line with its numbers and the command that has each."""
    printed.arrive(200)
    printed.arrive(12, SignatureState.INVALID)
    printed.log.tell_counted()
    before = list(printed.remarks)
    printed.now_s += 1
    printed.log.tell_counted()

    assert (len(printed.lines), before) == (20, [])
    assert printed.remarks == [" 192 more notifications, 180 signed, 12 not; each of them: cronofy deliveries list"]


def test_results_and_reads_of_a_burst_are_counted_too(printed: Printed) -> None:
    """What belongs to a line that is not there is not printed without it."""
    printed.arrive(21)
    for status in (200, 200, 500):
        printed.report(status)
    printed.log.events(make_read())
    printed.now_s += 1
    printed.log.tell_counted()

    assert len(printed.lines) == 20
    assert printed.remarks == [
        " 1 more notification, 1 signed, 3 more forwards, 1 failed, 1 read; each of them: cronofy deliveries list"
    ]


def test_a_burst_that_is_over_is_over(printed: Printed) -> None:
    """The next delivery has its line again."""
    printed.arrive(30)
    printed.now_s += 1
    printed.log.tell_counted()
    printed.arrive(1)
    printed.report(500)

    assert len(printed.lines) > 21
    assert "-> 500" in printed.lines[21]


def test_what_was_reconstructed_is_always_printed(printed: Printed) -> None:
    """What was missed in a gap is never only a number."""
    printed.arrive(30)
    printed.log.events(replace(make_read(), missed=make_delivery(1)))

    assert "reconstructed" in printed.lines[-1] + printed.lines[-2]


def test_the_last_answer_of_each_target_is_known(printed: Printed) -> None:
    """The status line's word for an application is that of its newest attempt, also in a burst."""
    printed.report(200)
    well = printed.log.apps
    printed.arrive(30)
    printed.report(503)

    assert [(app.place, app.answer, app.is_well) for app in well] == [(":3000", "ok", True)]
    assert [(app.place, app.answer, app.is_well) for app in printed.log.apps] == [(":3000", "503", False)]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y", Key.ENTER], True),
        (["Y"], True),
        (["n", "y"], False),
        ([Key.ENTER], False),
        ([Key.ESCAPE], False),
        (["p", Key.UP, "y"], True),
    ],
)
def test_a_question_waits_for_its_answer(
    printed: Printed, wait_until: Callable[[Callable[[], bool]], None], keys: list[str], answer: bool
) -> None:
    """Whether to send a big backlog is answered by the first key that is an answer, whatever is typed behind it."""
    found: list[bool] = []
    backlog = LateBacklog(TARGET, 212, START, 100)
    thread = threading.Thread(target=lambda: found.append(printed.log.may_send(backlog, lambda: False)))
    thread.start()
    wait_until(lambda: printed.log.question is not None)
    question = printed.log.question
    assert question is not None
    for key in keys:
        question.press(key)
    thread.join(60)

    assert (found, printed.log.question) == ([answer], None)
    assert question.text == "212 deliveries wait for http://localhost:3000/hook. Send them now?"


def test_the_end_of_the_run_ends_a_question(printed: Printed) -> None:
    """Nobody has to answer at the end: nothing is sent."""
    assert printed.log.may_send(LateBacklog(TARGET, 212, START, 100), lambda: True) is False
