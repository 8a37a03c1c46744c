"""The history: every delivery that was received, in an SQLite file on this machine.

`store` is the way in. What is asked of it is described in `query`, how a delivery becomes a row in `rows`, the tables
and their versions in `schema`, and SQLite's failures become ours in `failures`.
"""

from __future__ import annotations

from cronofy_cli.adapters.history.query import EVERYTHING, Criteria
from cronofy_cli.adapters.history.store import History, open_history

__all__ = ["EVERYTHING", "Criteria", "History", "open_history"]
