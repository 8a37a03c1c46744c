"""The world that a simulator starts with: of its state file, of a world file, or the built-in one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.core.text import decoded
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.model import DEFAULT_APPLICATION, Application, PublishedToken
from cronofy_cli.simulator.world.persistence import StoredState, load
from cronofy_cli.simulator.world.seed import default_world
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.simulator.world.world_file import parse_world_file, snapshot_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.simulator.world.model import Snapshot
    from cronofy_cli.simulator.world.world_tables import WorldFile


def load_world(settings: SimulatorSettings, now: datetime) -> tuple[SimulatorSettings, StoredState]:
    """Return the state to begin with, and the settings with the world file's choices.

    Raises:
        CronofyError: the state file cannot be read.
        WrongUsage: the world file cannot be read, or is not understood.
    """
    world = default_world() if settings.world_file is None else _read(settings.world_file)
    settings = settings.with_choices(world.choices)
    stored = None if settings.state_file is None else load(settings.state_file, _application(settings))
    if stored is not None:
        if not stored.world.tokens:
            # A file of version 0.1.0 holds no tokens: they were the settings'.
            tokens = _tokens(settings, stored.world.accounts[0].account.account_id)
            stored = structs.replace(stored, world=structs.replace(stored.world, tokens=tokens))
        return settings, structs.replace(stored, world=_with_settings(stored.world, settings))
    today = settings.seed_day or now.astimezone(ZoneInfo(world.accounts[0].tzid)).date()
    snapshot = snapshot_of(world, today, extra_events=settings.extra_events, random_seed=settings.random_seed)
    return settings, StoredState(_with_settings(snapshot, settings))


def _read(path: Path) -> WorldFile:
    try:
        text = decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"the world file {path} cannot be read: {error}") from error
    return parse_world_file(text, str(path))


def _with_settings(world: Snapshot, settings: SimulatorSettings) -> Snapshot:
    """Return a world whose first application and account have the credentials that were chosen, where some were."""
    usual = SimulatorSettings()
    first, *others = world.applications
    if settings.client_id != usual.client_id:
        first = structs.replace(first, client_id=settings.client_id)
    if settings.client_secrets != usual.client_secrets:
        first = structs.replace(first, client_secrets=settings.client_secrets)
    renamed = {usual.access_token: settings.access_token, usual.personal_token: settings.personal_token}
    tokens = tuple(structs.replace(one, token=renamed.get(one.token, one.token)) for one in world.tokens)
    return structs.replace(world, applications=(first, *others), tokens=tokens)


def _application(settings: SimulatorSettings) -> Application:
    return Application(DEFAULT_APPLICATION, settings.client_id, settings.client_secrets)


def _tokens(settings: SimulatorSettings, account_id: str) -> tuple[PublishedToken, ...]:
    return (
        PublishedToken(settings.access_token, account_id),
        PublishedToken(settings.personal_token, account_id, None),
    )
