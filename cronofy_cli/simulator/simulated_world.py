"""A simulated Cronofy as one thing: its applications and accounts, what waits to be sent, and what has happened.

Many can live in one process, and none knows of another. It is made from a `StoredState` and can give one back at any
moment: that is how a world is saved, reset and copied. Not thread-safe: it lives on the server's event loop.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.faults import Faults
from cronofy_cli.simulator.timeline import Act, ActDetails, ActKind, Timeline
from cronofy_cli.simulator.world.authorizations import Authorizations, TokenRules
from cronofy_cli.simulator.world.channels import Channels
from cronofy_cli.simulator.world.clock import SimulatedClock
from cronofy_cli.simulator.world.delivery import Change, Outbox, delivery_rules
from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import Snapshot
from cronofy_cli.simulator.world.one_time_tokens import new_token
from cronofy_cli.simulator.world.paging import PageStore
from cronofy_cli.simulator.world.persistence import StoredState
from cronofy_cli.simulator.world.rate_limit import RateLimit
from cronofy_cli.simulator.world.settings import CHANNEL_LIFETIME_S, RETRY_DELAYS_S
from cronofy_cli.simulator.world.state import AccountState
from cronofy_cli.simulator.world.windows import sync_window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.simulator.messages.owner_edits import Push
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.model import Application, Channel, Event, SmartInvite
    from cronofy_cli.simulator.world.settings import SimulatorSettings

VERIFICATION: Final = "verification"


def _ignore(_entry: object) -> None:
    """Ignore it."""


def _do_nothing() -> None:
    """Do nothing."""


class WorldHooks(NamedTuple):
    """Who hears of what happens in a world; called on the event loop."""

    on_request: Callable[[LoggedRequest], None] = _ignore
    on_attempt: Callable[[Attempt], None] = _ignore
    on_entry: Callable[[], None] = _do_nothing


class SimulatedWorld:
    """One world. `note_act` is called after every act that must be saved, or made a notification due."""

    def __init__(
        self,
        settings: SimulatorSettings,
        state: StoredState,
        clock: Callable[[], datetime],
        note_act: Callable[[], None],
        hooks: WorldHooks,
    ) -> None:
        rules = delivery_rules(settings.coalesce_window_s, RETRY_DELAYS_S, CHANNEL_LIFETIME_S, settings.retry_scale)
        token_rules = TokenRules(settings.token_lifetime_s, settings.rotate_refresh_tokens)
        world = state.world
        self.settings = settings
        self.note_act = note_act
        self.clock = SimulatedClock(clock, state.clock)
        self.ids = Identifiers(world.last_number)
        self.applications: dict[str, Application] = {one.name: one for one in world.applications}
        self.accounts = {one.account.account_id: AccountState(one, self.ids) for one in world.accounts}
        self.published_tokens = {one.token: one for one in world.tokens}
        self.channels = Channels(world.channels, self.ids)
        self.smart_invites: dict[tuple[str, str, str], SmartInvite] = {
            invite_key(one): one for one in world.smart_invites
        }
        self.outbox = Outbox(rules, state.outbox)
        self.authorizations = Authorizations(token_rules, new_token, state.authorizations)
        self.pages = PageStore(settings.page_size, settings.page_lifetime_s)
        self.faults = Faults()
        self.rate_limit = RateLimit(settings.calls_per_second, settings.calls_per_minute)
        self.timeline = Timeline(hooks.on_request, hooks.on_attempt, hooks.on_entry)
        self.attempts = self.timeline.attempts
        self.requests = self.timeline.requests
        self.provider_delay = timedelta()
        """How long the calendars' provider takes until Cronofy knows of a change. Kept in memory only."""

    def capture(self) -> StoredState:
        """Return everything as one value. Faults, the logs and the provider's delay are not part of it."""
        return StoredState(
            Snapshot(
                applications=tuple(self.applications.values()),
                accounts=tuple(account.snapshot() for account in self.accounts.values()),
                tokens=tuple(self.published_tokens.values()),
                channels=self.channels.all,
                smart_invites=tuple(self.smart_invites.values()),
                last_number=self.ids.last_number,
            ),
            self.outbox.state(),
            self.authorizations.state(),
            self.clock.state,
        )

    def note(self, kind: ActKind, details: ActDetails) -> None:
        """Note an act for the timeline."""
        acts = self.timeline.acts
        acts.add(Act(acts.next_number, self.clock(), kind, details))

    # Who is here.

    @property
    def first_account(self) -> AccountState:
        """The account that is meant when none is named."""
        return next(iter(self.accounts.values()))

    @property
    def first_application(self) -> Application:
        """The application that is meant when none is named."""
        return next(iter(self.applications.values()))

    def account(self, choice: str | None) -> AccountState:
        """Return an account by its id or address; the first one for None.

        Raises:
            NotFound: there is none.
        """
        if choice is None:
            return self.first_account
        for account in self.accounts.values():
            if choice in {account.account.account_id, account.account.email}:
                return account
        raise NotFound(f"there is no account '{choice}'")

    def account_of(self, event_uid: str) -> AccountState:
        """Return the account in whose calendars an event is, deleted or not; the first one when it is unknown."""
        for account in self.accounts.values():
            if account.has_event(event_uid):
                return account
        return self.first_account

    def account_with_calendar(self, calendar_id: str) -> AccountState:
        """Return the account that has a calendar.

        Raises:
            NotFound: none has it.
        """
        for account in self.accounts.values():
            if calendar_id in account.calendars:
                return account
        raise NotFound(f"there is no calendar '{calendar_id}'")

    def account_with_profile(self, profile_id: str) -> AccountState:
        """Return the account that has a profile.

        Raises:
            NotFound: none has it.
        """
        for account in self.accounts.values():
            if any(profile.profile_id == profile_id for profile in account.profiles):
                return account
        raise NotFound(f"there is no profile '{profile_id}'")

    def application_with(self, client_id: str) -> Application | None:
        """Return the application with a client id, or None."""
        return next((one for one in self.applications.values() if one.client_id == client_id), None)

    # Channels and notifications.

    def open_channel(self, wanted: Channel) -> Channel:
        """Open a channel and plan its verification; that of an identical one that is open is a choice.

        Raises:
            InvalidRequest: the account has its 128 channels.
        """
        now, before = self.clock(), len(self.channels.all)
        channel = self.channels.open(wanted, now)
        if len(self.channels.all) > before or self.settings.verify_identical_channels:
            self.outbox.push(channel.channel_id, VERIFICATION, now)
        self.note_act()
        return channel

    def close_channel(self, channel_id: str) -> None:
        """Close a channel and forget what still had to be sent to it.

        Raises:
            NotFound: there is none with this id.
        """
        self.channels.close(channel_id)
        self.outbox.forget_channel(channel_id)
        self.note_act()

    def close_dead_channels(self) -> None:
        """Close the channels that have failed for too long."""
        for channel_id in self.outbox.dead_channels(self.clock()):
            url = self.channels.get(channel_id).callback_url
            self.close_channel(channel_id)
            note = "no notification succeeded for 24 hours"
            self.note(ActKind.CHANNEL_CLOSED, ActDetails(subject=url, channel_id=channel_id, note=note))

    def push(self, push: Push) -> list[str]:
        """Plan a notification of any type on one channel or all, and return their ids.

        Raises:
            NotFound: there is no such channel.
        """
        channels = self.channels.all if push.channel_id is None else (self.channels.get(push.channel_id),)
        return self.push_to(channels, push.type, push.fields)

    def push_to(self, channels: tuple[Channel, ...], type_: str, fields: dict[str, object] | None = None) -> list[str]:
        """Plan a notification of any type on some channels, and return their ids."""
        for channel in channels:
            self.outbox.push(channel.channel_id, type_, self.clock(), fields or {})
        self.note_act()
        return [channel.channel_id for channel in channels]

    def channels_of(self, account: AccountState) -> tuple[Channel, ...]:
        """Return the channels that any application opened for an account."""
        return tuple(one for one in self.channels.all if one.account_id == account.account.account_id)

    def notify_of(self, change: Change) -> None:
        """Plan a `change` on the channels that it concerns, for when the provider lets Cronofy know of it.

        Of a disconnected profile Cronofy hears nothing, nor of one whose first sync is not done.
        """
        if self.accounts[change.account_id].is_watched(change.calendar_id):
            # A clock that stands still would let the notification wait endlessly.
            is_folded = not self.clock.is_stopped
            self.outbox.note_change(change, self.channels.all, noticed_after=self.provider_delay, is_folded=is_folded)

    def notify_of_event(self, account: AccountState, event: Event, made_by: str | None = None) -> Event:
        """Notify of an edit of one event. What lies outside the sync window goes unseen, as in reading."""
        is_seen = event.is_managed or not self.settings.enforce_sync_window
        if is_seen or sync_window(event.updated, ZoneInfo(account.account.zoneinfo)).holds_any(event):
            managed_by = frozenset([event.application]) if event.is_managed else frozenset()
            self.notify_of(Change(event.updated, account.account.account_id, event.calendar_id, managed_by, made_by))
        self.note_act()
        return event

    def replace_secrets(self, application: str, client_secrets: tuple[str, ...]) -> None:
        """Give an application other client secrets, as in a rotation."""
        self.applications[application] = structs.replace(self.applications[application], client_secrets=client_secrets)
        self.note_act()


def invite_key(invite: SmartInvite) -> tuple[str, str, str]:
    """Return what identifies a smart invite: with several recipients its id alone, else the address too."""
    email = "" if invite.has_several else invite.recipients[0].email.casefold()
    return invite.application, invite.smart_invite_id, email
