"""The groups of checks that need this machine only: the installation, the tool's files, the keyring."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.history import history_place
from cronofy_cli.adapters.paths import data_folder, simulators_folder
from cronofy_cli.doctor.files import PRIVATE_FILES, SETTINGS, PrivatePlace, check_private_files, check_settings
from cronofy_cli.doctor.installation import DEPENDENCIES, PACKAGE, PYTHON, check_dependencies, check_python
from cronofy_cli.doctor.runner import CheckGroup, GroupResult
from cronofy_cli.doctor.secret_store import KEYRING, check_keyring
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.adapters.settings import Settings
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.core.checks import Check

_HISTORY_LIMIT_S: Final = 10.0
_KEYRING_LIMIT_S: Final = 15.0
"""Above the limits of the single calls, so that their words are shown first."""


def local_groups(
    environment: Mapping[str, str], load_settings: Callable[[], Settings], *, fix: bool
) -> tuple[CheckGroup, ...]:
    """Return the checks that look at this machine only. `fix` lets them repair what is safe to repair."""
    return (
        CheckGroup(PYTHON, _python),
        CheckGroup(DEPENDENCIES, _dependencies),
        CheckGroup(SETTINGS, lambda: GroupResult((check_settings(load_settings),))),
        CheckGroup(PRIVATE_FILES, lambda: GroupResult(check_private_files(private_places(environment), fix=fix))),
        *_history_groups(environment),
        CheckGroup(KEYRING, lambda: GroupResult((_keyring(environment, load_settings),)), limit_s=_KEYRING_LIMIT_S),
    )


def private_places(environment: Mapping[str, str]) -> tuple[PrivatePlace, ...]:
    """Return the files and folders that are for the user only.

    A folder that the user chose by a variable may hold other things: only the files in it are the tool's own.
    """
    from cronofy_cli.adapters.paths import config_folder, user_file

    config, data = config_folder(environment), data_folder(environment)
    default = ((Variable.CONFIG_DIR, config), (Variable.DATA_DIR, data))
    folders = [folder for variable, folder in default if not environment.get(variable)]
    secrets = config / "secrets"
    files = [user_file(environment), *sorted(secrets.glob("context-*.json"))]
    files += [*_history_files(environment), *sorted(simulators_folder(environment).glob("*.json"))]
    return (
        *(PrivatePlace(folder, is_folder=True) for folder in [*folders, secrets]),
        *(PrivatePlace(file) for file in files),
    )


def _history_files(environment: Mapping[str, str]) -> list[Path]:
    try:
        place = history_place(environment)
    except CronofyError:  # the check of the settings reports it
        return []
    return [place] if isinstance(place, Path) else []


def _history_groups(environment: Mapping[str, str]) -> tuple[CheckGroup, ...]:
    """Return the check of a history that is in a database; a file is among the private ones."""
    from cronofy_cli.doctor.history import HISTORY, check_history

    def check() -> GroupResult:
        from cronofy_cli.adapters.history.postgres.report import look_at

        place = history_place(environment)
        assert not isinstance(place, Path)
        return GroupResult((check_history(place.shown, lambda: look_at(place)),))

    try:
        is_file = isinstance(history_place(environment), Path)
    except CronofyError:
        is_file = True
    return () if is_file else (CheckGroup(HISTORY, check, limit_s=_HISTORY_LIMIT_S),)


def _python() -> GroupResult:
    installed = _distribution()
    wanted = installed.metadata["Requires-Python"] if installed else None
    version = ".".join(map(str, sys.version_info[:3]))
    return GroupResult((check_python(version, wanted=wanted, executable=sys.executable),))


def _dependencies() -> GroupResult:
    installed = _distribution()
    requirements = None if installed is None else installed.requires or []
    return GroupResult(check_dependencies(requirements, _version_of, platform=sys.platform))


def _distribution() -> metadata.Distribution | None:
    try:
        return metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _keyring(environment: Mapping[str, str], load_settings: Callable[[], Settings]) -> Check:
    from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries
    from cronofy_cli.core.accounts.contexts import SecretPlace

    context = _context(load_settings)
    if context is None:
        return check_keyring(KeyringEntries(environment), is_in_use=False)
    is_in_use = context.secret_place is SecretPlace.KEYRING
    return check_keyring(KeyringEntries(environment, context.keyring_backend), is_in_use=is_in_use)


def _context(load_settings: Callable[[], Settings]) -> Context | None:
    try:
        return load_settings().context
    except CronofyError:  # the check of the settings reports it
        return None
