"""Single causes, from evidence made by hand: what decides between one and another, and what is no cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.errors import HistoryUnavailable, NotAllowed
from cronofy_cli.why.causes.channels import former_channels
from cronofy_cli.why.conclusion import CauseCode
from cronofy_cli.why.evidence import Question
from tests.why.evidences import HEALTHY, JANE, URL, Opened, causes_in, channel, delivery, event, history


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        *(
            (f"create_calendar {scope}", CauseCode.PERSONAL_TOKEN)
            for scope in (
                *("read_events", "read_only", "read_write", "list_calendars"),
                *("free_busy", "free_busy_write", "read_free_busy"),
            )
        ),
        ("create_event delete_event read_account", CauseCode.SCOPE_MISSING),
        ("", CauseCode.SCOPE_MISSING),
    ],
)
def test_which_scopes_read_calendars(scope: str, code: CauseCode) -> None:
    """Where channels are not allowed, any of these scopes says that it is not for the scope."""
    evidence = replace(HEALTHY, channels=NotAllowed("forbidden"), account=replace(JANE, scope=scope))

    assert [cause.code for cause in causes_in(evidence)] == [code]


def test_the_newest_event_of_a_name_is_meant() -> None:
    """Of several with the asked title the one that was changed last says why nothing came."""
    own, older = event(event_id="own"), event(updated="2026-11-22T10:30:00Z")
    asked = replace(HEALTHY, question=Question(event="Lunch"))

    assert [cause.code for cause in causes_in(replace(asked, event=(own, older)))] == [CauseCode.OWN_CHANGE]
    assert causes_in(replace(asked, event=(older, own))) == []


@pytest.mark.parametrize(("type_", "is_blamed"), [("verification", True), ("change", False)])
def test_what_a_channel_of_read_only_calendars_notifies(type_: str, is_blamed: bool) -> None:
    """Calendars that their owner cannot edit change all the same, as a `change` shows; a verification does not."""
    received = delivery(1)
    received = received._replace(notification=received.notification._replace(type=type_))
    evidence = replace(HEALTHY, channels=(channel("chn_1", URL, "cal_holidays"),), history=history(received))

    codes = [cause.code for cause in causes_in(evidence)]
    assert codes == ([CauseCode.FILTER_CALENDAR_READONLY] if is_blamed else [])


def test_a_channel_of_another_data_center_is_known_by_its_own_deliveries() -> None:
    """What names no channel says nothing of one that was not asked about; without a history nothing is said."""
    nobodys = replace(HEALTHY, channels=(), history=history(delivery(1, channel_id=None, context="de")))
    unreadable = replace(HEALTHY, channels=(), history=HistoryUnavailable("damaged"), question=Question("chn_9"))

    for evidence in (nobodys, unreadable):
        assert CauseCode.OTHER_DATA_CENTER not in [cause.code for cause in causes_in(evidence)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(), ["chn_1", "chn_2"]),
        (Question("chn_2"), ["chn_2"]),
        (Question("chn_3"), []),
        (Question("chn_open"), []),
        (Question(url=URL), ["chn_1"]),
        (Question("chn_2", URL), []),
    ],
)
def test_which_former_channels_are_meant(question: Question, expected: list[str]) -> None:
    """Those that are no longer open, of the asked id and the asked address."""
    opened = (Opened((URL,), ("chn_1", "chn_open")), Opened(("https://other.example.com/",), ("chn_2",)))
    evidence = replace(HEALTHY, channels=(channel("chn_open"),), runs=KnownRuns(created=opened), question=question)

    assert [former.channel_id for former in former_channels(evidence)] == expected
