"""What happens around a calendar rather than in it: profiles that disconnect, calendars that vanish, time that passes.

Choices where the documentation is silent: `profile_disconnected` comes at once, not when Cronofy next talks to the
provider; while a profile is disconnected, or its first sync is not done, its changes are not told, though reading shows
them; reconnecting tells a `change` of each of its calendars since then; a slow provider delays notifications, and not
what is read; removing a calendar deletes its events.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.owner_edits import Push
from cronofy_cli.simulator.signing_in import new_token
from cronofy_cli.simulator.world.delivery import Change
from cronofy_cli.simulator.world.one_time_tokens import Tickets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.faults import Faults
    from cronofy_cli.simulator.service import Simulator
    from cronofy_cli.simulator.turnable_clock import TurnableClock
    from cronofy_cli.simulator.world.model import Calendar, Profile

DISCONNECTED: Final = "profile_disconnected"
INITIAL_SYNC_COMPLETED: Final = "profile_initial_sync_completed"
MAX_DELAY_S: Final = 86400.0


class Disturbances:
    """The acts of the provider, of time, and of a bad day."""

    def __init__(self, simulator: Simulator, clock: TurnableClock, faults: Faults) -> None:
        self.clock = clock
        self.faults = faults
        self._simulator = simulator
        self._relinks: Tickets[str] = Tickets(new_token)

    def disconnect(self, profile_id: str) -> Profile:
        """Let Cronofy lose a profile, and tell every channel; one that is lost already stays as it is.

        Raises:
            NotFound: there is no such profile.
        """
        world = self._simulator.world
        profile = world.profile(profile_id)
        if profile.connected:
            profile = world.put_profile(structs.replace(profile, disconnected_at=self._simulator.clock()))
            self._simulator.push(Push(DISCONNECTED, None, {}))
        return profile

    def reconnect(self, profile_id: str) -> Profile:
        """Connect a profile again; that `change` comes again is how it is told (docs: /developers/faqs/).

        Raises:
            NotFound: there is no such profile.
        """
        world = self._simulator.world
        profile = world.profile(profile_id)
        since = profile.disconnected_at
        if since is not None:
            profile = world.put_profile(structs.replace(profile, disconnected_at=None))
            for calendar in world.calendars_of(profile_id):
                # Told to `only_managed` channels too: whether users touched the application's events is not known.
                self._simulator.tell(Change(since, calendar.calendar_id, is_managed=True))
            self._simulator.note_act()
        return profile

    def set_initial_sync(self, profile_id: str, *, is_required: bool) -> Profile:
        """Let a profile's first sync begin, or be done, which every channel is told.

        Raises:
            NotFound: there is no such profile.
        """
        world = self._simulator.world
        was_required = world.profile(profile_id).initial_sync_required
        profile = world.put_profile(structs.replace(world.profile(profile_id), initial_sync_required=is_required))
        if was_required and not is_required:
            self._simulator.push(Push(INITIAL_SYNC_COMPLETED, None, {}))
        self._simulator.note_act()
        return profile

    def remove_calendar(self, calendar_id: str) -> Calendar:
        """Delete a calendar at its provider, with its events.

        Raises:
            NotFound: there is no such calendar, or no longer.
        """
        now = self._simulator.clock()
        calendar, has_managed = self._simulator.world.remove_calendar(calendar_id, now)
        self._simulator.tell(Change(now, calendar_id, has_managed))
        self._simulator.note_act()
        return calendar

    def parse_delay(self, body: Mapping[str, object]) -> float:
        """Read how many seconds the provider is to take.

        Raises:
            InvalidRequest: `delay_s` is missing, negative, or more than a day.
        """
        errors = FieldErrors()
        delay_s = fields.read_number(body.get("delay_s"), "delay_s", errors)
        if delay_s is None:
            errors.add("delay_s", fields.REQUIRED)
        elif not 0 <= delay_s <= MAX_DELAY_S:
            errors.not_recognized("delay_s", "seconds, a day at most")
        errors.raise_if_any()
        return delay_s or 0.0

    def slow_provider(self, delay_s: float) -> None:
        """Let Cronofy know of changes so much later, from now on."""
        self._simulator.provider_delay = timedelta(seconds=delay_s)

    @property
    def provider_delay_s(self) -> float:
        """How much later Cronofy knows of changes."""
        return self._simulator.provider_delay.total_seconds()

    def advance_clock(self, seconds: float) -> None:
        """Let time pass at once."""
        self.clock.advance(seconds)
        self._simulator.note_act()

    def ask_to_relink(self, profile_id: str) -> str:
        """Return the ticket for a page that offers to reconnect a profile.

        Raises:
            NotFound: there is no such profile.
        """
        profile = self._simulator.world.profile(profile_id)
        return self._relinks.issue(profile.profile_id, self._simulator.clock())

    def relink(self, ticket: str) -> Profile:
        """Reconnect the profile that a page offered.

        Raises:
            WrongUsage: the page was answered before, or is too old.
        """
        return self.reconnect(self._relinks.take(ticket, self._simulator.clock()))
