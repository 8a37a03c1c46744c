"""The simulated world in a file: JSON with a format version, replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.adapters.output_files import put
from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.world.authorizations import AuthorizationsState
from cronofy_cli.simulator.world.delivery import OutboxState
from cronofy_cli.simulator.world.model import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = "cronofy-simulator"
VERSION: Final = 1


class StoredState(msgspec.Struct, frozen=True):
    """What a file holds."""

    world: Snapshot
    outbox: OutboxState
    authorizations: AuthorizationsState = AuthorizationsState()
    clock_ahead_s: float = 0.0
    format: str = FORMAT
    version: int = VERSION


class _Label(msgspec.Struct, frozen=True):
    format: str
    version: int


def load(path: Path) -> StoredState | None:
    """Return what a file holds, or None when there is no file yet.

    Raises:
        CronofyError: it cannot be read, is something else, or was written by a later version.
    """
    hint = f"name another file, or move {path} away to start with a fresh calendar"
    try:
        stored = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CronofyError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    try:
        label = msgspec.json.decode(stored, type=_Label)
        if (label.format, label.version) != (FORMAT, VERSION):
            raise CronofyError(
                f"{path} has format '{label.format}' version {label.version}, this simulator reads version {VERSION}",
                hint=hint,
            )
        return msgspec.json.decode(stored, type=StoredState)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CronofyError(f"{path} does not hold a simulator's state", hint=hint) from error


def save(path: Path, state: StoredState) -> None:
    """Write a file that only its owner can read; at every moment it is the old or the new one as a whole.

    Raises:
        CronofyError: it cannot be written.
    """
    try:
        put(path, (msgspec.json.encode(state),))
    except OSError as error:
        raise CronofyError(
            f"the simulator's state cannot be kept in {path}: {error.strerror}", hint="choose another file for --state"
        ) from error
