"""Which event cache belongs to a run: by data center and account, and for simulators by the one that is running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import open_event_cache

if TYPE_CHECKING:
    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.cli.context import AppContext


def account_event_cache(run: AppContext, sub: str) -> EventCache:
    """Open the cache of an account at the run's data center; the caller closes it.

    A simulator's calendars begin anew with it, so nothing that was seen in another one counts.

    Raises:
        EventCacheUnavailable: it cannot be opened.
    """
    world = f"{run.simulator.url} {run.simulator.pid}" if run.is_simulator else ""
    return open_event_cache(run.data_center.name, sub, run.environment, world=world)
