"""Sends what a world's outbox says is due, each notification in a task of its own, and reports how it went.

What is due, and what a failure means, is decided in `delivery`. A clock that is advanced goes from one due moment to
the next and waits for the answers, so that a day of retries makes the same attempts every time.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.core import signature
from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.messages.notification_body import notification_body, notification_headers
from cronofy_cli.simulator.world.attempts import Attempt, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.simulator.callback_sender import CallbackSender
    from cronofy_cli.simulator.messages.clock_requests import ClockRequest
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.delivery import Notification
    from cronofy_cli.simulator.world.model import Channel

MAX_STEPS: Final = 100_000
"""Of one advance, which must end."""


class Notifier:
    """The sending side of a world."""

    def __init__(self, world: SimulatedWorld, sender: CallbackSender) -> None:
        self._world = world
        self._sender = sender
        self._wake = asyncio.Event()
        self._turning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look again at what is due."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is on its way then is dropped."""
        try:
            while True:
                self._wake.clear()
                self._send_due()
                await self._sleep()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def turn_clock(self, wanted: ClockRequest) -> None:
        """Set, stop or start the clock, then let time pass, and wait for what is sent at each due moment.

        A turn that is asked for meanwhile waits for this one: two clicks on +1 day are two days.
        """
        clock = self._world.clock
        async with self._turning:
            if wanted.is_stopped is not None:
                (clock.stop if wanted.is_stopped else clock.start)()
            if wanted.set_to is not None:
                clock.set(wanted.set_to)
            if wanted.advance_s is not None:
                await self._advance(wanted.advance_s)

    async def _advance(self, seconds: float) -> None:
        clock = self._world.clock
        was_stopped, ahead_s = clock.is_stopped, clock.ahead_s
        target = clock.after(seconds)
        clock.stop()
        for _ in range(MAX_STEPS):
            self._send_due()
            await self._all_answered()
            due_at = self._world.outbox.next_due()
            if due_at is None or due_at > target:
                break
            if due_at > clock():
                clock.set(due_at)
        clock.set(target)
        if not was_stopped:
            clock.resume(ahead_s + seconds)
        self._world.note_act()

    def _send_due(self) -> None:
        self._world.close_dead_channels()
        for notification in self._world.outbox.take_due(self._world.clock()):
            task = asyncio.create_task(self._deliver(notification))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _all_answered(self) -> None:
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _sleep(self) -> None:
        """Wait until something is due or `wake` is called; a clock that stands still makes nothing due."""
        due_at = self._world.outbox.next_due()
        now = self._world.clock()
        is_never = due_at is None or (self._world.clock.is_stopped and due_at > now)
        pause_s = None if is_never or due_at is None else (due_at - now).total_seconds()
        try:
            async with asyncio.timeout(pause_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, notification: Notification) -> None:
        world, channel, callback = self._world, None, notification.callback
        if callback is None:
            try:
                channel = world.channels.get(notification.channel_id)
            except NotFound:
                return  # Closed since the notification became due.
            url, application = channel.callback_url, channel.application
        else:
            url, application = callback.url, callback.application
        settings = world.settings
        body = notification_body(
            notification,
            channel,
            scheduling_conversations=settings.emit_scheduling_conversations,
            layout=settings.body_layout,
        )
        headers = notification_headers(body, world.applications[application].client_secrets)
        started_at, started = world.clock(), time.perf_counter()
        is_trigger = "transitions" in notification.fields
        limit_s = settings.trigger_answer_limit_s if is_trigger else settings.answer_limit_s
        status, failure, reason = await self._sender.post(url, body, headers, limit_s)
        duration_ms = round((time.perf_counter() - started) * 1000, 1)
        outcome = Outcome(started_at, duration_ms, status, failure, reason)
        self._note(notification, channel, url, outcome, body, headers[signature.HEADER])

    def _note(
        self,
        notification: Notification,
        channel: Channel | None,
        url: str,
        outcome: Outcome,
        body: bytes,
        signed: str,
    ) -> None:
        """Take note of how a post ended."""
        world = self._world
        next_attempt_at: datetime | None = None
        if outcome.is_success:
            world.outbox.succeeded(notification)
        else:
            next_attempt_at = world.outbox.failed(notification, world.clock())
        world.attempts.add(
            Attempt(
                number=world.attempts.next_number,
                notification=notification.number,
                at=outcome.started_at,
                channel_id="" if channel is None else channel.channel_id,
                callback_url=url,
                type=notification.type,
                attempt=notification.attempt,
                duration_ms=outcome.duration_ms,
                status=outcome.status,
                failure=outcome.failure,
                reason=outcome.reason,
                next_attempt_at=next_attempt_at,
                body=body.decode(),
                signature=signed,
            )
        )
        world.note_act()
