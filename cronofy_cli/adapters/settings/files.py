"""Reading the files of settings: TOML in, checked values out. Every complaint names the file, and its line or key.

Writing the user's file is `writing`'s job.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.settings.keys import (
    CONTEXT_KEYS,
    DEFAULT_KEYS,
    PROJECT_KEYS,
    SETTINGS,
    Key,
    Value,
    find_setting,
)
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace, check_context_name
from cronofy_cli.core.text import decoded
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from cronofy_cli.adapters.settings.keys import Value

CONTEXTS = "contexts"
"""The table of the user's file that holds a table for each context."""

ACCOUNT = "account"
EMAIL = "email"
SECRETS = "secrets"
KEYRING_BACKEND = "keyring_backend"
_OWN_KEYS = (ACCOUNT, EMAIL, SECRETS, KEYRING_BACKEND)
"""What a context has beside settings: written by signing in, not by `config set`."""

_LARGEST_FILE = 1 << 18
"""Bytes. A project file comes with somebody's repository and is read by every command."""

_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class UserFile:
    """What the user's own file holds."""

    defaults: Mapping[Key, Value] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)


def read_user_file(path: Path) -> UserFile:
    """Return what the user's file holds; one that is not there is empty.

    Raises:
        WrongUsage: it is not TOML, or something in it is unknown or cannot be meant.
    """
    document = read_toml(path)
    tables = document.pop(CONTEXTS, {})
    if not isinstance(tables, dict):
        raise WrongUsage(f"{path}: '{CONTEXTS}' must hold a table for each context, such as [{CONTEXTS}.acme]")
    defaults = dict(_values(document, path))
    _check_place(defaults, DEFAULT_KEYS, f"{path}: ", f"put it below [{CONTEXTS}.NAME]")
    return UserFile(defaults, {name: _context(name, table, path) for name, table in tables.items()})


def read_project_file(path: Path) -> Mapping[Key, Value]:
    """Return what a project's file sets.

    Raises:
        WrongUsage: it is not TOML, or sets what a project file must not set.
    """
    return dict(_project_values(read_toml(path), path))


def read_toml(path: Path) -> dict[str, object]:
    """Return the document of a TOML file; one that is not there is empty.

    Raises:
        WrongUsage: it cannot be read, or is not TOML.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror or error}", hint="check its permissions") from error
    if len(content) > _LARGEST_FILE:
        raise WrongUsage(f"{path} is too large for a settings file", hint="cronofy config list")
    return _parsed(content, path)


def _parsed(content: bytes, path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(decoded(content))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = found[1] if found else content.count(b"\n") + 1
        reason = _LINE.sub("", str(error)).strip()
        raise WrongUsage(f"{path}, line {line}: not TOML: {reason}", hint="fix that line") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WrongUsage(f"{path}, line {line}: not TOML: not UTF-8", hint="fix that line") from error
    except RecursionError as error:
        raise WrongUsage(f"{path} is nested too deeply for a settings file", hint="cronofy config list") from error


def _values(document: Mapping[str, object], path: Path, where: str = "") -> Iterator[tuple[Key, Value]]:
    for name, value in document.items():
        try:
            setting = find_setting(name)
            yield setting.key, setting.read(value)
        except WrongUsage as error:
            raise WrongUsage(f"{path}: {where}'{name}': {error.message}", hint=error.hint) from error


def _check_place(found: Iterable[Key], allowed: Collection[Key], where: str, hint: str) -> None:
    for key in found:
        if key not in allowed:
            raise WrongUsage(f"{where}'{key}' cannot be set there", hint=hint)


def _project_values(document: Mapping[str, object], path: Path) -> Iterator[tuple[Key, Value]]:
    for name, value in document.items():
        if name not in PROJECT_KEYS:
            raise WrongUsage(
                f"{path}: '{name}' cannot be set by a project file",
                hint=f"remove it there; a project file may set {', '.join(PROJECT_KEYS)}",
            )
        setting = SETTINGS[Key(name)]
        try:
            yield setting.key, setting.read(value, setting.project_check)
        except WrongUsage as error:
            raise WrongUsage(f"{path}: '{name}': {error.message}", hint=error.hint) from error


def _context(name: str, table: object, path: Path) -> Context:
    try:
        check_context_name(name)
    except WrongUsage as error:
        raise WrongUsage(f"{path}: {error.message}", hint=error.hint) from error
    where = f"context {name}, "
    if not isinstance(table, dict):
        raise WrongUsage(f"{path}: context {name} must be a table", hint=f"write [{CONTEXTS}.{name}]")
    values = dict(_values({key: table[key] for key in table if key not in _OWN_KEYS}, path, where))
    _check_place(values, CONTEXT_KEYS, f"{path}: {where}", "put it at the top of the file")
    own = {key: _own_text(table, key, f"{path}: {where}'{key}'") for key in _OWN_KEYS}
    return _made_context(name, values, own)


def _own_text(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise WrongUsage(f'{where} must be a string such as "a"')
    if key == SECRETS and value is not None and value not in set(SecretPlace):
        raise WrongUsage(f"{where} is not one of {', '.join(SecretPlace)}", hint="secrets are never kept in this file")
    return value


def _made_context(name: str, values: Mapping[Key, Value], own: Mapping[str, str | None]) -> Context:
    settings: dict[str, Any] = {SETTINGS[key].attribute: value for key, value in values.items()}
    if Key.TUNNEL in values:
        settings["tunnel"] = TunnelChoice(str(values[Key.TUNNEL]))
    sub, place = own[ACCOUNT], own[SECRETS]
    return Context(
        name=name,
        account=None if sub is None else ContextAccount(sub, own[EMAIL]),
        secret_place=None if place is None else SecretPlace(place),
        keyring_backend=own[KEYRING_BACKEND],
        **settings,
    )


def own_values(context: Context) -> dict[Key, Value]:
    """Return the settings that a context has a value of its own for."""
    found = {key: getattr(context, SETTINGS[key].attribute) for key in CONTEXT_KEYS}
    return {key: value if isinstance(value, tuple) else str(value) for key, value in found.items() if value}


def table_of(context: Context) -> dict[str, object]:
    """Return a context as its table in the user's file; what it has no value for is None."""
    values = own_values(context)
    account = context.account
    return {
        **{key.value: list(each) if isinstance(each := values.get(key), tuple) else each for key in CONTEXT_KEYS},
        ACCOUNT: account.sub if account else None,
        EMAIL: account.email if account else None,
        SECRETS: context.secret_place.value if context.secret_place else None,
        KEYRING_BACKEND: context.keyring_backend,
    }
