"""The simulator's choices: published credentials, and what to do where Cronofy's behaviour is not publicly known.

Values only. "Unknown" below means that Cronofy's documentation does not say, so the value is this simulator's choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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
RETRY_DELAYS_S: Final = (15.0, 60.0, 300.0, 900.0, 3600.0, 7200.0, 14400.0, 21600.0, 36000.0)
"""Pauses after the first and each further failure. Unknown; they add up to a little less than the 24 hours."""
CHANNEL_LIFETIME_S: Final = 24 * 3600.0
"""A channel without a success for so long is closed (docs: /developers/push-notifications/)."""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Everything that can be chosen when a simulator is started."""

    port: int = DEFAULT_PORT
    """0 takes any free port."""
    client_id: str = CLIENT_ID
    client_secrets: tuple[str, ...] = field(default=(CLIENT_SECRET,), repr=False)
    """Every active one signs each notification, as during a rotation."""
    access_token: str = field(default=ACCESS_TOKEN, repr=False)
    """A token that belongs to the application."""
    personal_token: str = field(default=PERSONAL_TOKEN, repr=False)
    """A token that belongs to no application: channels refuse it. Status unknown; the choice is 403."""
    token_lifetime_s: float = 3600.0
    """After it an access token is refused with 401; the published ones never expire."""
    rotate_refresh_tokens: bool = False
    """Whether a refresh gives a new refresh token and refuses the old one at once. Unknown; no example shows it."""
    close_channels_on_revoke: bool = True
    """Whether revoking the last authorization closes the channels that were opened with one. Unknown."""
    page_size: int = 100
    """Events or periods on a page. Unknown."""
    page_lifetime_s: float = 600.0
    """How long a `next_page` can be fetched; after that it is 404. Unknown."""
    coalesce_window_s: float = 0.3
    """Changes this close together share a notification. Unknown."""
    retry_scale: float = 1.0
    """Factor on the pauses between attempts and on the 24 hours; 0.001 makes a day take 86 seconds."""
    answer_limit_s: float = ANSWER_LIMIT_S
    enforce_url_length: bool = False
    """Refuse callback URLs above 128 characters, as older documentation said. Unknown today."""
    emit_scheduling_conversations: bool = True
    """Put `scheduling_conversations` into channels, as seen in captured payloads. Undocumented."""
    enforce_sync_window: bool = True
    """Know events from 42 days back to 201 ahead only; reading beyond is an empty answer. Unknown if it is an error."""
    free_periods_by_default: bool = True
    """Whether Free/Busy lists free periods when `include_free` is not given. Unknown; the documented example does."""
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
