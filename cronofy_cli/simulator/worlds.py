"""The worlds of a process: the first one at the address itself, further ones each below a path of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.simulator.world.persistence import StoredState
from cronofy_cli.simulator.world.world_file import parse_world_file, snapshot_of
from cronofy_cli.simulator.world_slot import WorldSlot

if TYPE_CHECKING:
    from cronofy_cli.simulator.world.model import Snapshot
    from cronofy_cli.simulator.world.settings import SimulatorSettings
    from cronofy_cli.simulator.world_slot import WorldContext

PREFIX: Final = "/w/"
FIRST: Final = "first"
MAX_WORLDS: Final = 10_000


class Worlds:
    """All of them."""

    def __init__(self, settings: SimulatorSettings, loaded: StoredState, context: WorldContext) -> None:
        self._settings = settings
        self._context = context
        self.first = WorldSlot(FIRST, "", settings, loaded, context)
        self._further: dict[str, WorldSlot] = {}

    @property
    def all(self) -> tuple[WorldSlot, ...]:
        """Every world, the first one first."""
        return self.first, *self._further.values()

    def end_news(self) -> None:
        """Tell who follows a world that there will be no more."""
        for slot in self.all:
            slot.news.end()

    def find(self, path: str) -> tuple[WorldSlot, str]:
        """Return the world that a path belongs to, and the path inside it.

        Raises:
            NotFound: there is no such world.
        """
        if not path.startswith(PREFIX):
            return self.first, path
        world_id, slash, rest = path[len(PREFIX) :].partition("/")
        return self.get(world_id), slash + rest

    def get(self, world_id: str) -> WorldSlot:
        """Return a world.

        Raises:
            NotFound: there is none with this id.
        """
        if world_id == FIRST:
            return self.first
        if world_id not in self._further:
            raise NotFound(f"there is no world '{world_id}'")
        return self._further[world_id]

    def create(self, definition: str | None, choices: dict[str, object]) -> WorldSlot:
        """Make a fresh world: of a world file's text, or as the first one was loaded, with credentials of its own.

        Raises:
            WrongUsage: the definition or a choice is not understood, or there are too many worlds.
        """
        if len(self._further) >= MAX_WORLDS:
            raise WrongUsage(f"there are {MAX_WORLDS} worlds already", hint="delete those that are not needed")
        world_id = secrets.token_hex(4)
        settings, loaded = self._settings, self.first.loaded
        if definition is not None:
            world = parse_world_file(definition, "the world")
            today = self._context.clock().astimezone(ZoneInfo(world.accounts[0].tzid)).date()
            settings = settings.with_choices(world.choices)
            loaded = StoredState(snapshot_of(world, settings.seed_day or today, random_seed=settings.random_seed))
        loaded = structs.replace(loaded, world=with_own_credentials(loaded.world, world_id))
        slot = WorldSlot(world_id, f"{PREFIX}{world_id}", settings.with_choices(choices), loaded, self._context)
        self._further[world_id] = slot
        return slot

    def remove(self, world_id: str) -> None:
        """End a world; the first one stays.

        Raises:
            NotFound: there is none with this id.
        """
        if world_id == FIRST:
            raise NotFound("the first world cannot be deleted")
        self.get(world_id).close()
        del self._further[world_id]


def with_own_credentials(world: Snapshot, world_id: str) -> Snapshot:
    """Return a world whose applications and tokens no other world knows."""
    return structs.replace(
        world,
        applications=tuple(
            structs.replace(
                application,
                client_id=f"{application.client_id}-{world_id}",
                client_secrets=tuple(f"{secret}_{world_id}" for secret in application.client_secrets),
            )
            for application in world.applications
        ),
        tokens=tuple(structs.replace(token, token=f"{token.token}-{world_id}") for token in world.tokens),
    )
