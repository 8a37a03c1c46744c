"""The event cache: the last seen state of each event that was read, so that a change can be told field by field.

One SQLite file for each data center and account. `connection` knows the files and opens them, `store` compares and
keeps, `lookup` reads for whoever shows it, `schema` has the tables, their versions, and what a failure of SQLite means.
What a change is, is known in core.
"""

from __future__ import annotations

from cronofy_cli.adapters.event_cache.connection import clear_event_caches, list_event_caches, open_event_cache
from cronofy_cli.adapters.event_cache.lookup import events_around
from cronofy_cli.adapters.event_cache.store import CacheStatus, EventCache

__all__ = ["CacheStatus", "EventCache", "clear_event_caches", "events_around", "list_event_caches", "open_event_cache"]
