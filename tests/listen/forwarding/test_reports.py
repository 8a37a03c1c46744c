"""What is reported of one attempt."""

from __future__ import annotations

import pytest

from cronofy_cli.core.failure import Failure
from cronofy_cli.listen.forwarding.late import LateBacklog
from cronofy_cli.listen.forwarding.reports import ForwarderCalls, report_of
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import START, answered, forward
from tests.samples import make_delivery

TARGET = parse_target("3000/hook")


@pytest.mark.parametrize("status", [200, 500, None])
def test_an_attempt_that_is_over(status: int | None) -> None:
    """It is neither late nor tried again unless that is said; what went wrong has a hint and what was answered."""
    delivery, attempt = make_delivery(129), forward(129, status)

    report = report_of(delivery, TARGET, attempt, in_container=False)

    assert (report.delivery, report.target, report.forward) == (delivery, TARGET, attempt)
    assert (report.is_late, report.retried_in_s, report.waits) == (False, None, False)
    assert (report.hint is None) is (status == 200)
    assert (report.lines == ()) is (status == 200)


def test_an_app_that_hangs() -> None:
    """While one listens, an app at a breakpoint can be waited for: the hint names the option."""
    hangs = forward(129)._replace(attempt=answered(None, failure=Failure.ANSWER_TIMED_OUT, reason="no answer"))

    report = report_of(make_delivery(129), TARGET, hangs, in_container=False)

    assert report.hint is not None
    assert "--forward-timeout 0" in report.hint


def test_nobody_to_ask() -> None:
    """Where nobody can be asked, more than may be sent unasked is not sent."""

    def unused(_: object) -> None:
        raise AssertionError

    calls = ForwarderCalls(unused, unused, unused, unused, unused)
    backlog = LateBacklog(TARGET, 101, START, 100)

    assert calls.may_send(backlog, lambda: False) is False
    calls.held(backlog)


def test_an_attempt_that_is_late() -> None:
    """Pause and lateness are passed on."""
    report = report_of(
        make_delivery(129), TARGET, forward(129, 500), in_container=False, retried_in_s=2.0, is_late=True
    )

    assert (report.is_late, report.retried_in_s) == (True, 2.0)
