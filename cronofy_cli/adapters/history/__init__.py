"""The history: every delivery that was received, in an SQLite file on this machine.

`store` is the way in, `connection` makes and upgrades the file. What is asked of it is described in `query`, and found
by `finding`, how a delivery becomes a row in `rows`, where those of a burst lie first in `burst_buffer`, the tables and
their versions in `schema`. `forwards`, `tags`, `moments` and `gaps` are what is kept besides, `pruning` removes what is
old, `tail` notices what is new. `search_index` is a file beside it, filled by `indexing` and asked by `search`.
`database` runs statements, and turns SQLite's failures into ours.
"""

from __future__ import annotations

from cronofy_cli.adapters.history.connection import open_history
from cronofy_cli.adapters.history.forwards import AppResult, Forward
from cronofy_cli.adapters.history.gaps import Gap
from cronofy_cli.adapters.history.moments import Moments
from cronofy_cli.adapters.history.query import EVERYTHING, RECEIVED, Criteria, ForwardState
from cronofy_cli.adapters.history.store import History, TargetsOf
from cronofy_cli.adapters.history.tail import follow

__all__ = [
    "EVERYTHING",
    "RECEIVED",
    "AppResult",
    "Criteria",
    "Forward",
    "ForwardState",
    "Gap",
    "History",
    "Moments",
    "TargetsOf",
    "follow",
    "open_history",
]
