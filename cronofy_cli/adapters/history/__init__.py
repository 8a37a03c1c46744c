"""The history: every delivery that was received, in an SQLite file on this machine or in a team's PostgreSQL.

`connection` opens the one that `history_place` names, `store` is what is opened. What is asked of it is described in
`query`, and found by `finding`, how a delivery becomes a row in `rows`. `forwards`, `tags`, `moments` and `gaps` are
what is kept besides, `pruning` removes what is old, `tail` notices what is new, `indexing` fills an index that `search`
asks. All these run their statements through `database`, whichever it is; `dialect` has what the two write differently.

For SQLite, `sqlite_file` makes and upgrades the file, `schema` has its tables, `sqlite_intake` brings deliveries in,
those of a burst through `burst_buffer`, and `search_index` is a file beside it. The same for PostgreSQL is in the room
`postgres`.
"""

from __future__ import annotations

from cronofy_cli.adapters.history.burst_buffer import unread
from cronofy_cli.adapters.history.connection import open_history
from cronofy_cli.adapters.history.forwards import AppResult, Forward
from cronofy_cli.adapters.history.gaps import Gap
from cronofy_cli.adapters.history.intake import TargetsOf
from cronofy_cli.adapters.history.moments import Moments
from cronofy_cli.adapters.history.query import EVERYTHING, RECEIVED, Criteria, ForwardState
from cronofy_cli.adapters.history.store import History
from cronofy_cli.adapters.history.tail import follow, patiently
from cronofy_cli.adapters.history_place import history_place

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
    "history_place",
    "open_history",
    "patiently",
    "unread",
]
