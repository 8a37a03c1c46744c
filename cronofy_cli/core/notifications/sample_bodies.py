"""What Cronofy posts, as believable bodies: the shapes of the documented examples with the times of today.

Pure. Which names they go by and what they mean stands in `samples`. Where only a type's name is documented, its body
is that of its kin; the values of `meeting_agent.state` other than `created` are guesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from datetime import datetime

Body = dict[str, object]
"""A JSON object that is posted."""

CHANNEL_ID = "chn_54cf7c7cb4ad4c1027000001"
"""The channel of the documented examples."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a sample can use of the world."""

    now: datetime
    callback_url: str
    """Where the body is posted to, as Cronofy repeats it in most bodies."""
    channel_id: str = CHANNEL_ID


def plain(setting: Setting, type_: str) -> Body:
    """Return a notification that has nothing but its type (docs: /developers/api/push-notifications/)."""
    return _of_channel(setting, {"type": type_})


def change(setting: Setting) -> Body:
    """Return a `change`, unfiltered (docs: /developers/api/push-notifications/)."""
    return _of_channel(setting, {"type": "change", "changes_since": to_utc_seconds(_ago(setting, seconds=15))})


def scheduling_conversation(setting: Setting, type_: str) -> Body:
    """Return what a channel with scheduling conversations gets.

    docs: /developers/api-alpha/scheduling-conversations/push-notifications/
    """
    return {
        "notification": {"type": type_, "scheduling_conversation_id": "scv_55cfff7fb4af4c1027000005"},
        "channel": {
            "channel_id": setting.channel_id,
            "callback_url": setting.callback_url,
            "scheduling_conversations": {"enabled": True},
        },
    }


def smart_invite(setting: Setting) -> Body:
    """Return a recipient's answer to an invite (docs: /developers/api/smart-invites/invite-callback/)."""
    start = _next_day(setting)
    answer = {
        "email": "emmett@example.com",
        "status": "tentative",
        "comment": "An hour later would suit me better.",
        "proposal": {"start": _in_utc(start), "end": _in_utc(start + timedelta(minutes=30))},
    }
    return {
        "notification": {"type": "smart_invite"},
        "smart_invite": {
            "smart_invite_id": "board-meeting-42",
            "callback_url": setting.callback_url,
            "recipient": answer,
            "reply": dict(answer),
        },
    }


def meeting_agent(setting: Setting, interaction: str, state: str) -> Body:
    """Return what happened to a meeting agent (docs: /developers/api/meeting-agents/callbacks/)."""
    event = _event(setting, "Product review") | {
        "tzid": "Etc/UTC",
        "conferencing": _ZOOM,
        "meeting_agent": {"profile_id": "cronofy"},
    }
    dashboard = {"category": "cronofy", "type": "dashboard", "url": "https://app.cronofy.com/"}
    return _of_event(interaction, event) | {
        "meeting_agent": {"sub": "agt_692702a100ccd07000000000", "state": state, "resources": [dashboard]}
    }


def conferencing(setting: Setting, interaction: str, *, is_assigned: bool) -> Body:
    """Return what became of an event's conferencing (docs: /developers/api/conferencing-services/subscriptions/)."""
    event = _board_meeting(setting) | ({"conferencing": _ZOOM} if is_assigned else {})
    return _of_event(interaction, event)


def event_trigger(setting: Setting) -> Body:
    """Return the trigger of an event that starts in five minutes (docs: /developers/api/event-triggers/)."""
    transition = {"before": "event_start", "offset": {"minutes": 5}}
    return {
        "notification": {"type": "event_subscription", "transitions": [transition]},
        "event": _board_meeting(setting),
    }


def scheduling_request(setting: Setting) -> Body:
    """Return a time chosen in the embedded scheduler (docs: /developers/embedded-scheduler/receiving-updates/)."""
    summary = "Product Manager Interview at Globex"
    select_url = "https://app.cronofy.com/rts/LOiwlKXQ"
    scheduler = {
        "correlation_id": "candidate-42",
        "utm_medium": "email",
        "utm_source": "automated_email_workflow",
        "utm_campaign": "candidate_interview_offer_email",
        "captured_data.phone_number": "+44 115 496 0000",
        "captured_data.notes": "No dietary requirements.",
    }
    return {
        "notification": {"type": "scheduling_request_time_chosen", "triggered_at": to_utc_seconds(setting.now)},
        "scheduling_request": {
            "scheduling_request_id": "srq_80f7fece4f37897d62d86d80",
            "slot_selection": "complete",
            "primary_select_url": select_url,
            "dashboard_url": "https://app.cronofy.com/scheduler/80f7fece4f37897d62d86d80",
            "recipient_operations": {
                "view_url": select_url,
                "reschedule_url": f"{select_url}?reschedule=true",
                "decline_url": f"{select_url}?decline=true",
            },
            "summary": summary,
            "duration": {"minutes": 30},
            "recipients": [
                {
                    "email": "emmett@example.com",
                    "display_name": "Dr Emmett Brown",
                    "select_url": "https://app.cronofy.com/rts/1234abc",
                    "slot_selector": True,
                }
            ],
            "event": {"summary": summary, "metadata": {"scheduler": scheduler}},
        },
    }


def real_time_scheduling(setting: Setting) -> Body:
    """Return a finished real-time scheduling: the one body that has no `notification`.

    docs: /developers/workflow-triggers/scheduling-triggers/
    """
    start = _next_day(setting)
    return {
        "event": {
            "event_id": _EVENT_ID,
            "start": _in_utc(start),
            "end": _in_utc(start + timedelta(hours=1)),
            "summary": "Product Manager Interview at Globex",
        },
        "participants": [{"sub": "acc_5ba21743f408617d1269ea1e"}],
        "user": {"tzid": "Europe/London"},
    }


_EVENT_ID = "qTtZdczOccgaPncGJaCiLg"
_ZOOM = {"provider_name": "zoom", "join_url": "https://zoom.us/00001111-222"}


def _of_channel(setting: Setting, notification: Body) -> Body:
    channel = {"channel_id": setting.channel_id, "callback_url": setting.callback_url, "filters": {}}
    return {"notification": notification, "channel": channel}


def _of_event(interaction: str, event: Body) -> Body:
    return {"notification": {"type": "event_subscription", "interactions": [{"type": interaction}]}, "event": event}


def _board_meeting(setting: Setting) -> Body:
    return _event(setting, "Board meeting", description="Discuss plans for the next quarter.")


def _event(setting: Setting, summary: str, **details: object) -> Body:
    start = setting.now.replace(second=0, microsecond=0) + timedelta(minutes=5)
    return {
        "event_id": _EVENT_ID,
        "summary": summary,
        **details,
        "start": to_utc_seconds(start),
        "end": to_utc_seconds(start + timedelta(hours=1)),
    }


def _in_utc(moment: datetime) -> Body:
    return {"time": to_utc_seconds(moment), "tzid": "Etc/UTC"}


def _next_day(setting: Setting) -> datetime:
    return setting.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


def _ago(setting: Setting, *, seconds: int) -> datetime:
    return setting.now - timedelta(seconds=seconds)
