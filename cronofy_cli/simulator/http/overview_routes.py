"""The control API's routes for who watches a world: what is in it, what happened, and what happens from now on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.http.event_stream import KEEP_ALIVE, EventStream, event
from cronofy_cli.simulator.http.web import json_answer
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.overview import render_account_overview, render_channel_overview
from cronofy_cli.simulator.messages.queries import read_whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.http.exchange import Response
    from cronofy_cli.simulator.world_slot import WorldSlot

KEEP_ALIVE_S: Final = 15.0
GATHERING_S: Final = 0.05
"""What comes this close together is sent at once, so that a busy simulator is not slowed down by who watches it."""


async def list_accounts(call: Call) -> Response:
    """The accounts with their profiles and calendars."""
    return json_answer({"accounts": [render_account_overview(one) for one in call.world.accounts.values()]})


async def show_channels(call: Call) -> Response:
    """The open channels, what waits to be sent to each, and its latest attempts."""
    world = call.world
    return json_answer(
        {"channels": [render_channel_overview(one, world.outbox, world.attempts) for one in world.channels.all]}
    )


async def show_timeline(call: Call) -> Response:
    """Everything that happened, the oldest first; the newest where `limit` cuts."""
    query, errors = call.request.query, FieldErrors()
    after, limit = (read_whole(query, name, errors) for name in ("after", "limit"))
    errors.raise_if_any()
    entries = call.world.timeline.since(after or 0)
    return json_answer({"entries": entries if limit is None else entries[max(len(entries) - limit, 0) :]})


async def follow(call: Call) -> Response:
    """What happens from now on, as server-sent events."""
    return EventStream(_events(call.slot))


HANDLERS: Final[dict[str, Handler]] = {
    "list_accounts": list_accounts,
    "show_channels": show_channels,
    "show_timeline": show_timeline,
    "follow": follow,
}


async def _events(slot: WorldSlot) -> AsyncIterator[bytes]:
    news, world = slot.news, slot.world
    seen, after = news.count, world.timeline.all.next_number - 1
    yield event("hello", {"world": slot.world_id, "after": after})
    while not news.is_over:
        count = await news.wait(seen, KEEP_ALIVE_S)
        if count == seen:
            yield KEEP_ALIVE
            continue
        await asyncio.sleep(GATHERING_S)
        seen = news.count
        if slot.world is not world:
            world, after = slot.world, 0
            yield event("reset", {"world": slot.world_id})
        for entry in world.timeline.since(after):
            after = entry.number
            yield event("entry", entry)
        yield event("changed", {"count": seen})
