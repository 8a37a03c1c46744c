"""What `why` concludes: the causes, what was checked, and what could not be.

Values only. The codes and the keys of the JSON that is made of them are an API.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.core.checks import Facts
    from cronofy_cli.errors import CronofyError


class CauseCode(StrEnum):
    """A stable code for each cause."""

    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a name, not a value
    PERSONAL_TOKEN = "personal_token"  # noqa: S105 - as above
    SCOPE_MISSING = "scope_missing"
    PLAN_WITHOUT_NOTIFICATIONS = "plan_without_notifications"
    SERVICE_ACCOUNT = "service_account"
    CONTEXT_MISMATCH = "context_mismatch"
    OTHER_ACCOUNT = "other_account"
    OTHER_DATA_CENTER = "other_data_center"
    OTHER_APPLICATION = "other_application"

    CLOSED_AFTER_FAILURES = "closed_after_failures"
    CHANNEL_CLOSED = "channel_closed"
    CHANNEL_UNKNOWN = "channel_unknown"
    NO_CHANNEL = "no_channel"
    URL_WITHOUT_CHANNEL = "url_without_channel"

    NO_PROFILE = "no_profile"
    PROFILE_DISCONNECTED = "profile_disconnected"
    INITIAL_SYNC_INCOMPLETE = "initial_sync_incomplete"

    FILTER_CALENDAR_GONE = "filter_calendar_gone"
    FILTER_CALENDAR_READONLY = "filter_calendar_readonly"
    FILTER_EXCLUDES_CHANGE = "filter_excludes_change"
    ONLY_MANAGED = "only_managed"

    EVENT_UNKNOWN = "event_unknown"
    EVENT_OUTSIDE_WINDOW = "event_outside_window"
    EVENT_ENTERED_WINDOW = "event_entered_window"
    OWN_CHANGE = "own_change"

    LISTENER_GONE = "listener_gone"
    LISTENER_INTERRUPTED = "listener_interrupted"
    TUNNEL_GONE = "tunnel_gone"
    CALLBACK_NOT_PUBLIC = "callback_not_public"
    CALLBACK_NAME_NOT_RESOLVED = "callback_name_not_resolved"
    CALLBACK_UNREACHABLE = "callback_unreachable"
    CALLBACK_TLS = "callback_tls"
    CALLBACK_TIMEOUT = "callback_timeout"
    CALLBACK_SLOW = "callback_slow"
    CALLBACK_NO_RESPONSE = "callback_no_response"
    CALLBACK_REDIRECTS = "callback_redirects"
    CALLBACK_NO_HANDLER = "callback_no_handler"
    CALLBACK_FAILS = "callback_fails"
    CALLBACK_REJECTS_SIGNATURE = "callback_rejects_signature"

    SIGNATURE_REJECTED = "signature_rejected"
    RESPONSES_FAIL = "responses_fail"
    FORWARDS_FAIL = "forwards_fail"


class Likelihood(StrEnum):
    """How much the evidence says."""

    CERTAIN = "certain"
    """It was seen, and is enough to explain what was asked about."""
    LIKELY = "likely"
    """It was seen, and explains some missing notifications, or fits everything that was seen."""
    POSSIBLE = "possible"
    """It was seen, and nothing shows that it matters here: worth knowing, but no cause."""


@dataclass(frozen=True, slots=True)
class ProbableCause:
    """Why notifications do not arrive."""

    code: CauseCode
    likelihood: Likelihood
    sentence: str
    hint: str
    """The command or the step that fixes it."""
    evidence: Facts = ()
    """What it rests on, as names and values. Never a secret."""
    subject: str = ""
    """What it is about: the id of a channel, a profile or an event; empty when it is about everything."""


class ConclusionState(StrEnum):
    """The conclusion in a word."""

    CAUSE_FOUND = "cause_found"
    NOTHING_WRONG = "nothing_wrong_found"
    UNKNOWN = "unknown"
    """Cronofy could not be asked, and what is on this machine shows nothing."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that was checked."""

    what: str
    """Which part of the way it is: stable, for programs."""
    finding: str


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that could not be checked."""

    what: str
    reason: str
    hint: str = ""
    """What would make it possible; empty when nothing does."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What `why` says."""

    state: ConclusionState
    causes: tuple[ProbableCause, ...] = ()
    """Certain and likely ones, the likeliest first."""
    worth_knowing: tuple[ProbableCause, ...] = ()
    """Possible ones."""
    checked: tuple[Observation, ...] = ()
    not_checked: tuple[Omission, ...] = ()
    error: CronofyError | None = None
    """Why nothing is known, where that is the verdict."""
