"""What happens around a calendar rather than in it: profiles that disconnect, calendars that vanish, time that passes.

Choices where the documentation is silent: `profile_disconnected` comes at once, not when Cronofy next talks to the
provider; while a profile is disconnected, or its first sync is not done, its changes are not notified, though reading
shows them; reconnecting notifies of a `change` in each of its calendars since then; a slow provider delays
notifications, and not what is read; removing a calendar deletes its events.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.timeline import ActDetails, ActKind
from cronofy_cli.simulator.world.delivery import Change
from cronofy_cli.simulator.world.one_time_tokens import OneTimeTokens, new_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Calendar, Profile

DISCONNECTED: Final = "profile_disconnected"
INITIAL_SYNC_COMPLETED: Final = "profile_initial_sync_completed"
MAX_DELAY_S: Final = 86400.0


class Incidents:
    """The acts of the provider, of time, and of a bad day."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._relinks: OneTimeTokens[str] = OneTimeTokens(new_token)

    def disconnect(self, profile_id: str) -> Profile:
        """Let Cronofy lose a profile, and notify the account's channels; one that is lost already stays as it is.

        Raises:
            NotFound: there is no such profile.
        """
        account = self._world.account_with_profile(profile_id)
        profile = account.profile(profile_id)
        if profile.connected:
            profile = account.put_profile(structs.replace(profile, disconnected_at=self._world.clock()))
            self._note(ActKind.PROFILE_DISCONNECTED, profile)
            self._world.push_to(self._world.channels_of(account), DISCONNECTED)
        return profile

    def reconnect(self, profile_id: str) -> Profile:
        """Connect a profile again; that `change` comes again is how it shows (docs: /developers/faqs/).

        Raises:
            NotFound: there is no such profile.
        """
        account = self._world.account_with_profile(profile_id)
        profile = account.profile(profile_id)
        since = profile.disconnected_at
        if since is not None:
            profile = account.put_profile(structs.replace(profile, disconnected_at=None))
            self._note(ActKind.PROFILE_RECONNECTED, profile)
            # `only_managed` channels too: whether users touched an application's events is not known.
            everybody = frozenset(self._world.applications)
            for calendar in account.calendars_of(profile_id):
                self._world.notify_of(
                    Change(since, account.account.account_id, calendar.calendar_id, managed_by=everybody)
                )
            self._world.note_act()
        return profile

    def set_initial_sync(self, profile_id: str, *, is_required: bool) -> Profile:
        """Let a profile's first sync begin, or be done, which the account's channels are notified of.

        Raises:
            NotFound: there is no such profile.
        """
        account = self._world.account_with_profile(profile_id)
        before = account.profile(profile_id)
        profile = account.put_profile(structs.replace(before, initial_sync_required=is_required))
        if before.initial_sync_required != is_required:
            self._note(ActKind.PROFILE_SYNC_BEGUN if is_required else ActKind.PROFILE_SYNC_DONE, profile)
        if before.initial_sync_required and not is_required:
            self._world.push_to(self._world.channels_of(account), INITIAL_SYNC_COMPLETED)
        self._world.note_act()
        return profile

    def remove_calendar(self, calendar_id: str) -> Calendar:
        """Delete a calendar at its provider, with its events.

        Raises:
            NotFound: there is no such calendar, or no longer.
        """
        now = self._world.clock()
        account = self._world.account_with_calendar(calendar_id)
        calendar, events = account.remove_calendar(calendar_id, now)
        details = ActDetails(subject=calendar.name, calendar_id=calendar_id)
        self._world.note(ActKind.CALENDAR_REMOVED, details)
        managed_by = frozenset(event.application for event in events if event.is_managed)
        self._world.notify_of(Change(now, account.account.account_id, calendar_id, managed_by))
        self._world.note_act()
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
        self._world.provider_delay = timedelta(seconds=delay_s)
        self._world.note(ActKind.PROVIDER_DELAYED, ActDetails(subject=f"{delay_s:g} s"))

    def ask_to_relink(self, profile_id: str) -> str:
        """Return the one-time token for a page that offers to reconnect a profile.

        Raises:
            NotFound: there is no such profile.
        """
        profile = self._world.account_with_profile(profile_id).profile(profile_id)
        return self._relinks.issue(profile.profile_id, self._world.clock())

    def relink(self, token: str) -> Profile:
        """Reconnect the profile that a page offered.

        Raises:
            WrongUsage: the page was answered before, or is too old.
        """
        return self.reconnect(self._relinks.take(token, self._world.clock()))

    def _note(self, kind: ActKind, profile: Profile) -> None:
        self._world.note(kind, ActDetails(subject=f"{profile.profile_name} ({profile.provider_name})"))
