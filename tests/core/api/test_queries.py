"""The parameters of Read Events and Free/Busy."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.queries import EventsQuery, FreeBusyQuery, change_query
from cronofy_cli.core.notifications.notification import Notification

EVERY_EVENTS_PARAMETER = {
    "tzid",
    "from",
    "to",
    "include_managed",
    "only_managed",
    "include_deleted",
    "include_moved",
    "last_modified",
    "calendar_ids[]",
    "localized_times",
    "include_geo",
    "google_event_ids",
}


def test_only_what_is_set_is_sent() -> None:
    """A query with nothing but its zone sends nothing else: Cronofy's defaults apply."""
    assert EventsQuery("Etc/UTC").parameters() == [("tzid", "Etc/UTC")]
    assert FreeBusyQuery("Etc/UTC").parameters() == [("tzid", "Etc/UTC")]


def test_every_events_parameter() -> None:
    """Each parameter of Read Events is sent under its own name, calendars one by one, booleans as words."""
    query = EventsQuery(
        "Europe/London",
        from_="2026-04-01",
        to="2026-05-01",
        calendar_ids=("cal_1", "cal_2"),
        last_modified="2026-04-19T09:24:16Z",
        include_managed=True,
        only_managed=False,
        include_deleted=True,
        include_moved=False,
        localized_times=True,
        include_geo=True,
        google_event_ids=False,
    )

    sent = query.parameters()

    assert sent[:5] == [
        ("tzid", "Europe/London"),
        ("from", "2026-04-01"),
        ("to", "2026-05-01"),
        ("calendar_ids[]", "cal_1"),
        ("calendar_ids[]", "cal_2"),
    ]
    assert {name for name, _ in sent} == EVERY_EVENTS_PARAMETER
    assert dict(sent)["include_managed"] == "true"
    assert dict(sent)["only_managed"] == "false"
    assert dict(sent)["last_modified"] == "2026-04-19T09:24:16Z"


def test_every_free_busy_parameter() -> None:
    """Each parameter of Free/Busy is sent under its own name."""
    names = set(FreeBusyQuery._fields) - {"from_", "calendar_ids"} | {"from", "calendar_ids[]"}
    query = FreeBusyQuery(
        "Etc/UTC",
        from_="2026-04-01",
        to="2026-05-01",
        calendar_ids=("cal_1",),
        last_modified="2026-04-19T09:24:16Z",
        include_managed=True,
        include_ids=True,
        include_free=True,
        include_deleted=True,
        localized_times=False,
    )

    assert {name for name, _ in query.parameters()} == names


@given(since=st.text(), calendar_ids=st.lists(st.text(min_size=1)).map(tuple), only_managed=st.booleans())
def test_change_query(since: str, calendar_ids: tuple[str, ...], only_managed: bool) -> None:
    """A change is read with `changes_since` untouched, within the channel's filters, and nothing is left out."""
    notification = Notification(
        type="change", changes_since=since, calendar_ids=calendar_ids, only_managed=only_managed, is_json=True
    )

    sent = change_query(notification, "Europe/London").parameters()

    assert ("tzid", "Europe/London") in sent
    assert ("last_modified", since) in sent
    assert tuple(value for name, value in sent if name == "calendar_ids[]") == calendar_ids
    assert {("include_deleted", "true"), ("include_moved", "true"), ("include_managed", "true")} <= set(sent)
    assert (("only_managed", "true") in sent) is only_managed


def test_imports_stay_light() -> None:
    """Help and completion can look at the queries without loading a JSON or HTTP library."""
    program = "import sys, cronofy_cli.core.api.queries; print(sorted({'msgspec', 'httpx', 'rich'} & set(sys.modules)))"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"
