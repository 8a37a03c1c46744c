"""Groups of checks, run side by side."""

from __future__ import annotations

import threading

import pytest

from cronofy_cli.core.checks import Check, CheckState, passed
from cronofy_cli.doctor.runner import CheckGroup, GroupResult, run_groups
from cronofy_cli.errors import Unreachable

WAIT_LIMIT_S = 60.0


def group(name: str, *follow_up: CheckGroup) -> CheckGroup:
    """Return a group whose one check is fine."""
    return CheckGroup(name, lambda: GroupResult((passed(name, "fine"),), follow_up))


def names(checks: list[Check]) -> list[str]:
    """Return which checks they are."""
    return [check.name for check in checks]


def test_the_order_is_that_of_the_groups() -> None:
    """A group that ends first does not come first."""
    second_is_done = threading.Event()

    def first() -> GroupResult:
        assert second_is_done.wait(WAIT_LIMIT_S)
        return GroupResult((passed("first", "fine"),))

    def second() -> GroupResult:
        second_is_done.set()
        return GroupResult((passed("second", "fine"),))

    assert names(list(run_groups([CheckGroup("first", first), CheckGroup("second", second)]))) == ["first", "second"]


def test_a_check_is_there_before_the_last_group_has_ended() -> None:
    """What is done can be shown while other groups still wait."""
    go_on = threading.Event()

    def last() -> GroupResult:
        assert go_on.wait(WAIT_LIMIT_S)
        return GroupResult((passed("last", "fine"),))

    checks = run_groups([group("first"), CheckGroup("last", last)])

    assert next(checks).name == "first"
    go_on.set()
    assert next(checks).name == "last"


def test_a_group_that_hangs_is_left_behind() -> None:
    """At its limit a group counts as failed, and the others are not kept waiting."""
    never = threading.Event()

    def hang() -> GroupResult:
        never.wait(WAIT_LIMIT_S)
        return GroupResult(())

    hanging = CheckGroup("hanging", hang, limit_s=0.05, subject="https://example.com")
    checks = list(run_groups([hanging, group("other")], at_once=1))
    never.set()

    assert names(checks) == ["hanging", "other"]
    assert (checks[0].state, checks[0].code, checks[0].subject) == (
        CheckState.FAILED,
        "time_limit",
        "https://example.com",
    )


def test_no_more_than_at_once_run_side_by_side() -> None:
    """Groups wait for their turn, and that wait is not counted against their limit."""
    lock = threading.Lock()
    running, most = 0, 0
    three = threading.Barrier(3, timeout=WAIT_LIMIT_S)

    def work() -> GroupResult:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        three.wait()
        with lock:
            running -= 1
        return GroupResult((passed("work", "fine"),))

    checks = list(run_groups([CheckGroup("work", work, limit_s=60) for _ in range(12)], at_once=3))

    assert (len(checks), most) == (12, 3)


def test_follow_ups_come_after_everything_else() -> None:
    """What one group makes possible is checked when all groups have ended, in order."""
    checks = list(run_groups([group("a", group("a1"), group("a2")), group("b", group("b1"))]))

    assert names(checks) == ["a", "b", "a1", "a2", "b1"]


def test_an_error_is_a_failed_check() -> None:
    """An error that a group does not expect becomes a check with the error's own words."""

    def fail() -> GroupResult:
        raise Unreachable("nobody there", hint="go on")

    (check,) = run_groups([CheckGroup("calls", fail)])

    assert check == Check("calls", CheckState.FAILED, "nobody there", code="unreachable", hint="go on")


def test_a_bug_stays_a_bug() -> None:
    """An exception that is no error of ours is raised again where the checks are read."""

    def fail() -> GroupResult:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(run_groups([CheckGroup("calls", fail)]))
