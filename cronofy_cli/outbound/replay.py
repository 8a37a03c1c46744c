"""Sending stored deliveries again, through the same code as live forwarding."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.replay_verdict import replay_verdict
from cronofy_cli.outbound.advice import Circumstances, advice
from cronofy_cli.outbound.pacing import in_order, in_turn, side_by_side
from cronofy_cli.outbound.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.replay_verdict import ReplayVerdict
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """One delivery to one target."""

    delivery: Delivery
    target: Target


Replayed = tuple[ReplayJob, "Forward"]


ReplayResult = tuple["Forward", "str | None", "ReplayVerdict | None"]
"""An attempt, what to look at if it did not go well, and how it compares with the last one at the same target; there is
no verdict without that, and for a changed body.
"""


def kept_result(history: History | None, job: ReplayJob, forward: Forward, *, in_container: bool) -> ReplayResult:
    """Keep what came of a job, and return it with its verdict. A changed body has no history to be kept in.

    Raises:
        HistoryUnavailable: it was not kept.
    """
    state = job.delivery.verdict.state
    hint = advice(forward.attempt, job.target, Circumstances(state, in_container=in_container, can_wait=True))
    if history is None:
        return forward, hint, None
    before = history.forwards.last_attempt(forward.delivery_id, forward.target)
    history.forwards.record([forward])
    return forward, hint, replay_verdict(before, forward.attempt, state)


def send_again(
    jobs: Iterable[ReplayJob],
    settings: SenderSettings,
    clock: Callable[[], datetime],
    *,
    interval_s: float = 0.0,
    at_once: int = 1,
) -> Generator[Replayed]:
    """Send, one after another or several at once, and yield each result in the order of the jobs."""
    with ExitStack() as stack:
        senders = _Senders(settings, clock, stack)

        def send(job: ReplayJob) -> Replayed:
            forward = senders.to(job.target).forward(job.delivery)
            failure = forward.attempt.failure
            # What was not sent at all is still to be sent.
            is_last = failure is None or not failure.is_unreachable
            return job, forward._replace(is_replay=True, is_last=is_last)

        if at_once == 1:
            yield from in_turn(send, jobs, interval_s=interval_s)
        else:
            with closing(side_by_side(send, jobs, at_once=at_once, interval_s=interval_s)) as results:
                yield from in_order(results)


class _Senders(threading.local):
    """Each thread keeps a connection to each target. The stack closes them all."""

    def __init__(self, settings: SenderSettings, clock: Callable[[], datetime], stack: ExitStack) -> None:
        self._settings = settings
        self._clock = clock
        self._stack = stack
        self._senders: dict[str, Sender] = {}

    def to(self, target: Target) -> Sender:
        """Return this thread's sender to a target."""
        if target.url not in self._senders:
            self._senders[target.url] = Sender(target, self._settings, self._clock)
            self._stack.callback(self._senders[target.url].close)
        return self._senders[target.url]
