"""Naming calendars: on a command line or in the settings by id or by name, to people by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import comparable
from cronofy_cli.errors import CronofyError, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.calendars import Calendar

ID_PREFIX = "cal_"


def calendar_ids(run: AppContext, choices: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ids of the chosen calendars, else of those that the settings name; none stands for all.

    The list of calendars is read only if a name is among them.

    Raises:
        WrongUsage: a name is not there, or more than one calendar has it.
    """
    from cronofy_cli.cli.known_names import list_calendars

    return ids_among(choices or _of_settings(run), lambda: list_calendars(run))


def ids_among(choices: Sequence[str], list_known: Callable[[], Sequence[Calendar]]) -> tuple[str, ...]:
    """Return the ids of the chosen calendars; those that are known are listed only if a name is among the choices.

    Raises:
        WrongUsage: a name is not there, or more than one calendar has it.
    """
    if all(choice.startswith(ID_PREFIX) for choice in choices):
        return tuple(choices)
    known = list_known()
    return tuple(choice if choice.startswith(ID_PREFIX) else _by_name(choice, known) for choice in choices)


def note_calendar_filter(run: AppContext, choices: Sequence[str] | None) -> None:
    """Say that only some calendars are read where this command line does not say so."""
    from cronofy_cli.adapters.settings import Key

    if not choices and (chosen := _of_settings(run)):
        origin = run.settings.find(Key.CALENDARS).origin
        run.output.note(f"note: only these calendars are read, as {origin} says: {', '.join(chosen)}")


def calendar_names(run: AppContext) -> dict[str, str]:
    """Return the names of the account's calendars by their ids.

    Where they cannot be read there is a warning, and none are returned: what they would adorn is complete without them.
    """
    from cronofy_cli.cli.known_names import list_calendars

    try:
        return {calendar.calendar_id: calendar.calendar_name for calendar in list_calendars(run)}
    except CronofyError as error:
        run.warn(f"calendars are shown as ids: {error.message}")
        return {}


def calendar_namer(run: AppContext) -> Callable[[str], str]:
    """Return what gives the name of the calendar with an id: as it was last listed, else as it is listed now, once.

    An id without a name stays as it is.
    """
    from cronofy_cli.adapters.known_names import CALENDARS
    from cronofy_cli.cli.known_names import known_names

    names: dict[str, str] = known_names(run, CALENDARS)
    is_listed = False

    def name_of(calendar_id: str) -> str:
        nonlocal is_listed
        if calendar_id and calendar_id not in names and not is_listed:
            is_listed = True
            names.update(calendar_names(run))
        return names.get(calendar_id, calendar_id)

    return name_of


def _of_settings(run: AppContext) -> tuple[str, ...]:
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.resolution import OriginKind

    found = run.settings.find(Key.CALENDARS)
    context = run.settings.contexts.get(found.origin.name) if found.origin.kind is OriginKind.CONTEXT else None
    # A context's calendars are those of its own account.
    if context is not None and context.data_center is not None and not context.is_at(run.data_center_choice):
        return ()
    return found.texts


def _by_name(name: str, known: Sequence[Calendar]) -> str:
    named = [calendar for calendar in known if comparable(calendar.calendar_name) == comparable(name)]
    # A calendar that was deleted stays in the list, also when another one has taken its name.
    found = [calendar for calendar in named if not calendar.calendar_deleted] or named
    if len(found) != 1:
        from cronofy_cli.core.suggestion import did_you_mean

        number = "no calendar is" if not found else f"{len(found)} calendars are"
        nearest = "" if found else did_you_mean(name, [calendar.calendar_name for calendar in known])
        raise WrongUsage(f"{number} named '{name}'{nearest}", hint="use its id; see: cronofy calendars list")
    return found[0].calendar_id
