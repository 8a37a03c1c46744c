"""Sending the cases to a handler, one case after another."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import Unreachable
from cronofy_cli.handler_check.verdict import Judge, is_expected, skip
from cronofy_cli.outbound.advice import Circumstances, advice, runs_in_container
from cronofy_cli.outbound.pacing import in_order, side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.handler_check.case import Case
    from cronofy_cli.handler_check.verdict import Result
    from cronofy_cli.outbound.poster import Poster

PATIENCE: Final = 3
"""After this many cases in a row without any answer the rest is not sent: each would take the whole limit."""


def run_cases(poster: Poster, cases: Sequence[Case]) -> Iterator[Result]:
    """Yield each case's result as soon as it is known.

    Raises:
        Unreachable: the first post does not reach a server.
    """
    judge = Judge(poster.target, poster.limit_s, in_container=runs_in_container())
    silent, has_reached = 0, False
    for case in cases:
        if silent >= PATIENCE:
            yield skip(case)
            continue
        attempts = _send(poster, case)
        if not has_reached and attempts[0].is_unreachable:
            raise _unreachable(poster, attempts[0])
        has_reached = True
        silent = 0 if any(attempt.status for attempt in attempts) else silent + 1
        yield judge.judge(case, attempts)


def _unreachable(poster: Poster, attempt: Attempt) -> Unreachable:
    known = Circumstances(in_container=runs_in_container())
    return Unreachable(f"the handler cannot be reached: {attempt.summary}", hint=advice(attempt, poster.target, known))


def _send(poster: Poster, case: Case) -> list[Attempt]:
    """Send a case's posts. Of posts in turn, nothing is sent after one that failed."""
    if case.at_once:
        with closing(side_by_side(poster.post, case.posts)) as attempts:
            return list(in_order(attempts))
    sent: list[Attempt] = []
    for post in case.posts:
        sent.append(poster.post(post))
        if not is_expected(case, sent[-1], poster.limit_s):
            break
    return sent
