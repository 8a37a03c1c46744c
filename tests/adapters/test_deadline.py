"""A moment until which all of a command's waits have to end."""

from __future__ import annotations

import time

import pytest

from cronofy_cli.adapters.deadline import Deadline
from cronofy_cli.errors import TimeLimitReached, Unreachable

AN_HOUR_S = 3600.0


def test_while_there_is_time() -> None:
    """A wait is as long as it would be, or as long as the time that is left."""
    deadline = Deadline.after(AN_HOUR_S)

    assert 0 < deadline.remaining_s <= AN_HOUR_S
    assert deadline.cut(5.0) == 5.0
    assert deadline.cut(2 * AN_HOUR_S) <= AN_HOUR_S
    assert not deadline.is_over


def test_when_it_is_over() -> None:
    """Nothing is waited for any more, however long ago that was."""
    deadline = Deadline(5.0, time.monotonic() - AN_HOUR_S)

    assert (deadline.remaining_s, deadline.cut(5.0), deadline.is_over) == (0.0, 0.0, True)


@pytest.mark.parametrize(("limit_s", "shown"), [(5.0, "5 s"), (0.25, "0.25 s"), (90.0, "90 s")])
def test_what_is_said(limit_s: float, shown: str) -> None:
    """The limit is named as the user gave it, with what did not come, and the option that gives more time."""
    deadline = Deadline.after(limit_s)

    late, cut_short = deadline.error("the answer"), deadline.not_ready(Unreachable("no tunnel", hint="other"))

    assert late.message == f"the answer did not come within the time limit of {shown}"
    assert cut_short.message == f"not ready within the time limit of {shown}: no tunnel"
    assert late.hint == cut_short.hint == "give it more time: --timeout"
    assert deadline.not_ready(late) is late
    assert isinstance(cut_short, TimeLimitReached)
