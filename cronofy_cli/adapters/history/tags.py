"""Names that the user gives to deliveries. A name stands for one delivery; a delivery may have several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.history.database import Database


_LAST: Final = "last"
_TAG: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def check_tag(name: str) -> str:
    """Return a tag without its @.

    Raises:
        WrongUsage: it cannot be one.
    """
    name = name.removeprefix("@")
    if name == _LAST or name.isdigit():
        meant = "the newest delivery" if name == _LAST else f"delivery #{name}"
        raise WrongUsage(f"'{name}' is no tag: it means {meant}", hint="choose another name, such as broken")
    if not re.fullmatch(_TAG, name):
        raise WrongUsage(f"'{name}' is not a valid tag", hint="use letters, digits, dots, dashes and underscores")
    return name


class Tags:
    """The table of tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, delivery_id: int) -> None:
        """Give a delivery a name; it is taken from the one that had it.

        Raises:
            HistoryUnavailable: it was not written, or there is no such delivery.
        """
        self._database.write(
            "INSERT INTO tags (name, delivery_id) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET delivery_id = excluded.delivery_id",
            (name, delivery_id),
        )

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

    def between(self, first_id: int, last_id: int) -> dict[int, list[str]]:
        """Return the names of deliveries by their numbers.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        found: dict[int, list[str]] = {}
        sql = "SELECT delivery_id, name FROM tags WHERE delivery_id BETWEEN ? AND ? ORDER BY name"
        for number, name in self._database.rows(sql, (first_id, last_id)):
            found.setdefault(number, []).append(name)
        return found

    def all(self) -> dict[str, int]:
        """Return each name with its delivery's number.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        return dict(self._database.rows("SELECT name, delivery_id FROM tags ORDER BY name"))
