"""Where the history is: in a file on this machine, or in a PostgreSQL database that a team shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.paths import expanded, history_file, user_file
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cronofy_cli.adapters.postgres import PostgresAddress

    HistoryPlace = Path | PostgresAddress

_SETTING: Final = b"history"


def history_place(environment: Mapping[str, str]) -> HistoryPlace:
    """Return where the history is: what the environment says, then the user's settings, then the usual file.

    Raises:
        WrongUsage: what is said there cannot be meant.
    """
    said = environment.get(Variable.HISTORY, "").strip()
    if said:
        try:
            return parse_place(said)
        except WrongUsage as error:
            raise WrongUsage(f"{Variable.HISTORY}: {error.message}", hint=error.hint) from error
    set_by_user = _setting(environment)
    return history_file(environment) if set_by_user is None else parse_place(set_by_user)


def parse_place(text: str) -> HistoryPlace:
    """Return the place that a text names: the address of a PostgreSQL database, or a file.

    Raises:
        WrongUsage: it is the address of something else.
    """
    if "://" not in text:
        return expanded(text).absolute()
    from cronofy_cli.adapters.postgres import PostgresAddress

    return PostgresAddress.parse(text)


def _setting(environment: Mapping[str, str]) -> str | None:
    """Return what the user's file sets. Most set nothing, and listing deliveries need not parse them."""
    path = user_file(environment)
    try:
        if _SETTING not in path.read_bytes():
            return None
    except OSError:
        return None
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.files import read_user_file

    found = read_user_file(path).defaults.get(Key.HISTORY)
    return found if isinstance(found, str) else None
