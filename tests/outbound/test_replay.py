"""Sending stored deliveries again: what is sent where, what is kept of it, and what is let go of."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.replay_verdict import ReplayVerdict
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.outbound.replay import ReplayJob, kept_result, send_again
from cronofy_cli.outbound.settings import SenderSettings
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import answered, forward
from tests.listen.forwarding.following import now
from tests.open_files import open_files
from tests.outbound.app import OK, answer_of, running_app
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outbound.app import Received

SETTINGS = SenderSettings(limit_s=60)


@pytest.mark.parametrize("at_once", [1, 3])
def test_in_the_order_of_the_jobs(at_once: int) -> None:
    """Each result is that of its job, marked as a replay; a connection to a target is used again, and let go of."""
    with running_app() as app, running_app() as other:
        other.answer = lambda _: answer_of(500)
        targets = [parse_target(str(port)) for port in (app.port, other.port)]
        jobs = [ReplayJob(make_delivery(number), targets[number % 2]) for number in range(1, 9)]
        results = list(send_again(jobs, SETTINGS, now, at_once=at_once))

    assert [job for job, _ in results] == jobs
    assert [(each.delivery_id, each.attempt.status) for _, each in results] == [
        (number, 500 if number % 2 else 200) for number in range(1, 9)
    ]
    assert all(each.is_replay and each.is_last and each.target == job.target.url for job, each in results)
    assert len({each.connection for each in app.received}) <= at_once


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="open files are looked up in /proc")
def test_nothing_stays_open() -> None:
    """When all were sent, or nobody takes more results, the connections are closed."""
    with running_app() as app:
        jobs = [ReplayJob(make_delivery(number), parse_target(str(app.port))) for number in range(1, 4)]
        before = open_files()
        results = send_again(jobs, SETTINGS, now)
        next(results)
        during = open_files() - before
        results.close()
        sockets = {each for each in during if each.startswith("socket:")}
        left = open_files()

    assert sockets
    assert len(sockets & left) < len(sockets), results


def test_what_was_not_sent_at_all() -> None:
    """It is still to be sent; what was sent and not answered is not."""
    with running_app() as app:
        app.answer = lambda _: None
        jobs = [ReplayJob(make_delivery(1), parse_target(str(port))) for port in (free_port(), app.port)]
        found = [(each.attempt.failure, each.is_last) for _, each in send_again(jobs, SETTINGS, now)]

    assert found == [(Failure.CONNECTION_REFUSED, False), (Failure.CONNECTION_CLOSED, True)]


def test_a_pause_between_two() -> None:
    """The application has that time to itself, counted from the end of the one before."""
    begun: list[float] = []

    def answer(_: Received) -> bytes:
        begun.append(time.monotonic())
        return OK

    with running_app() as app:
        app.answer = answer
        jobs = [ReplayJob(make_delivery(number), parse_target(str(app.port))) for number in range(1, 4)]
        list(send_again(jobs, SETTINGS, now, interval_s=0.05))

    assert [later - earlier >= 0.05 for earlier, later in pairwise(begun)] == [True, True]


def test_what_is_kept(tmp_path: Path) -> None:
    """A result is compared with the last one at the same target, and is the last one from then on."""
    target = parse_target("3000/hook")
    with open_history(tmp_path / "history.db") as history:
        history.record([make_delivery(0, state=SignatureState.VALID)])
        job = ReplayJob(make_delivery(1), target)
        verdicts = [
            kept_result(history, job, forward(1, status, target=target.url), in_container=False)[2]
            for status in (500, 500, 200, 200, 500)
        ]
        kept = [each.attempt.status for each in history.forwards.of(1)]

    assert verdicts == [
        None,
        ReplayVerdict.STILL_FAILING,
        ReplayVerdict.FIXED,
        ReplayVerdict.STILL_PASSING,
        ReplayVerdict.REGRESSED,
    ]
    assert kept == [500, 500, 200, 200, 500]


@pytest.mark.parametrize(
    ("failure", "in_container", "hint"),
    [
        (Failure.ANSWER_TIMED_OUT, False, "--forward-timeout 0"),
        (Failure.CONNECTION_REFUSED, True, "in this container"),
        (Failure.CONNECTION_REFUSED, False, "is the app running?"),
    ],
)
def test_a_changed_body(failure: Failure, in_container: bool, hint: str) -> None:
    """It has no history to be kept in or compared with; what to look at is said all the same."""
    attempt = answered(None, failure=failure, reason="no", duration=timedelta(seconds=1))
    job = ReplayJob(make_delivery(1), parse_target("3000"))

    result, said, verdict = kept_result(None, job, forward(1)._replace(attempt=attempt), in_container=in_container)

    assert (result.attempt, verdict) == (attempt, None)
    assert said is not None
    assert hint in said
