"""Server-sent events: an answer that goes on (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.simulator.http.exchange import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cronofy_cli.simulator.http.exchange import Receive, Scope, Send


class EventStream(Response):
    """Sends events as they come, until there are no more or the client is gone."""

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        super().__init__(headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"})
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        del scope
        await send({"type": "http.response.start", "status": self.status, "headers": self.raw_headers})
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await leaving
        with suppress(asyncio.CancelledError):
            await sending

    async def _send(self, send: Send) -> None:
        async for event in self._events:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def event(name: str, document: object) -> bytes:
    """Return one event whose data is JSON."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(document))


KEEP_ALIVE = b": still here\n\n"


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
