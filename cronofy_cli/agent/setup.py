"""Setting up coding agents: which files would change and how, and changing them.

A plan is made first and shown; what is written is what was shown. A file that is broken is never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.output_files import put
from cronofy_cli.agent import json_edit
from cronofy_cli.agent.clients import SERVER, SKILL_FILE, server_entry
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cronofy_cli.agent.clients import Client


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    KEEP = "keep"
    """It is not as this version writes it, and replacing it was not asked for."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it is and as it is to be; None where there is none."""

    client: str
    file: Path
    before: str | None
    after: str | None
    is_kept: bool = False
    """Whether it is somebody else's, and so stays as it is."""

    @property
    def action(self) -> Action:
        """What happens to the file."""
        if self.is_kept:
            return Action.KEEP
        if self.before == self.after:
            return Action.NOTHING
        if self.before is None:
            return Action.CREATE
        return Action.REMOVE if self.after is None else Action.CHANGE

    @property
    def diff(self) -> str:
        """The change, as `diff -u` shows it; empty for none."""
        lines = unified_diff(
            (self.before or "").splitlines(),
            (self.after or "").splitlines(),
            str(self.file) if self.before is not None else "/dev/null",
            str(self.file) if self.after is not None else "/dev/null",
            lineterm="",
        )
        return "\n".join(lines)


def plan(
    clients: Iterable[Client],
    folder: Path,
    command: Sequence[str],
    *,
    is_global: bool,
    removes: bool,
    forces: bool = False,
) -> list[Change]:
    """Return what would change to set the clients up, or to undo that. A file that several share is there once.

    A skill that is not as this version writes it stays as it is, unless that is forced.

    Raises:
        WrongUsage: a file is broken, cannot be read, or has no known place.
    """
    changes: dict[Path, Change] = {}
    for client in clients:
        for change in (
            _settings_change(client, client.settings_file(folder, is_global=is_global), command, removes=removes),
            _skill_change(client, client.skill_file(folder), removes=removes, forces=forces),
        ):
            changes.setdefault(change.file, change)
    return list(changes.values())


def apply(changes: Iterable[Change]) -> None:
    """Write what was planned. Folders that are empty after a removal go too.

    Raises:
        WrongUsage: a file cannot be written, or has changed since.
    """
    for change in changes:
        if change.action in {Action.NOTHING, Action.KEEP}:
            continue
        if _read(change.file) != change.before:
            raise WrongUsage(f"'{change.file}' has changed meanwhile", hint="start again")
        try:
            if change.after is None:
                change.file.unlink()
                _remove_empty(change.file.parent)
            else:
                change.file.parent.mkdir(parents=True, exist_ok=True)
                put(change.file.resolve(), (change.after.encode(),))
        except OSError as error:
            message = f"'{change.file}' cannot be written: {error.strerror or error}"
            raise WrongUsage(message, hint="change it by hand: --print shows the lines") from error


def _settings_change(client: Client, file: Path, command: Sequence[str], *, removes: bool) -> Change:
    before = _read(file)
    entry = None if removes else server_entry(client.name, command)
    edit = _toml_with if file.suffix == ".toml" else _json_with
    try:
        after = edit(before or "", client.group, entry)
    except WrongUsage as error:
        raise WrongUsage(f"'{file}': {error.message}", hint=error.hint) from error
    # What has nothing left in it was there for us alone.
    is_left = after.strip() not in {"", "{}"} if removes and after != before else before is not None or not removes
    return Change(client.name.value, file, before, after if is_left else None)


def _skill_change(client: Client, file: Path, *, removes: bool, forces: bool) -> Change:
    ours, before = SKILL_FILE.read_text(encoding="utf-8"), _read(file)
    return Change(
        client.name.value,
        file,
        before,
        after=None if removes else ours,
        is_kept=before not in {None, ours} and not forces,
    )


def _json_with(text: str, group: str, entry: dict[str, Any] | None) -> str:
    if entry is None:
        return json_edit.without_member(text, group, SERVER)
    servers = json_edit.read(text).get(group)
    there = servers.get(SERVER) if isinstance(servers, dict) else None
    wanted = {**there, **entry} if isinstance(there, dict) else entry
    return text if there == wanted else json_edit.with_member(text, group, SERVER, wanted)


def _toml_with(text: str, group: str, entry: dict[str, Any] | None) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        servers: Any = document.get(group, {})
        there = servers.get(SERVER)
        if entry is not None and isinstance(there, dict):
            if {**there, **entry} == there:
                return text
            there.update(entry)
        elif entry is not None:
            if group not in document:
                document[group] = tomlkit.table(is_super_table=True)
            servers = document[group]
            servers[SERVER] = entry
        elif SERVER in servers:
            del servers[SERVER]
            if not servers:
                del document[group]
    except (TOMLKitError, TypeError, AttributeError) as error:
        hint = "repair it, or change it by hand: --print shows the lines"
        raise WrongUsage("the file is not TOML that can be changed safely", hint=hint) from error
    return tomlkit.dumps(document)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"'{file}' cannot be read: {error}", hint="look at the file") from error


def _remove_empty(folder: Path) -> None:
    """Remove a folder, and the one that it is in, as long as nothing is in them."""
    for each in (folder, folder.parent, folder.parent.parent):
        try:
            each.rmdir()
        except OSError:
            return
