"""A replica's runs one after the other: when it goes on standing by, and when it gives up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import pytest

from cronofy_cli.errors import ExitCode, HistoryUnavailable
from cronofy_cli.listen import term
from cronofy_cli.listen.replica import LeadLost
from cronofy_cli.listen.stop import StopRequest
from cronofy_cli.listen.term import MOST_FAILURES, lead_again_and_again

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError


class Term:
    """A run that ends with an error, or without."""

    def __init__(self, error: CronofyError | None, *, was_ready: bool = False) -> None:
        self.error = error
        self.was_ready = was_ready
        self.remaining_s = 0.0
        self.remarks: list[str] = []
        self.live = SimpleNamespace(remark=self.remarks.append)
        self.stop = StopRequest()

    def __enter__(self) -> Self:
        if self.error is not None:
            self.stop.fail(self.error)
            raise self.error
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term, "PAUSE_S", 0.0)


def led(terms: list[Term], *, path: str = "/r/1") -> int:
    """Lead in these runs, in this order."""
    waiting, stop = list(terms), StopRequest()
    replica: Any = SimpleNamespace(path=path)

    def next_term() -> Any:
        made = waiting.pop(0)
        made.stop = stop
        return made

    try:
        return lead_again_and_again(next_term, replica, stop)
    finally:
        assert waiting == [], "it gave up too early"


def failures(count: int) -> list[Term]:
    """So many runs that never became ready."""
    return [Term(HistoryUnavailable(f"no table {number}")) for number in range(count)]


def test_what_fails_again_and_again() -> None:
    """Ten runs in a row that do not become ready are enough: the last one's error ends the process."""
    assert MOST_FAILURES == 10
    with pytest.raises(HistoryUnavailable, match="no table 9"):
        led(failures(10))


def test_a_run_that_was_ready() -> None:
    """Failures are counted from the last run that was ready; each is said, and the next one begins."""
    lost = Term(LeadLost("this listener does not lead any more"), was_ready=True)
    terms = [*failures(9), lost, *failures(9), Term(None)]

    assert led(terms) == ExitCode.TIME_LIMIT
    assert [each.remarks for each in terms[8:11]] == [
        [" no table 8"],
        [" this listener does not lead any more"],
        [" no table 0"],
    ]
    assert terms[-1].remarks == []


def test_a_database_that_could_never_be_used() -> None:
    """Before the path that all share is known there is nothing to stand by for: the first error is the last."""
    with pytest.raises(HistoryUnavailable, match="no table 0"):
        led(failures(1), path="")
