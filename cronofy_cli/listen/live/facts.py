"""What the status line says of a run: asked of its parts at the moment of drawing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cronofy_cli.listen.live.status import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.listen.condition import Condition
    from cronofy_cli.listen.forward import Forwarding
    from cronofy_cli.listen.live.log import LiveLog
    from cronofy_cli.listen.ready import ReadyNotice


class RunFacts:
    """The parts of a run, as far as they are there yet."""

    def __init__(self, notice: ReadyNotice, log: LiveLog, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._notice = notice
        self._log = log
        self._clock_s = clock_s
        self._state = State.STARTING
        self._since_s = clock_s()
        self.forwarding: Forwarding | None = None
        self.tunnel: str | None = None
        self.is_ending = False

    def status(self) -> Status:
        """Return what is so now."""
        condition = self._notice.condition
        state = self._state_now(condition)
        now_s = self._clock_s()
        if state is not self._state:
            self._state, self._since_s = state, now_s
        question = self._log.question
        status = Status(
            state,
            now_s - self._since_s,
            apps=self._log.apps,
            tunnel=self.tunnel,
            reason=condition.reason,
            question=None if question is None else question.text,
        )
        return status if self.forwarding is None else _with_counts(status, self.forwarding)

    def _state_now(self, condition: Condition) -> State:
        if self.is_ending:
            return State.ENDING
        if condition.is_ready:
            return State.READY if condition.is_recording else State.UNRECORDED
        return State.STARTING if self._state is State.STARTING else State.LOST


def _with_counts(status: Status, forwarding: Forwarding) -> Status:
    from dataclasses import replace

    counts, forwarder = forwarding.tally.so_far, forwarding.forwarder
    return replace(
        status,
        signed=counts.received - counts.not_signed,
        not_signed=counts.not_signed,
        failed=counts.failed,
        waiting=0 if forwarder is None else forwarder.waiting,
        is_paused=forwarder is not None and forwarder.is_paused,
    )
