"""Naming calendars, on a command line or in the settings: by id, or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.context import AppContext

ID_PREFIX = "cal_"


def calendar_ids(run: AppContext, choices: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ids of the chosen calendars, else of those that the settings name; none stands for all.

    The list of calendars is read only if a name is among them.

    Raises:
        WrongUsage: a name is not there, or more than one calendar has it.
    """
    choices = choices or _of_settings(run)
    if all(choice.startswith(ID_PREFIX) for choice in choices):
        return tuple(choices)
    from cronofy_cli.adapters.api import endpoints

    known = [(calendar.calendar_id, calendar.calendar_name) for calendar in endpoints.list_calendars(run.api)]
    return tuple(choice if choice.startswith(ID_PREFIX) else _by_name(choice, known) for choice in choices)


def _of_settings(run: AppContext) -> tuple[str, ...]:
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.resolution import OriginKind

    found = run.settings.find(Key.CALENDARS)
    context = run.settings.contexts.get(found.origin.name) if found.origin.kind is OriginKind.CONTEXT else None
    # A context's calendars are those of its own account.
    if context is not None and context.data_center is not None and not context.is_at(run.data_center_choice):
        return ()
    return found.texts


def _by_name(name: str, known: Sequence[tuple[str, str]]) -> str:
    found = [identifier for identifier, known_name in known if known_name.casefold() == name.casefold()]
    if len(found) != 1:
        number = "no calendar is" if not found else f"{len(found)} calendars are"
        raise WrongUsage(f"{number} named '{name}'", hint="name it by its id; see: cronofy calendars list")
    return found[0]
