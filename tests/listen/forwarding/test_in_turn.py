"""Reports of what the application said, behind the deliveries that they are about."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.listen.forwarding.in_turn import ReportsInTurn
from cronofy_cli.listen.forwarding.reports import ForwardReport
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import forward
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.core.notifications.deliveries import Delivery


def report_on(delivery: Delivery) -> ForwardReport:
    """Return the report of an attempt that went well."""
    return ForwardReport(delivery, parse_target("3000"), forward(delivery.id or 0), None)


def test_reported_before_it_is_shown() -> None:
    """What was said before its delivery is shown waits for that, whatever comes in between."""
    reported: list[ForwardReport] = []
    in_turn = ReportsInTurn(reported.append)
    first, second = make_delivery(1), make_delivery(2)
    in_turn.expect(first)
    in_turn.expect(second)

    in_turn.reported(report_on(second))
    in_turn.shown([first])
    assert reported == []
    in_turn.shown([second])
    assert [each.delivery.id for each in reported] == [2]
    in_turn.reported(report_on(first))
    assert [each.delivery.id for each in reported] == [2, 1]


def test_what_is_never_shown() -> None:
    """What is not to be shown is reported at once, and what was not shown at the end is reported then, once."""
    reported: list[ForwardReport] = []
    in_turn = ReportsInTurn(reported.append)
    in_turn.expect(make_delivery(1))

    in_turn.reported(report_on(make_delivery(7)))
    in_turn.reported(report_on(make_delivery(1)))
    assert [each.delivery.id for each in reported] == [7]
    in_turn.end()
    in_turn.end()
    assert [each.delivery.id for each in reported] == [7, 1]


class HeldDelivery:
    """A delivery whose number can be held where it is asked for."""

    def __init__(self) -> None:
        self.hold: Callable[[], object] = int

    @property
    def id(self) -> int:
        """Its number."""
        self.hold()
        return 129


@pytest.mark.parametrize("is_end", [False, True])
def test_shown_while_it_is_reported(is_end: bool) -> None:
    """A report that comes while its delivery is shown, or while all ends, is passed on all the same."""
    passed: list[Any] = []
    reports = ReportsInTurn(passed.append)
    asks, is_over = threading.Event(), threading.Event()
    delivery: Any = HeldDelivery()
    report: Any = SimpleNamespace(delivery=delivery)
    reports.expect(delivery)
    number = 0

    def hold() -> None:
        nonlocal number
        number += 1
        if number == 2:  # it was looked whether the delivery is expected
            asks.set()
            is_over.wait(0.2)

    delivery.hold = hold
    with ThreadPoolExecutor(1) as pool:
        reporting = pool.submit(reports.reported, report)
        assert asks.wait(60)
        delivery.hold = int
        if is_end:
            reports.end()
        else:
            reports.shown([delivery])
        is_over.set()
        reporting.result(60)

    assert passed == [report]
