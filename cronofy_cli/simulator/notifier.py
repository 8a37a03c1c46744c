"""Sends what the outbox says is due, each notification in a task of its own, and reports how it went.

Input and output only: what is due, and what a failure means, is decided in `delivery`.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.http import import_httpx, tls_context
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.simulator.messages.notification_body import notification_body, notification_headers
from cronofy_cli.simulator.world.attempts import Outcome

if TYPE_CHECKING:
    import httpx

    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.world.delivery import Notification
    from cronofy_cli.simulator.world.model import Channel

MAX_AT_ONCE: Final = 128
"""Posts on their way: one per channel that an account can have, and well below the usual limit of open files."""
MAX_ANSWER_BYTES: Final = 64 * 1024
"""Of an answer's body; it is read only so that the connection can be used again."""


class Notifier:
    """The sending side of the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._wake = asyncio.Event()
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: dict[bool, httpx.AsyncClient] = {}

    def wake(self) -> None:
        """Look again at what is due."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is on its way then is dropped."""
        try:
            while True:
                self._wake.clear()
                self._simulator.close_dead_channels()
                for notification in self._simulator.outbox.take_due(self._simulator.clock()):
                    task = asyncio.create_task(self._deliver(notification))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await self._sleep()
        finally:
            await self._close()

    async def _sleep(self) -> None:
        """Wait until something is due or `wake` is called."""
        due_at = self._simulator.outbox.next_due()
        pause_s = None if due_at is None else (due_at - self._simulator.clock()).total_seconds()
        try:
            async with asyncio.timeout(pause_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, notification: Notification) -> None:
        async with self._places:
            try:
                channel = self._simulator.world.channel(notification.channel_id)
            except NotFound:
                return  # Closed since the notification became due.
            started_at, started = self._simulator.clock(), time.perf_counter()
            status, error = await self._post(notification, channel)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        self._simulator.note_outcome(notification, channel, Outcome(started_at, milliseconds, status, error))

    async def _post(self, notification: Notification, channel: Channel) -> tuple[int | None, str | None]:
        """Post a notification; return the answer's status, or what went wrong."""
        library = import_httpx()
        settings = self._simulator.settings
        body = notification_body(notification, channel, scheduling_conversations=settings.emit_scheduling_conversations)
        headers = notification_headers(body, settings.client_secrets)
        try:
            async with asyncio.timeout(settings.answer_limit_s):
                return await self._status(channel.callback_url, body, headers), None
        except TimeoutError:
            return None, f"no answer within {settings.answer_limit_s:g} s"
        except (library.HTTPError, library.InvalidURL, WrongUsage) as error:
            return None, str(error) or type(error).__name__

    async def _status(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        client = self._client(is_tls=url.lower().startswith("https:"))
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            received = 0
            async for chunk in answer.aiter_raw():
                received += len(chunk)
                if received > MAX_ANSWER_BYTES:
                    break
            return answer.status_code

    def _client(self, *, is_tls: bool) -> httpx.AsyncClient:
        """Return the client for a scheme. Certificates are loaded only when the first https URL needs them."""
        if is_tls not in self._clients:
            library = import_httpx()
            self._clients[is_tls] = library.AsyncClient(
                verify=tls_context() if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                timeout=None,
                limits=library.Limits(max_connections=None, max_keepalive_connections=MAX_AT_ONCE),
                follow_redirects=False,
                trust_env=False,
            )
        return self._clients[is_tls]

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients.values():
            await client.aclose()
