"""Writing the user's file: one change at a time, under a lock, at once, with the user's comments kept.

Nothing secret is ever handed to this module.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.paths import replace_private
from cronofy_cli.adapters.settings.files import CONTEXTS, read_toml, table_of
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.locks import file_lock
from cronofy_cli.core.accounts.contexts import check_is_new
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.core.text import decoded
from cronofy_cli.errors import CronofyError, NotFound, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tomlkit import TOMLDocument

    from cronofy_cli.adapters.settings.keys import Value
    from cronofy_cli.core.accounts.contexts import Context

_LOCK_LIMIT_S = 10.0


def set_value(path: Path, key: Key, value: Value, *, context: str | None = None) -> None:
    """Set the user's default for a setting, or a context's own value.

    Raises:
        NotFound: there is no such context.
        WrongUsage: the file is broken.
        CronofyError: it cannot be written.
    """
    with _edited(path) as document:
        target = document if context is None else _table(document, context)
        target[key.value] = list(value) if isinstance(value, tuple) else value


def unset_value(path: Path, key: str, *, context: str | None = None) -> bool:
    """Remove a setting, also one that is unknown here, and return whether it was there.

    Raises:
        NotFound: there is no such context.
        WrongUsage: the file is broken.
        CronofyError: it cannot be written.
    """
    with _edited(path) as document:
        target = document if context is None else _table(document, context)
        return key != CONTEXTS and target.pop(key, None) is not None


def save_context(path: Path, context: Context) -> None:
    """Write a context, a new one or in place of what it was.

    Raises:
        WrongUsage: the file is broken, or another context's name differs only in capital letters.
        CronofyError: the file cannot be written.
    """
    with _edited(path) as document:
        values, taken = table_of(context), document.get(CONTEXTS, {})
        if context.name not in taken:
            check_is_new(context.name, taken)
            _contexts(document)[context.name] = {key: value for key, value in values.items() if value}
            return
        table = _table(document, context.name)
        for key, value in values.items():
            if value:
                table[key] = value
            else:
                table.pop(key, None)


def rename_context(path: Path, old: str, new: str) -> None:
    """Give a context another name; the current one stays current.

    Raises:
        NotFound: there is no such context.
        WrongUsage: the file is broken, or the new name is taken.
        CronofyError: the file cannot be written.
    """
    with _edited(path) as document:
        table = _table(document, old)
        contexts = _contexts(document)
        check_is_new(new, contexts)
        del contexts[old]
        contexts[new] = table
        if document.get(Key.CONTEXT.value) == old:
            document[Key.CONTEXT.value] = new


def remove_context(path: Path, name: str) -> None:
    """Remove a context, not its secrets. If it was the current one, none is current afterwards.

    Raises:
        NotFound: there is no such context.
        WrongUsage: the file is broken.
        CronofyError: the file cannot be written.
    """
    with _edited(path) as document:
        _table(document, name)
        del _contexts(document)[name]
        if not document[CONTEXTS]:
            # tomlkit writes nothing for an empty table of tables.
            del document[CONTEXTS]
        if document.get(Key.CONTEXT.value) == name:
            del document[Key.CONTEXT.value]


def unknown_context(name: str, known: Iterable[str]) -> NotFound:
    """Return the error for a context that is not there."""
    return NotFound(f"there is no context '{name}'{did_you_mean(name, known)}", hint="cronofy context list")


@contextmanager
def _edited(path: Path) -> Iterator[TOMLDocument]:
    """Yield the document and write it afterwards if that changed it."""
    with file_lock(path.parent / "locks" / f"{path.name}.lock", _LOCK_LIMIT_S):
        document, before = _parsed(path)
        yield document
        after = document.as_string()
        if after != before:
            _check_result(path, document, after)
            _write(path, after)


def _parsed(path: Path) -> tuple[TOMLDocument, str]:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    text = decoded(path.read_bytes()) if read_toml(path) or path.exists() else ""
    try:
        return tomlkit.parse(text), text
    except TOMLKitError as error:
        raise _not_by_us(path) from error


def _check_result(path: Path, document: TOMLDocument, text: str) -> None:
    """Refuse a text that does not say what the document does.

    tomlkit loses changes to tables that stand in several places (https://github.com/python-poetry/tomlkit/issues/196).
    """
    import tomllib

    from tomlkit.exceptions import TOMLKitError

    try:
        is_same = tomllib.loads(text) == document.unwrap()
    except (tomllib.TOMLDecodeError, TOMLKitError) as error:
        raise _not_by_us(path) from error
    if not is_same:
        raise _not_by_us(path)


def _not_by_us(path: Path) -> WrongUsage:
    return WrongUsage(f"{path} has a form that this command cannot change", hint="edit it by hand")


def _write(path: Path, text: str) -> None:
    try:
        # A link stays a link: many keep such files in a repository of their own.
        replace_private(path.resolve(), text.encode())
    except OSError as error:
        raise CronofyError(
            f"{path} cannot be written: {error.strerror or error}",
            hint=f"check its folder's permissions, or name another in {Variable.CONFIG_DIR}",
        ) from error


def _contexts(document: TOMLDocument) -> Any:
    import tomlkit

    if CONTEXTS not in document:
        document[CONTEXTS] = tomlkit.table(is_super_table=True)
    return document[CONTEXTS]


def _table(document: TOMLDocument, name: str) -> Any:
    contexts = document.get(CONTEXTS, {})
    if name not in contexts:
        raise unknown_context(name, contexts)
    return contexts[name]
