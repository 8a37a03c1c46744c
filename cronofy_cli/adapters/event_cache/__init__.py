"""The event cache: the last seen state of each event that was read, so that a change can be told field by field.

One SQLite file for each data center and account. `store` is the way in, `opening` makes and upgrades the file, `places`
knows the files. The tables and their versions are in `schema`, `pruning` removes what can no longer be asked for,
SQLite's failures become ours in `failures`. What a change is, is core's business.
"""

from __future__ import annotations

from cronofy_cli.adapters.event_cache.connection import open_event_cache
from cronofy_cli.adapters.event_cache.places import clear_event_caches, list_event_caches
from cronofy_cli.adapters.event_cache.store import CacheStatus, EventCache

__all__ = ["CacheStatus", "EventCache", "clear_event_caches", "list_event_caches", "open_event_cache"]
