"""States of events for tests of what changed."""

from __future__ import annotations

import json
from typing import Any

CREATED = "2026-01-05T08:00:00Z"
UPDATED = "2026-01-05T09:00:00Z"


def event_state(event_uid: str = "evt_1", **fields: Any) -> bytes:
    """Return an event as Read Events gives it; `fields` replace or join the usual ones."""
    usual = {
        "calendar_id": "cal_work",
        "event_uid": event_uid,
        "summary": "Sales call",
        "description": "",
        "start": "2026-10-20T09:00:00Z",
        "end": "2026-10-20T10:00:00Z",
        "deleted": False,
        "created": CREATED,
        "updated": UPDATED,
        "participation_status": "accepted",
        "attendees": [],
        "transparency": "opaque",
        "status": "confirmed",
        "categories": [],
        "recurring": False,
        "event_private": False,
    }
    return json.dumps(usual | fields).encode()


def later(second: int) -> str:
    """Return an `updated` so many seconds after the usual one."""
    return f"2026-01-05T{9 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def localized(time: str, tzid: str) -> dict[str, str]:
    """Return a time as `localized_times` gives it."""
    return {"time": time, "tzid": tzid}
