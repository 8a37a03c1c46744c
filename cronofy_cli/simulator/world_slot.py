"""The place of one world in a process: what serves it now, and what it goes back to when it is reset.

A reset makes a new world from the state that was loaded and drops the old one with everything that waited in it, so
nothing has to be undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.incidents import Incidents
from cronofy_cli.simulator.news import News
from cronofy_cli.simulator.notifier import Notifier
from cronofy_cli.simulator.permission_requests import PermissionRequests
from cronofy_cli.simulator.signing_in import SigningIn
from cronofy_cli.simulator.simulated_world import SimulatedWorld

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from datetime import datetime

    from cronofy_cli.simulator.callback_sender import CallbackSender
    from cronofy_cli.simulator.simulated_world import WorldHooks
    from cronofy_cli.simulator.world.persistence import StoredState
    from cronofy_cli.simulator.world.settings import SimulatorSettings


class WorldContext(NamedTuple):
    """What all worlds of a process share."""

    clock: Callable[[], datetime]
    sender: CallbackSender
    start_task: Callable[[Coroutine[None, None, None]], asyncio.Task[None]]
    hooks: WorldHooks
    note_act: Callable[[], None]
    """Called after every act in the first world."""


class WorldSlot:
    """A world that can be replaced as a whole."""

    def __init__(
        self, world_id: str, base_path: str, settings: SimulatorSettings, loaded: StoredState, context: WorldContext
    ) -> None:
        self.world_id = world_id
        self.base_path = base_path
        self.settings = settings
        self.loaded = loaded
        self.snapshots: dict[str, StoredState] = {}
        self.news = News()
        """Everything that happens in the world or is done to it, resets too."""
        self._context = context
        self._hooks = context.hooks._replace(on_entry=self.news.notify)
        self._begin(loaded)

    def _begin(self, state: StoredState) -> None:
        context = self._context
        self.world = SimulatedWorld(self.settings, state, context.clock, self._note_act, self._hooks)
        self.signing_in = SigningIn(self.world)
        self.incidents = Incidents(self.world)
        self.permission_requests = PermissionRequests(self.world)
        self.notifier = Notifier(self.world, context.sender)
        self._sending = context.start_task(self.notifier.run())

    def restore(self, state: StoredState) -> None:
        """Put another state in the place of the present one; what is on its way is dropped."""
        self._sending.cancel()
        self._begin(state)
        self._note_act()

    def reset(self) -> None:
        """Go back to the world as it was loaded, with empty logs, no faults, and the time of this machine."""
        self.restore(self.loaded)

    def keep_snapshot(self, name: str) -> None:
        """Keep the present state under a name."""
        self.snapshots[name] = self.world.capture()

    def restore_snapshot(self, name: str) -> None:
        """Go back to a state that was kept.

        Raises:
            NotFound: there is none of this name.
        """
        if name not in self.snapshots:
            raise NotFound(f"there is no snapshot '{name}'")
        self.restore(self.snapshots[name])

    def close(self) -> None:
        """Send no more."""
        self.news.end()
        self._sending.cancel()

    def _note_act(self) -> None:
        self.notifier.wake()
        self.news.notify()
        if not self.base_path:
            self._context.note_act()
