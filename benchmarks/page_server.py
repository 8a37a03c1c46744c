"""A server of Read Events that costs next to nothing: every page is rendered before it serves.

    python page_server.py READY_FILE PAGES

500 events a page, compact JSON as Cronofy sends it. Twenty different pages come again and again with their own numbers,
so that many pages need little memory.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS_A_PAGE = 500
DIFFERENT_PAGES = 20
_STATES = ("accepted", "declined", "tentative", "needs_action")


class Pages(asyncio.Protocol):
    """Answers GET requests for pages on a kept connection."""

    def __init__(self, heads: list[bytes], events: list[bytes]) -> None:
        self._heads = heads
        self._events = events
        self._transport: asyncio.Transport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio with the new connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with what was sent."""
        assert self._transport is not None
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            number = int(path.rpartition(b"/")[2]) if path.startswith(b"/v1/events/pages/") else 1
            self._transport.writelines((self._heads[number - 1], self._events[(number - 1) % len(self._events)]))


async def serve(pages: int, tell_ready: Callable[[str], object]) -> None:
    """Serve until the process is ended; `tell_ready` is given the origin, as JSON."""
    loop = asyncio.get_running_loop()
    events = [_events(number) for number in range(min(pages, DIFFERENT_PAGES))]
    heads: list[bytes] = []
    server = await loop.create_server(lambda: Pages(heads, events), "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    heads.extend(_head(origin, number, pages, events) for number in range(1, pages + 1))
    tell_ready(json.dumps({"origin": origin}) + "\n")
    await server.serve_forever()


def _head(origin: str, number: int, pages: int, events: list[bytes]) -> bytes:
    """Return the answer up to its events."""
    numbers: dict[str, object] = {"current": number, "total": pages}
    if number < pages:
        numbers["next_page"] = f"{origin}/v1/events/pages/{number + 1}"
    start = b'{"pages":%s,"events":' % _compact(numbers)
    length = len(start) + len(events[(number - 1) % len(events)])
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (length, start)


def _events(page: int) -> bytes:
    """Return a page's events and what ends the answer."""
    first = page * EVENTS_A_PAGE
    return _compact([_event(number) for number in range(first, first + EVENTS_A_PAGE)]) + b"}"


def _event(number: int) -> dict[str, object]:
    chance = random.Random(number)
    day, hour = 1 + number % 28, 8 + number % 9
    return {
        "calendar_id": f"cal_U9uuErStTG@EAAAB_IsAsykA2DBTWqQTf-{number % 4}",
        "event_uid": f"evt_external_{number:024x}",
        "summary": f"Meeting {number}: quarterly planning & review",
        "description": "Agenda:\n1. Numbers\n2. Plans\n3. Risks" + " — détails" * (number % 5),
        "start": f"2026-11-{day:02d}T{hour:02d}:00:00Z",
        "end": f"2026-11-{day:02d}T{hour:02d}:30:00Z",
        "deleted": number % 50 == 0,
        "created": "2026-10-01T08:00:01Z",
        "updated": "2026-10-01T09:24:16Z",
        "location": {"description": f"Room {number % 40}"},
        "participation_status": chance.choice(_STATES),
        "attendees": [_attendee(chance) for _ in range(chance.randrange(4))],
        "organizer": {"email": "owner@example.com", "display_name": "Owner Example"},
        "transparency": "opaque",
        "status": "confirmed",
        "categories": [],
        "recurring": number % 3 == 0,
        "event_private": False,
        "options": {"delete": True, "update": True, "change_participation_status": True},
    }


def _attendee(chance: random.Random) -> dict[str, str]:
    number = chance.randrange(10_000)
    return {
        "email": f"person.{number}@example.com",
        "display_name": f"Person {number} Søren",
        "status": chance.choice(_STATES),
    }


def _compact(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[2]), Path(sys.argv[1]).write_text))
