"""The simulated world in a file: JSON with a format version, replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import structs

from cronofy_cli.adapters.output_files import put
from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.world.authorizations import AuthorizationsState
from cronofy_cli.simulator.world.clock import ClockState
from cronofy_cli.simulator.world.delivery import OutboxState
from cronofy_cli.simulator.world.model import (
    Account,
    AccountSnapshot,
    Calendar,
    Channel,
    Event,
    Profile,
    Snapshot,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.simulator.world.model import Application, PublishedToken

FORMAT: Final = "cronofy-simulator"
VERSION: Final = 2


class StoredState(msgspec.Struct, frozen=True):
    """A world at one moment, with everything that waits in it: what a file holds, and what a reset goes back to."""

    world: Snapshot
    outbox: OutboxState = OutboxState()
    authorizations: AuthorizationsState = AuthorizationsState()
    clock: ClockState = ClockState()
    format: str = FORMAT
    version: int = VERSION


class WorldOfVersion1(msgspec.Struct, frozen=True):
    """The one account that version 0.1.0 stored."""

    account: Account
    profiles: tuple[Profile, ...]
    calendars: tuple[Calendar, ...]
    events: tuple[Event, ...]
    channels: tuple[Channel, ...] = ()
    last_number: int = 0


class StateOfVersion1(msgspec.Struct, frozen=True):
    """What version 0.1.0 stored."""

    world: WorldOfVersion1
    outbox: OutboxState
    authorizations: AuthorizationsState = AuthorizationsState()
    clock_ahead_s: float = 0.0


class _Label(msgspec.Struct, frozen=True):
    format: str
    version: int


def load(path: Path, application: Application, tokens: tuple[PublishedToken, ...] = ()) -> StoredState | None:
    """Return what a file holds, or None when there is no file yet.

    The application and the tokens are those of a file of version 1, which holds none.

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
        if label.format != FORMAT or not 1 <= label.version <= VERSION:
            raise CronofyError(
                f"{path} has format '{label.format}' version {label.version}, this simulator reads up to {VERSION}",
                hint=hint,
            )
        if label.version == 1:
            return upgraded(msgspec.json.decode(stored, type=StateOfVersion1), application, tokens)
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


def upgraded(old: StateOfVersion1, application: Application, tokens: tuple[PublishedToken, ...] = ()) -> StoredState:
    """Return a state of version 0.1.0 as one of today: everything belongs to one account and one application."""
    world, account_id = old.world, old.world.account.account_id
    events = (
        structs.replace(event, application=application.name) if event.is_managed else event for event in world.events
    )
    channels = (
        structs.replace(channel, account_id=account_id, application=application.name) for channel in world.channels
    )
    authorizations = (
        structs.replace(one, account_id=account_id, application=application.name)
        for one in old.authorizations.authorizations
    )
    return StoredState(
        Snapshot(
            applications=(application,),
            accounts=(AccountSnapshot(world.account, world.profiles, world.calendars, tuple(events)),),
            tokens=tokens,
            channels=tuple(channels),
            last_number=world.last_number,
        ),
        old.outbox,
        structs.replace(old.authorizations, authorizations=tuple(authorizations)),
        ClockState(old.clock_ahead_s),
    )
