"""Evidence made by hand, for what no simulator shows and for texts that must be the same each time."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.history import Forward, Gap
from cronofy_cli.core.accounts.calendars import Calendar, Profile, UserInfo
from cronofy_cli.core.accounts.data_centers import DataCenterId, real_data_center
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.evidence.account import Place
from cronofy_cli.why.evidence import Access, Changes, Evidence, HistoryEvidence, Question
from cronofy_cli.why.rank import conclude

if TYPE_CHECKING:
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.why.conclusion import ProbableCause

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://hooks.example.com/cronofy"
LISTENER_URL = "https://abc.ngrok.app/r/aListenersPath__22-cha"


def profile(provider: str, **changes: Any) -> Profile:
    """Return a connected, synced profile."""
    fine = Profile(f"pro_{provider}", f"jane@{provider}", provider, None, True, False, None, b"{}")
    return replace(fine, **changes)


def calendar(name: str, provider: str = "google", **changes: Any) -> Calendar:
    """Return a calendar of a profile."""
    calendar_id = f"cal_{name.lower()}"
    fine = Calendar(
        calendar_id,
        name,
        provider,
        f"pro_{provider}",
        f"jane@{provider}",
        False,
        False,
        False,
        False,
        False,
        None,
        b"{}",
    )
    return replace(fine, **changes)


def channel(channel_id: str = "chn_1", url: str = URL, *calendar_ids: str, only_managed: bool = False) -> Channel:
    """Return an open channel."""
    return Channel(channel_id, url, calendar_ids, only_managed=only_managed, raw=b"{}")


def event(summary: str = "Lunch", calendar_id: str = "cal_work", **fields: Any) -> Event:
    """Return an event that its owner changed an hour ago."""
    document = {
        "event_uid": f"evt_{summary.lower().replace(' ', '_')}",
        "calendar_id": calendar_id,
        "summary": summary,
        "start": "2026-11-24",
        "end": "2026-11-25",
        "created": "2026-11-22T10:00:00Z",
        "updated": "2026-11-22T11:00:00Z",
    }
    return parse_event(json.dumps(document | fields).encode())


def changes(*events: Event, is_complete: bool = True) -> Changes:
    """Return what was changed in the last day."""
    return Changes(NOW - timedelta(days=1), events, is_complete)


def delivery(
    hours_ago: float,
    status: int = 200,
    state: SignatureState = SignatureState.VALID,
    number: int = 1,
    *,
    channel_id: str | None = "chn_1",
    url: str = URL,
    changes_since: str | None = None,
    context: str = "uk",
) -> Delivery:
    """Return a delivery to a channel."""
    request = ReceivedRequest(NOW - timedelta(hours=hours_ago), "POST", "/r/x", (), b"{}")
    notification = Notification("change", changes_since, channel_id=channel_id, callback_url=url, is_json=True)
    return Delivery(request, Verdict(state), notification, status, context, number)


def forward(
    delivery_id: int = 1,
    status: int | None = 500,
    *,
    hours_ago: float = 1,
    target: str = "gopher://app",
    number: int = 1,
    **changes: Any,
) -> Forward:
    """Return an attempt to forward a delivery."""
    tried = Attempt(NOW - timedelta(hours=hours_ago), timedelta(seconds=1), status=status)
    return Forward(delivery_id, target, number, tried._replace(**changes))


def gap(minutes_ago: float, minutes: float, reason: str = "the tunnel lost its session") -> Gap:
    """Return a time in which a listener could receive nothing."""
    started = NOW - timedelta(minutes=minutes_ago)
    return Gap(started, started + timedelta(minutes=minutes), reason)


def check(code: str, state: CheckState = CheckState.FAILED, *evidence: tuple[str, str]) -> Check:
    """Return what was found at a callback URL."""
    return Check("callback_response", state, "the finding", URL, code, "the meaning", "the fix", evidence)


@dataclass(frozen=True)
class Opened:
    """What a run has opened."""

    callback_urls: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()


def live(*channel_ids: str, url: str = LISTENER_URL) -> KnownRuns:
    """Return a listener that runs on this machine."""
    return KnownRuns(live=(Opened((url,), channel_ids),))


def history(*deliveries: Delivery, **others: Any) -> HistoryEvidence:
    """Return what was received."""
    return HistoryEvidence(deliveries, **others)


JANE = UserInfo(
    "acc_1",
    "janed@company.com",
    "Jane",
    "Europe/London",
    "account",
    "read_events",
    (profile("google"), profile("apple")),
    b"{}",
)
CALENDARS = (
    calendar("Work"),
    calendar("Home"),
    calendar("Holidays", calendar_readonly=True),
    calendar("Family", "apple"),
)
PLACE = Place(real_data_center(DataCenterId.UK), "--data-center")
ACCESS = Access(PLACE, "context acme", ("--data-center", "uk"), "acme", has_client_secret=True, is_behind_proxy=False)
HEALTHY = Evidence(
    Question(),
    ACCESS,
    NOW,
    account=JANE,
    channels=(channel(),),
    calendars=CALENDARS,
    changes=changes(),
    probes={URL: (Check("callback_response", CheckState.OK, "200 after 3 ms", URL),)},
    history=history(),
)
"""An account, one channel, a handler that responds, and no change."""


def causes_in(evidence: Evidence) -> list[ProbableCause]:
    """Return all causes, the possible ones last."""
    conclusion = conclude(evidence)
    return [*conclusion.causes, *conclusion.worth_knowing]
