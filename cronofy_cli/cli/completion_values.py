"""What may stand in the place of a value at a TAB: from the code, the settings, the history, and from names kept
before. No server is asked.

Parameters are known by what their help calls their values, so that a new option has its values without a word here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cronofy_cli.cli.context import AppContext

Values = dict[str, str]
"""Each with a word about it, or an empty one."""

SAFE: Final = re.compile(r"[A-Za-z0-9@][A-Za-z0-9_.@+-]*")
"""What a shell takes as one word, whatever it does with it."""
_UNSAFE_IN_HELP: Final = re.compile(r"[^\w .,@/+-]+")
_LONGEST_HELP: Final = 60
_FILES: Final = re.compile(r"FILE|DIR|COMMAND")


def takes_files(parameter: Any) -> bool:
    """Whether the names of files are meant."""
    return bool(_FILES.search(parameter.metavar or ""))


def values_of(parameter: Any, run: AppContext, command: str, words: Iterable[str]) -> Values:
    """Return the values that a parameter of a command may have; empty if they cannot be known.

    `words` are those before it on the command line.
    """
    try:
        found = _found(parameter, run, command, list(words))
    except CronofyError:
        # Broken settings, no simulator: the command itself will say so.
        return {}
    return {value: _clean(word) for value, word in found.items() if SAFE.fullmatch(value)}


def _found(parameter: Any, run: AppContext, command: str, words: list[str]) -> Values:
    metavar = (parameter.metavar or "").strip("[].")
    if command == "config set" and metavar == "VALUE":
        return _setting_values(run, words)
    if command == "check handler" and "--only" in parameter.opts:
        return {}
    for option in parameter.opts:
        if option in _BY_OPTION and metavar != "NEW_NAME":
            return _BY_OPTION[option](run)
    if command.startswith("context ") and metavar == "NAME":
        return _contexts(run)
    if metavar == "FIELDS" or metavar.startswith("FIELD["):
        return _fields(command)
    if metavar == "TYPE" and command in {"trigger", "simulator push"}:
        return _samples()
    return _BY_METAVAR[metavar](run) if metavar in _BY_METAVAR else {}


def _contexts(run: AppContext) -> Values:
    return {name: str(context.data_center or "") for name, context in run.settings.contexts.items()}


def _data_centers(_run: AppContext) -> Values:
    from cronofy_cli.core.accounts.data_centers import SIMULATOR, DataCenterId

    return dict.fromkeys(DataCenterId, "") | {SIMULATOR: "Cronofy on this machine"}


def _calendars(run: AppContext) -> Values:
    from cronofy_cli.adapters.known_names import CALENDARS
    from cronofy_cli.cli.known_names import known_names

    known = known_names(run, CALENDARS)
    names = [name.casefold() for name in known.values()]
    return dict(_calendar(id_, name, is_unique=names.count(name.casefold()) == 1) for id_, name in known.items())


def _calendar(calendar_id: str, name: str, *, is_unique: bool) -> tuple[str, str]:
    """Return a calendar by its name where that is one plain word that no other has, else by its id."""
    return (name, calendar_id) if is_unique and SAFE.fullmatch(name) else (calendar_id, name)


def _channels(run: AppContext) -> Values:
    from cronofy_cli.adapters.known_names import CHANNELS
    from cronofy_cli.cli.known_names import known_names

    return known_names(run, CHANNELS)


def _types(_run: AppContext) -> Values:
    from cronofy_cli.core.notifications.notification import MEANINGS

    return dict(MEANINGS)


def _samples() -> Values:
    from cronofy_cli.core.notifications.samples import SAMPLES

    return {sample.name: sample.meaning for sample in SAMPLES}


def _keys(_run: AppContext) -> Values:
    from cronofy_cli.adapters.settings.keys import SETTINGS

    return {key.value: setting.meaning for key, setting in SETTINGS.items()}


def _setting_values(run: AppContext, words: list[str]) -> Values:
    from cronofy_cli.core.print_style import PrintStyle
    from cronofy_cli.core.tunnels import TunnelChoice

    known: Mapping[str, Callable[[], Values]] = {
        "context": lambda: _contexts(run),
        "data_center": lambda: _data_centers(run),
        "calendars": lambda: _calendars(run),
        "print": lambda: dict.fromkeys(map(str, PrintStyle), ""),
        "tunnel": lambda: dict.fromkeys(map(str, TunnelChoice), ""),
    }
    key = next((word.replace("-", "_") for word in words if word.replace("-", "_") in known), None)
    return known[key]() if key else {}


def _fields(command: str) -> Values:
    from cronofy_cli.output.events.csv_fields import CSV_EVENT_FIELDS, CSV_PERIOD_FIELDS

    paths = CSV_PERIOD_FIELDS if command.startswith("free-busy") else CSV_EVENT_FIELDS
    names = {".".join(path): "" for path in paths}
    nested = ("location.description", "attendees.email", "attendees.status", "organizer.email")
    return names if command.startswith("free-busy") else names | dict.fromkeys(nested, "")


def _deliveries(run: AppContext) -> Values:
    return {"last": "the newest"} | {f"@{tag}": f"#{number}" for tag, number in _tags(run).items()}


def _tags(run: AppContext) -> dict[str, str]:
    from cronofy_cli.adapters.known_names import read_tags

    return {tag: str(number) for tag, number in read_tags(run.environment).items()}


def _states(_run: AppContext) -> Values:
    from cronofy_cli.adapters.history import ForwardState

    return dict.fromkeys(map(str, ForwardState), "")


def _methods(_run: AppContext) -> Values:
    return dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), "")


def _clean(text: str) -> str:
    return " ".join(_UNSAFE_IN_HELP.sub(" ", text).split())[:_LONGEST_HELP].strip()


_BY_OPTION: Final[Mapping[str, Callable[[AppContext], Values]]] = {
    "--context": _contexts,
    "--data-center": _data_centers,
    "--calendar": _calendars,
    "--channel": _channels,
    "--color": lambda _run: dict.fromkeys(("auto", "always", "never"), ""),
    "--remove": _tags,
    "-X": _methods,
}
_BY_METAVAR: Final[Mapping[str, Callable[[AppContext], Values]]] = {
    "CHANNEL_ID": _channels,
    "TYPE": _types,
    "KEY": _keys,
    "ID|last|@TAG": _deliveries,
    "TIME|last|DELIVERY": _deliveries,
    "CODE|STATE": _states,
}
