"""Names that the user gives to deliveries. A name stands for one delivery; a delivery may have several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.history.database import Database


class Tags:
    """The table of tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, delivery_id: int) -> None:
        """Give a delivery a name; it is taken from the one that had it.

        Raises:
            HistoryUnavailable: it was not written, or there is no such delivery.
        """
        self._database.write("INSERT OR REPLACE INTO tags (name, delivery_id) VALUES (?, ?)", (name, delivery_id))

    def remove(self, name: str) -> bool:
        """Forget a name, and return whether there was one.

        Raises:
            HistoryUnavailable: it was not written.
        """
        return self._database.write("DELETE FROM tags WHERE name = ?", (name,)) > 0

    def of(self, delivery_id: int) -> list[str]:
        """Return a delivery's names, in the order of the alphabet.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        rows = self._database.rows("SELECT name FROM tags WHERE delivery_id = ? ORDER BY name", (delivery_id,))
        return [name for (name,) in rows]

    def all(self) -> dict[str, int]:
        """Return each name with its delivery's number.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return dict(self._database.rows("SELECT name, delivery_id FROM tags ORDER BY name"))
