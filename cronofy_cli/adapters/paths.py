"""Where the tool keeps its files on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping


NO_HOME: Final = Path("/nonexistent")
"""The home of a user without one, such as a user who is only a number in a container.

What is there reads as empty, and what is to be written there fails with the place and how to choose another.
"""


def expanded(text: str) -> Path:
    """Return a path with the user's home for a `~`, as far as the user has one."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return NO_HOME / text.removeprefix("~").lstrip("/")


def config_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's settings, secret files and locks. It need not exist yet."""
    if chosen := environment.get(Variable.CONFIG_DIR):
        return expanded(chosen)
    from platformdirs import user_config_path

    try:
        return user_config_path("cronofy", appauthor=False)
    except RuntimeError:
        return NO_HOME / "cronofy"


def user_file(environment: Mapping[str, str]) -> Path:
    """Return the user's file of settings. It need not exist yet."""
    return config_folder(environment) / "config.toml"


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the history and of the run files. It need not exist yet."""
    if chosen := environment.get(Variable.DATA_DIR):
        return expanded(chosen)
    from platformdirs import user_data_path

    try:
        return user_data_path("cronofy", appauthor=False)
    except RuntimeError:
        return NO_HOME / "cronofy"


def history_file(environment: Mapping[str, str]) -> Path:
    """Return the store of deliveries."""
    return data_folder(environment) / "deliveries.db"


def update_file(environment: Mapping[str, str]) -> Path:
    """Return where it is kept which version is the newest."""
    return data_folder(environment) / "update.json"


def simulators_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder by whose files running simulators are found."""
    return data_folder(environment) / "simulators"


def write_private(path: Path, content: bytes) -> None:
    """Replace a file of the data folder at once, readable by its owner only, with its folder made if need be.

    Raises:
        WrongUsage: it cannot be written there.
    """
    try:
        replace_private(path, content)
    except OSError as error:
        raise WrongUsage(
            f"'{path}' cannot be written: {error.strerror or error}",
            hint=f"name a folder that you may write in {Variable.DATA_DIR}",
        ) from error


def replace_private(path: Path, content: bytes) -> None:
    """Do as `write_private()` with a file of any folder.

    Raises:
        OSError: it cannot be written there.
    """
    from cronofy_cli.adapters.output_files import replace_file

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, (content,))
