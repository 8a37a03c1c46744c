"""Looking at the API's answers: calls that change nothing, or whose channels are closed at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import httpx

    from tests.live.facts import Report

EVENTS = "/v1/events"
CHANNELS = "/v1/channels"
LONGER_THAN_128 = "x" * 130
MONTHS_AHEAD = {"from": "2099-01-01", "to": "2099-01-31"}
DOCUMENTED_EVENT_FIELDS = {
    *("calendar_id", "event_uid", "event_id", "google_event_id", "summary", "description", "start", "end", "deleted"),
    *("created", "updated", "location", "participation_status", "attendees", "organizer", "transparency"),
    *("extended_transparency", "status", "categories", "recurring", "series_identifier", "event_private", "options"),
    *("meeting_url", "conferencing"),
}


def look_at_answers(api: httpx.Client, report: Report) -> None:
    """Ask what can be asked of anybody's account without changing it."""
    refused = api.get("/v1/userinfo", headers={"Authorization": "Bearer wrong"})
    challenge = refused.headers.get("WWW-Authenticate", "")
    scheme = challenge.partition(" ")[0] or "no WWW-Authenticate"
    body = "a body" if refused.content else "empty body"
    report.note("unauthorized", f"{refused.status_code}, {body}, {scheme}")
    names = [each for each in api.get("/v1/userinfo").headers if re.search(r"request-?id|rate|retry", each)]
    report.note("answer_headers", ", ".join(names) or "none")
    report.note("no_tzid", outcome(api.get(EVENTS)))
    report.note("date_only", outcome(api.get(EVENTS, params={"tzid": "Etc/UTC", "last_modified": "2020-01-01"})))
    beyond = api.get(EVENTS, params={"tzid": "Etc/UTC", **MONTHS_AHEAD})
    report.note("beyond_window", f"{outcome(beyond)}{_count(beyond)}")
    _look_at_a_page(api, report)


def _look_at_a_page(api: httpx.Client, report: Report) -> None:
    answer = api.get(EVENTS, params={"tzid": "Etc/UTC"})
    document = answer.json()
    events = document["events"]
    total = document["pages"]["total"]
    report.note("page", f"{len(events)} events on the first of {total}")
    starts = [str(each["start"]) for each in events]
    report.note("order", "by start" if starts == sorted(starts) else "not by start")
    unknown = sorted({name for each in events for name in each} - DOCUMENTED_EVENT_FIELDS)
    report.note("event_fields", ", ".join(unknown) or "none")


def look_at_channels(api: httpx.Client, report: Report, callback_url: str, channel_id: str) -> None:
    """Ask for channels that cannot be, or that are odd. What is opened is closed at once."""
    own = next(each for each in api.get(CHANNELS).json()["channels"] if each["channel_id"] == channel_id)
    report.note("channel_fields", ", ".join(sorted(own)))
    filters = {"filters": {"calendar_ids": ["cal_none_none"]}}
    for key, wanted in {
        "no_callback_url": {},
        "unknown_calendar": {"callback_url": callback_url, **filters},
        "loopback_url": {"callback_url": "http://localhost:9/cronofy"},
        "long_url": {"callback_url": f"{callback_url}?{LONGER_THAN_128}"},
    }.items():
        answer = api.post(CHANNELS, json=wanted)
        report.note(key, outcome(answer))
        close_again(api, answer, channel_id)


def close_again(api: httpx.Client, answer: httpx.Response, channel_id: str) -> None:
    """Close a channel that a call has opened, unless it is the listener's own."""
    if answer.is_success and (opened := answer.json()["channel"]["channel_id"]) != channel_id:
        api.delete(f"{CHANNELS}/{opened}")


def outcome(answer: httpx.Response) -> str:
    """Return a status, with the keys of the errors that it names; never a value that somebody wrote."""
    if answer.is_success:
        return f"{answer.status_code}, accepted"
    try:
        errors: dict[str, list[dict[str, Any]]] = msgspec.json.decode(answer.content)["errors"]
        named = [f"{name}: {each['key']}" for name, found in errors.items() for each in found]
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{answer.status_code}, {'a body that has no errors' if answer.content else 'empty body'}"
    return f"{answer.status_code}, {', '.join(named)}"


def _count(answer: httpx.Response) -> str:
    return f", {len(answer.json()['events'])} events" if answer.is_success else ""
