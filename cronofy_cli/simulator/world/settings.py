"""The simulator's choices: published credentials, and what to do where Cronofy's behaviour is not publicly known.

Values only. A field made with `switch`, `number` or `one_of` stands for something that Cronofy's documentation does not
say: it is listed by `simulator routes --choices`, and set by `simulator run --choice NAME=VALUE` or by the `[choices]`
of a world file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.hosts import is_loopback
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.choices import Choice, meaning_of, number, one_of, read_choice, switch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

DEFAULT_PORT: Final = 7080
CLIENT_ID: Final = "simulator-client-id"
CLIENT_SECRET: Final = "CRN_simulator_client_secret"  # noqa: S105 - published on purpose: it opens nothing but the simulator
ACCESS_TOKEN: Final = "simulator-access-token"  # noqa: S105 - as above
PERSONAL_TOKEN: Final = "simulator-personal-token"  # noqa: S105 - as above

MAX_CHANNELS: Final = 128
"""Channels per account (docs: /developers/api/push-notifications/create-channel/)."""
MAX_CALLBACK_URL_LENGTH: Final = 128
"""The limit that older copies of the same page name; today's do not."""
ANSWER_LIMIT_S: Final = 5.0
"""A callback must answer within it (docs: /developers/push-notifications/)."""
TRIGGER_ANSWER_LIMIT_S: Final = 7.0
"""The callback of an event trigger has longer (docs: /developers/api/event-triggers/)."""
RETRY_DELAYS_S: Final = (15.0, 60.0, 300.0, 900.0, 3600.0, 7200.0, 14400.0, 21600.0, 36000.0)
"""Pauses after the first and each further failure. Unknown; they add up to a little less than the 24 hours."""
CHANNEL_LIFETIME_S: Final = 24 * 3600.0
"""A channel without a success for this long is closed (docs: /developers/push-notifications/)."""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Everything that can be chosen when a simulator is started."""

    port: int = DEFAULT_PORT
    """0 takes any free port."""
    bind: str = "127.0.0.1"
    """The address that is listened on."""
    hosts: tuple[str, ...] = ()
    """Names, besides this machine's and Cronofy's, by which clients may call it."""
    world_file: Path | None = None
    """Which world to start with; None is the built-in one."""
    client_id: str = CLIENT_ID
    client_secrets: tuple[str, ...] = field(default=(CLIENT_SECRET,), repr=False)
    """Of the first application; every active one signs each notification, as during a rotation."""
    access_token: str = field(default=ACCESS_TOKEN, repr=False)
    """A token that belongs to the first application and account, in the built-in world."""
    personal_token: str = field(default=PERSONAL_TOKEN, repr=False)
    """A token that belongs to no application: channels refuse it."""
    token_lifetime_s: float = 3600.0
    """After it an access token is refused with 401; the published ones never expire."""
    retry_scale: float = 1.0
    """Factor on the pauses between attempts and on the 24 hours; 0.001 makes a day take 86 seconds."""
    answer_limit_s: float = ANSWER_LIMIT_S
    trigger_answer_limit_s: float = TRIGGER_ANSWER_LIMIT_S
    seed_day: date | None = None
    """The day around which the calendars are filled; None is today."""
    random_seed: int = 1
    """The same number and day give the same calendars."""
    extra_events: int = 0
    """Events to add to the few hundred, for measurements."""
    state_file: Path | None = None
    """Where the world is kept between runs; None keeps it in memory."""
    save_delay_s: float = 0.2
    """Changes this close together are saved at once."""

    rotate_refresh_tokens: bool = switch(
        False, "a refresh gives a new refresh token and refuses the old one; no example shows it"
    )
    wrong_client_status: int = one_of(
        (400, 401), "status of a wrong client id or secret at the token endpoint: 400 or 401"
    )
    close_channels_on_revoke: bool = switch(
        True, "revoking an account's last authorization closes the channels that were opened with one"
    )
    personal_token_status: int = number(403, "status of a channel call with a personal token", least=400, most=599)
    verify_identical_channels: bool = switch(
        True, "creating a channel that is open already sends its verification again"
    )
    enforce_url_length: bool = switch(
        False, "callback URLs above 128 characters are refused, as older documentation says"
    )
    emit_scheduling_conversations: bool = switch(
        True, "channels have scheduling_conversations, as in captured notifications"
    )
    coalesce_window_s: float = number(0.3, "changes this close together share a notification", least=0.0, most=86400.0)
    body_layout: str = one_of(
        ("compact", "spaced", "escaped"),
        "bytes of a notification: compact, spaced (after colons and commas) or escaped (slashes, non-ASCII)",
    )
    page_size: int = number(100, "events or periods on a page", least=1, most=100_000)
    page_lifetime_s: float = number(
        600.0, "how long a next_page can be fetched; after that it is 404", least=0.0, most=86400.0
    )
    enforce_sync_window: bool = switch(True, "events from 42 days back to 201 ahead only; reading beyond finds nothing")
    free_periods_by_default: bool = switch(True, "Free/Busy lists free periods when include_free is not given")
    require_brackets: bool = switch(True, "calendar_ids without [] in a query is refused with 422, not ignored")
    enforce_text_lengths: bool = switch(
        True, "a summary above 1024 or a description above 4096 characters is refused with 422, not accepted"
    )
    invite_adds: bool = switch(True, "attendees.invite adds to an event's attendees; false replaces them")
    unknown_event_status: int = one_of(
        (404, 202), "status of editing or deleting an unknown event_uid: 404, or 202 for none"
    )
    forbidden_edit_status: int = number(
        422, "status of an edit that options of the event do not allow", least=400, most=599
    )
    unknown_invite_status: int = number(
        404, "status of cancelling or reading an unknown smart invite", least=400, most=599
    )
    slot_interval_minutes: int = number(
        15, "step between overlapping_slots when start_interval is not given", least=1, most=1440
    )
    enforce_rate_limit: bool = switch(
        False, "more than 50 calls a second or 500 a minute of an application are 429, as documented; off for tests"
    )
    calls_per_second: int = number(
        50,
        "calls a second that enforce_rate_limit admits: Cronofy raises it on request",
        least=1,
        most=10_000,
    )
    calls_per_minute: int = number(
        500,
        "calls a minute that enforce_rate_limit admits: Cronofy raises it on request",
        least=1,
        most=100_000,
    )

    @property
    def is_public(self) -> bool:
        """Whether other machines can reach it."""
        return not is_loopback(self.bind)

    def choices(self) -> list[Choice]:
        """Return what was chosen where the documentation is silent."""
        found = ((each.name, meaning_of(each)) for each in fields(self))
        return [Choice(name, getattr(self, name), meaning) for name, meaning in found if meaning is not None]

    def with_choices(self, wanted: Mapping[str, object]) -> SimulatorSettings:
        """Return settings with other choices; texts are read as what they stand for.

        Raises:
            WrongUsage: there is no such choice, or it cannot have this value.
        """
        known = {each.name: each for each in fields(self) if meaning_of(each) is not None}
        changes: dict[str, Any] = {}
        for name, value in wanted.items():
            if name not in known:
                raise WrongUsage(f"there is no choice '{name}'", hint="cronofy simulator routes --choices")
            changes[name] = read_choice(known[name], value)
        return replace(self, **changes)
