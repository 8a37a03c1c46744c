"""Sending the cases to a handler, one case after another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import Unreachable
from cronofy_cli.handler_check.verdict import is_expected, judge, skip
from cronofy_cli.outbound.trigger_advice import advice

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from cronofy_cli.handler_check.case import Case
    from cronofy_cli.handler_check.verdict import Result
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.outbound.timed_sender import Sender

PATIENCE: Final = 3
"""After so many cases in a row without any answer the rest is not sent: each would take the whole limit."""


async def run_cases(sender: Sender, cases: Sequence[Case]) -> AsyncGenerator[Result]:
    """Yield each case's result as soon as it is known.

    Raises:
        Unreachable: the first post does not reach a server.
    """
    silent, has_reached = 0, False
    async with sender:
        for case in cases:
            if silent >= PATIENCE:
                yield skip(case)
                continue
            outcomes = await _send(sender, case)
            if not has_reached and outcomes[0].is_unreachable:
                raise Unreachable(
                    f"the handler cannot be reached: {outcomes[0].summary}", hint=advice(outcomes[0], sender.target)
                )
            has_reached = True
            silent = 0 if any(outcome.status for outcome in outcomes) else silent + 1
            yield judge(case, outcomes, sender.limit_s)


async def _send(sender: Sender, case: Case) -> list[Outcome]:
    """Send a case's posts. Of posts in turn, nothing is sent after one that failed."""
    if case.at_once:
        return await asyncio.gather(*map(sender.send, case.posts))
    outcomes: list[Outcome] = []
    for post in case.posts:
        outcomes.append(await sender.send(post))
        if not is_expected(case, outcomes[-1], sender.limit_s):
            break
    return outcomes
