"""Names for a shell's TAB, which asks Cronofy nothing: calendars and channels as they were last listed, and tags.

The former are in a private file. What cannot be read or written is as good as not there: nothing depends on it.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.paths import data_folder, write_private
from cronofy_cli.errors import CronofyError, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.postgres import PostgresAddress

Names = dict[str, str]
"""What a user may type, and a word about it."""

CALENDARS: Final = "calendars"
CHANNELS: Final = "channels"
MOST_ACCOUNTS: Final = 20
"""Those listed last."""
MOST_BYTES: Final = 4 * 1024 * 1024


class KnownNames:
    """The file. An account is named by whatever tells it from others; a simulator's names end with its `world`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._path = data_folder(environment) / "completion.json"

    def find(self, account: str, kind: str, world: str = "") -> Names:
        """Return what was last listed; empty if nothing was."""
        entry = self._read().get(account, {})
        return entry.get(kind, {}) if entry.get("world", {}).get("name", "") == world else {}

    def keep(self, account: str, kind: str, names: Names, world: str = "") -> None:
        """Keep what was listed just now."""
        known = self._read()
        entry = known.pop(account, {})
        former = entry.get(kind) if entry.get("world", {}).get("name", "") == world else None
        if former == names:
            return
        if former is None and entry.get("world", {}).get("name", "") != world:
            entry = {}
        known[account] = entry | {kind: names, "world": {"name": world}}
        newest = dict(list(known.items())[-MOST_ACCOUNTS:])
        with suppress(WrongUsage):
            write_private(self._path, json.dumps(newest).encode())

    def _read(self) -> dict[str, dict[str, Names]]:
        try:
            with self._path.open("rb") as file:
                content = json.loads(file.read(MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if _is_valid(content) else {}


def _is_valid(content: object) -> bool:
    return isinstance(content, dict) and all(
        isinstance(entry, dict) and all(_is_names(names) for names in entry.values()) for entry in content.values()
    )


def _is_names(names: object) -> bool:
    return isinstance(names, dict) and all(isinstance(word, str) for word in names.values())


def read_tags(environment: Mapping[str, str]) -> dict[str, int]:
    """Return each tag with its delivery's number; none if that fails."""
    from cronofy_cli.adapters.history_place import history_place

    try:
        place = history_place(environment)
        return _tags_of_file(place) if isinstance(place, Path) else _tags_of_database(place)
    except CronofyError:
        return {}


def _tags_of_database(address: PostgresAddress) -> dict[str, int]:
    from cronofy_cli.adapters.history import open_history

    with open_history(address, read_only=True) as history:
        return history.tags.all()


def _tags_of_file(path: Path) -> dict[str, int]:
    """Return them without all that opening the history brings."""
    import sqlite3

    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
            return dict(connection.execute("SELECT name, delivery_id FROM tags ORDER BY name"))
    except sqlite3.Error:
        return {}
