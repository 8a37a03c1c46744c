"""The order of a JSON document's keys: sorted, without duplicates, or as Cronofy's documentation shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOP = "(top)"

# The order in the published examples, by the key that holds the object
# (docs: /developers/api/push-notifications/, /developers/api/smart-invites/invite-callback/,
# /developers/embedded-scheduler/receiving-updates, /developers/api/meeting-agents/callbacks/).
_DOCUMENTED = {
    _TOP: ("notification", "channel", "smart_invite", "scheduling_request", "event", "meeting_agent", "participants"),
    "notification": ("type", "changes_since", "triggered_at", "scheduling_conversation_id", "interactions"),
    "channel": ("channel_id", "callback_url", "filters", "scheduling_conversations"),
    "filters": ("calendar_ids", "only_managed"),
    "smart_invite": ("smart_invite_id", "callback_url", "recipient", "reply"),
    "recipient": ("email", "status", "comment", "proposal"),
    "reply": ("email", "status", "comment", "proposal"),
    "proposal": ("start", "end"),
    "scheduling_request": (
        *("scheduling_request_id", "slot_selection", "primary_select_url", "dashboard_url", "recipient_operations"),
        *("summary", "duration", "recipients", "event"),
    ),
    "recipient_operations": ("view_url", "reschedule_url", "decline_url"),
    "recipients": ("email", "display_name", "select_url", "slot_selector"),
    "event": ("event_id", "summary", "description", "start", "end", "tzid", "conferencing", "meeting_agent"),
    "start": ("time", "tzid"),
    "end": ("time", "tzid"),
    "conferencing": ("provider_name", "join_url"),
    "meeting_agent": ("profile_id", "sub", "state", "resources"),
    "resources": ("category", "type", "url"),
}


def reordered(text: str) -> Iterator[str]:
    """Yield a document as compact JSON: without duplicate keys, then in the documented order, then sorted.

    Numbers come out as Python writes them. Nothing is yielded for what is not JSON.
    """
    try:
        document = json.loads(text)
        yield _compact(document)
        yield _compact(_documented(document, _TOP))
        yield _compact(document, sort_keys=True)
    except (ValueError, RecursionError):
        return


def _compact(document: object, *, sort_keys: bool = False) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)


def _documented(value: object, holder: str) -> object:
    if isinstance(value, list):
        return [_documented(item, holder) for item in value]
    if not isinstance(value, dict):
        return value
    order = [key for key in _DOCUMENTED.get(holder, ()) if key in value]
    order += [key for key in value if key not in order]
    return {key: _documented(value[key], key) for key in order}
