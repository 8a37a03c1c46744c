"""What `why` says of each cause, whole: as text for people, as rows and as JSON, byte for byte.

A case is evidence made by hand; its golden file has the name of its function. `CRONOFY_WRITE_GENERATED=1` writes them.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from cronofy_cli.core.accounts.contexts import ContextAccount
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.autopsy import Cause as SignatureCause
from cronofy_cli.core.autopsy import Confidence, Finding
from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import HistoryUnavailable, NotAllowed, NotSignedIn, TimeLimitReached, Unreachable
from cronofy_cli.evidence.account import Place
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.why.conclusion import CauseCode
from cronofy_cli.why.documents import ConclusionDocument
from cronofy_cli.why.evidence import ContextChannels, Question, RunElsewhere
from cronofy_cli.why.rank import conclude
from cronofy_cli.why.view import show_conclusion
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput
from tests.why.evidences import (
    ACCESS,
    CALENDARS,
    HEALTHY,
    JANE,
    LISTENER_URL,
    URL,
    Opened,
    changes,
    channel,
    check,
    delivery,
    event,
    forward,
    gap,
    history,
    live,
    profile,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.why.evidence import Evidence

GOLDEN: Final = Path(__file__).parent / "golden"
INVALID, UNSIGNED = SignatureState.INVALID, SignatureState.UNSIGNED
OTHER_URL: Final = "https://other.example.com/hook?tenant=4"
SIMULATOR: Final = Place(data_center_at("http://127.0.0.1:8765", name="simulator"), "CRONOFY_DATA_CENTER")


def told(hours_ago: float = 0.5, **others: object) -> object:
    """Return a delivery that tells of the changes of the last two hours."""
    return delivery(hours_ago, changes_since="2026-11-22T10:30:00Z", **others)  # type: ignore[arg-type]


def signature(cause: SignatureCause, label: str | None = None) -> Finding:
    """Return a diagnosis of a signature."""
    return Finding(cause, "the explanation", "the fix", ("line one", "line two"), Confidence.PROVEN, label)


# The account.


def context_mismatch() -> Evidence:
    access = replace(ACCESS, token_source=None, context_data_center="de")
    return replace(HEALTHY, access=access, account=NotSignedIn("no token is known"), channels=None, probes=None)


def token_rejected() -> Evidence:
    return replace(HEALTHY, account=NotSignedIn("Cronofy rejected the token", hint="sign in"), channels=None, probes={})


def channels_not_in_the_plan() -> Evidence:
    return replace(HEALTHY, channels=NotAllowed("payment required"), channels_status=402)


def scope_missing() -> Evidence:
    account = replace(JANE, scope="create_event delete_event")
    return replace(HEALTHY, account=account, channels=NotAllowed("forbidden"), channels_status=403)


def personal_token() -> Evidence:
    return replace(HEALTHY, channels=NotAllowed("forbidden"), channels_status=403)


def service_account() -> Evidence:
    return replace(HEALTHY, account=replace(JANE, type="service_account", profiles=()))


def other_account_with_a_channel() -> Evidence:
    return replace(HEALTHY, access=replace(ACCESS, context_account=ContextAccount("acc_ada", "ada@company.com")))


def other_account_asked_about_a_channel() -> Evidence:
    access = replace(ACCESS, token_source="CRONOFY_ACCESS_TOKEN", context_account=ContextAccount("acc_ada"))
    return replace(HEALTHY, access=access, question=Question("chn_ada"), probes={})


def other_account_without_a_channel() -> Evidence:
    access = replace(ACCESS, context_account=ContextAccount("acc_ada", "ada@company.com"))
    return replace(HEALTHY, access=access, channels=(), account=replace(JANE, email=None), probes={})


def no_profile() -> Evidence:
    return replace(HEALTHY, account=replace(JANE, profiles=()))


def profile_disconnected_of_two() -> Evidence:
    lost = profile("google", profile_connected=False, profile_relink_url="https://app.cronofy.com/relink/1")
    return replace(HEALTHY, account=replace(JANE, profiles=(lost, profile("apple"))))


def profile_disconnected_alone() -> Evidence:
    lost = profile("google", profile_connected=False)
    account = replace(JANE, profiles=(lost, profile("apple")))
    return replace(HEALTHY, account=account, channels=(channel("chn_1", URL, "cal_work"),))


def profile_disconnected_with_the_asked_event() -> Evidence:
    account = replace(JANE, profiles=(profile("google", profile_connected=False), profile("apple")))
    return replace(HEALTHY, account=account, question=Question(event="Lunch"), event=(event(),))


def profile_disconnected_after_the_asked_event_was_notified() -> Evidence:
    return replace(profile_disconnected_with_the_asked_event(), history=history(told()))  # type: ignore[arg-type]


def profile_disconnected_that_the_channel_leaves_out() -> Evidence:
    account = replace(JANE, profiles=(profile("google"), profile("apple", profile_connected=False)))
    return replace(HEALTHY, account=account, channels=(channel("chn_1", URL, "cal_work"),))


def initial_sync_incomplete() -> Evidence:
    late = profile("apple", profile_initial_sync_required=True)
    return replace(HEALTHY, account=replace(JANE, profiles=(profile("google"), late)))


# The channel.


def closed_after_failures() -> Evidence:
    failed = [delivery(23 - 11 * number, 503, number=number + 1) for number in range(3)]
    return replace(HEALTHY, channels=(), question=Question("chn_1"), history=history(*failed), probes={})


def closed_after_failures_that_go_on() -> Evidence:
    created = KnownRuns(created=(Opened((URL,), ("chn_1",)),))
    return replace(HEALTHY, channels=(), runs=created, probes={URL: (check("server_error"),)})


def closed_after_the_listener_ended() -> Evidence:
    opened = Opened(("https://first.example.com/", LISTENER_URL), ("chn_1",))
    return replace(HEALTHY, channels=(), runs=KnownRuns(abandoned=(opened,)), probes={})


def channel_closed_with_few_failures() -> Evidence:
    failed = [delivery(hours, 503, number=number) for number, hours in enumerate((12, 1), 1)]
    return replace(HEALTHY, channels=(), question=Question("chn_1"), history=history(*failed), probes={})


def closed_after_half_a_day_of_failures() -> Evidence:
    failed = [delivery(hours, 503, number=number) for number, hours in enumerate((13, 1), 1)]
    return replace(HEALTHY, channels=(), question=Question("chn_1"), history=history(*failed), probes={})


def channel_closed_after_a_success() -> Evidence:
    received = [delivery(23 - 11 * number, status, number=number + 1) for number, status in enumerate((503, 503, 200))]
    return replace(HEALTHY, channels=(), question=Question("chn_1"), history=history(*received), probes={})


def channel_closed_with_one_failure() -> Evidence:
    return replace(HEALTHY, channels=(), question=Question(url=URL), history=history(delivery(1, 300)), probes={})


def channels_of_deliveries_that_are_not_signed() -> Evidence:
    received = history(delivery(2, 401, INVALID), delivery(1, 401, UNSIGNED, channel_id=None))
    return replace(HEALTHY, channels=(), question=Question("chn_1"), history=received, probes={})


def channel_closed_unasked() -> Evidence:
    return replace(HEALTHY, channels=(), runs=KnownRuns(created=(Opened((URL,), ("chn_1",)),)), probes={})


def channel_closed_while_a_listener_ran() -> Evidence:
    closed = gap(90, 5, "the channel chn_1 is gone: Cronofy or somebody else closed it")
    return replace(
        HEALTHY,
        question=Question("chn_1"),
        channels=(channel("chn_2"),),
        runs=live("chn_1"),
        history=history(gaps=(closed,)),
    )


def channel_unknown() -> Evidence:
    return replace(HEALTHY, question=Question("chn_9"), channels=(channel(), channel("chn_2")), probes={})


def channel_unknown_where_none_is_open() -> Evidence:
    return replace(HEALTHY, question=Question("chn_9"), channels=(), probes={})


def no_channel() -> Evidence:
    return replace(HEALTHY, channels=(), probes={})


def url_without_channel() -> Evidence:
    return replace(
        HEALTHY, question=Question(url="https://example.com/"), channels=(channel(), channel("chn_2")), probes={}
    )


def url_without_any_channel() -> Evidence:
    return replace(HEALTHY, question=Question(url="https://example.com/"), channels=(), probes={})


def url_of_another_channel() -> Evidence:
    return replace(HEALTHY, question=Question("chn_1", "https://example.com/"), probes={})


# Elsewhere.


def other_data_center_by_a_delivery() -> Evidence:
    deliveries = (
        delivery(30, number=6, context="de", channel_id="chn_9"),
        delivery(3, number=7, context="de", channel_id="chn_9"),
    )
    return replace(HEALTHY, question=Question("chn_9"), history=history(*deliveries), probes={})


def other_data_center_by_a_run() -> Evidence:
    runs = (RunElsewhere("de", ("chn_8", "chn_9"), (URL,), is_live=False),)
    return replace(HEALTHY, question=Question("chn_9"), runs_elsewhere=runs, probes={})


def other_data_center_by_a_live_run() -> Evidence:
    runs = (
        RunElsewhere("de", ("chn_8",), (URL,), is_live=True),
        RunElsewhere("us", ("chn_7",), (URL,), is_live=False),
    )
    return replace(HEALTHY, channels=(), runs_elsewhere=runs, probes={})


def other_data_center_by_the_url_of_a_run() -> Evidence:
    runs = (
        RunElsewhere("de", ("chn_8",), (OTHER_URL,), is_live=False),
        RunElsewhere("us", ("chn_7",), (URL,), is_live=True),
    )
    return replace(HEALTHY, question=Question(url=OTHER_URL), runs_elsewhere=runs, probes={})


def other_data_center_by_a_context() -> Evidence:
    seen = ContextChannels("my acme", "de", (channel("chn_8"), channel("chn_9")))
    return replace(HEALTHY, question=Question("chn_9"), other_contexts=(seen,), probes={})


def other_data_center_by_the_url_in_a_context() -> Evidence:
    seen = ContextChannels(
        "acme", "de", (channel("chn_7", URL), channel("chn_8", OTHER_URL), channel("chn_9", OTHER_URL))
    )
    question = Question(url=OTHER_URL.partition("?")[0])
    return replace(HEALTHY, question=question, other_contexts=(seen,), probes={})


def other_application_by_a_context() -> Evidence:
    seen = ContextChannels("my acme", "uk", (channel("chn_8"), channel("chn_9")))
    return replace(HEALTHY, question=Question("chn_9"), other_contexts=(seen,), probes={})


def other_application_of_a_former_channel() -> Evidence:
    seen = ContextChannels("acme", "uk", (channel("chn_8"), channel("chn_1")))
    runs = KnownRuns(created=(Opened((URL,), ("chn_1",)),))
    return replace(HEALTHY, channels=(), runs=runs, other_contexts=(seen,), probes={})


def other_application_by_a_signature() -> Evidence:
    finding = signature(SignatureCause.OTHER_CONTEXT_SECRET, "main of the context my acme")
    received = history(delivery(1, 401, INVALID, 4), diagnoses={4: finding})
    return replace(HEALTHY, history=received)


def other_application_by_a_secret_of_the_environment() -> Evidence:
    finding = signature(SignatureCause.OTHER_CONTEXT_SECRET, "CRONOFY_CLIENT_SECRET")
    received = history(
        delivery(2, 401, INVALID, 3), delivery(1, 401, INVALID, 4, channel_id=None), diagnoses={3: finding, 4: finding}
    )
    return replace(HEALTHY, channels=(), history=received, probes={})


# Filters and events.


def filter_calendar_gone() -> Evidence:
    calendars = (*CALENDARS, replace(CALENDARS[0], calendar_id="cal_old", calendar_name="Old", calendar_deleted=True))
    return replace(HEALTHY, channels=(channel("chn_1", URL, "cal_old"),), calendars=calendars)


def filter_calendars_gone_in_part() -> Evidence:
    limited = channel("chn_1", URL, "cal_a", "cal_work", "cal_b", only_managed=True)
    return replace(HEALTHY, channels=(limited,), changes=changes(event(calendar_id="cal_home")))


def filter_calendar_readonly() -> Evidence:
    return replace(HEALTHY, channels=(channel("chn_1", URL, "cal_holidays", only_managed=True),))


def filter_calendar_readonly_beside_another() -> Evidence:
    return replace(HEALTHY, channels=(channel("chn_1", URL, "cal_holidays"), channel("chn_2")))


def filter_calendar_readonly_that_changes_all_the_same() -> Evidence:
    limited = channel("chn_1", URL, "cal_holidays")
    return replace(HEALTHY, channels=(limited,), changes=changes(event(calendar_id="cal_holidays")))


def filter_excludes_the_asked_event() -> Evidence:
    limited = channel("chn_1", URL, "cal_work", only_managed=True)
    home = event(calendar_id="cal_home")
    return replace(HEALTHY, channels=(limited,), question=Question(event="lunch"), event=(home,), changes=changes(home))


def filter_excludes_changes() -> Evidence:
    many = [event(f"Lunch {number}", "cal_home") for number in range(5)] + [event("Party", "cal_family")]
    return replace(HEALTHY, channels=(channel("chn_1", URL, "cal_work"),), changes=changes(*many))


def filter_excludes_a_change_of_an_unknown_time() -> Evidence:
    home = event(calendar_id="cal_elsewhere", updated=None)
    return replace(HEALTHY, channels=(channel("chn_1", URL, "cal_work"),), changes=changes(home))


def filter_lets_something_through() -> Evidence:
    limited = channel("chn_1", URL, "cal_work")
    return replace(HEALTHY, channels=(limited,), changes=changes(event(calendar_id="cal_home"), event("Call")))


def only_managed_and_nothing_changed() -> Evidence:
    return replace(HEALTHY, channels=(channel(only_managed=True),))


def only_managed_and_the_asked_event() -> Evidence:
    return replace(HEALTHY, channels=(channel(only_managed=True),), question=Question(event="Lunch"), event=(event(),))


def only_managed_and_other_calendars_changed() -> Evidence:
    limited = channel("chn_1", URL, "cal_work", only_managed=True)
    return replace(HEALTHY, channels=(limited,), changes=changes(event(calendar_id="cal_home"), event("Call")))


def event_unknown() -> Evidence:
    return replace(HEALTHY, question=Question(event="Lunch"), event=())


def event_after_the_window() -> Evidence:
    far = event("Far away", start="2027-06-11", end="2027-06-12")
    return replace(HEALTHY, question=Question(event="far away"), event=(far,))


def event_before_the_window() -> Evidence:
    past = event("Long ago", start="2026-10-09", end="2026-10-10")
    return replace(HEALTHY, question=Question(event="long ago"), event=(past,))


def event_at_the_first_day_of_the_window() -> Evidence:
    first = event("Just in", start="2026-10-10", end="2026-10-11")
    return replace(HEALTHY, question=Question(event="just in"), event=(first,))


def event_entered_the_window() -> Evidence:
    entered = event("Trip", start="2027-06-10", end="2027-06-11", updated="2026-11-20T09:08:07Z")
    return replace(HEALTHY, question=Question(event="Trip"), event=(entered,))


def event_changed_on_the_day_it_entered_the_window() -> Evidence:
    entered = event("Trip", start="2027-06-10", end="2027-06-11", updated="2026-11-22T00:00:01Z")
    return replace(HEALTHY, question=Question(event="Trip"), event=(entered,))


def own_change_of_the_asked_event() -> Evidence:
    own = event("Booking", event_id="booking-42", updated="2026-11-22T10:00:00Z")
    return replace(HEALTHY, question=Question(event="booking-42"), event=(own,))


def own_change_of_an_event_that_was_edited() -> Evidence:
    own = event("Booking", event_id="booking-42")
    return replace(HEALTHY, access=replace(ACCESS, place=SIMULATOR), question=Question(event="Booking"), event=(own,))


def own_changes_only() -> Evidence:
    many = [event(f"Booking {number}", event_id=f"booking-{number}") for number in range(6)]
    return replace(HEALTHY, changes=changes(*many))


def event_notified_within_the_next_second() -> Evidence:
    last = event(updated="2026-11-22T11:30:01Z")
    return replace(HEALTHY, question=Question(event="Lunch"), event=(last,), history=history(told()))  # type: ignore[arg-type]


def event_notified_from_its_second_on() -> Evidence:
    first = event(updated="2026-11-22T10:30:00Z")
    return replace(HEALTHY, question=Question(event="Lunch"), event=(first,), history=history(told()))  # type: ignore[arg-type]


def event_changed_after_the_last_delivery() -> Evidence:
    late = event(updated="2026-11-22T11:30:02Z")
    return replace(HEALTHY, question=Question(event="Lunch"), event=(late,), history=history(told()))  # type: ignore[arg-type]


def event_notified_with_a_wrong_signature_or_no_time() -> Evidence:
    received = history(told(state=INVALID, status=200), delivery(0.4, changes_since="soon"), delivery(0.3))  # type: ignore[arg-type]
    return replace(HEALTHY, question=Question(event="Lunch"), event=(event(),), history=received)


def event_in_another_zone() -> Evidence:
    tokyo = replace(JANE, zoneinfo="Asia/Tokyo")
    moment = event("Call", start="2027-06-11T14:59:59Z", end="2027-06-11T15:30:00Z")
    return replace(
        HEALTHY, now=HEALTHY.now + timedelta(hours=3), account=tokyo, question=Question(event="Call"), event=(moment,)
    )


def event_in_a_zone_that_is_not_known() -> Evidence:
    nowhere = replace(JANE, zoneinfo="Mars/Olympus")
    moment = event("Call", start="2027-06-11T00:00:00Z", end="2027-06-11T01:00:00Z")
    return replace(HEALTHY, account=nowhere, question=Question(event="Call"), event=(moment,))


def event_without_times() -> Evidence:
    odd = event("Odd", start=None, end=None, updated=None, created=None)
    return replace(HEALTHY, question=Question(event="Odd"), event=(odd,))


def deleted_event_at_the_edge_of_the_window() -> Evidence:
    entered = event("Trip", start="2027-06-10", end="2027-06-11", updated="2026-11-20T09:08:07Z", deleted=True)
    return replace(HEALTHY, question=Question(event="Trip"), event=(entered,))


# Listeners.


def listener_gone() -> Evidence:
    left = channel(url=LISTENER_URL)
    runs = KnownRuns(abandoned=(Opened((LISTENER_URL,), ("chn_1",)),))
    return replace(HEALTHY, channels=(left,), runs=runs, probes={LISTENER_URL: (check("connection_refused"),)})


def tunnel_gone_of_a_listener_that_runs() -> Evidence:
    found = {LISTENER_URL: (check("not_a_listener"),)}
    return replace(HEALTHY, channels=(channel(url=LISTENER_URL),), runs=live("chn_1"), probes=found)


def tunnel_gone_of_another_machine() -> Evidence:
    found = {LISTENER_URL: (check("not_a_listener"),)}
    return replace(HEALTHY, channels=(channel(url=LISTENER_URL),), probes=found)


def listener_interrupted() -> Evidence:
    gaps = (gap(300, 1, "this machine slept"), gap(70, 20))
    received = history(delivery(2, url=LISTENER_URL), gaps=gaps)
    changed = changes(
        event("Early", updated="2026-11-22T10:00:00Z"), event(), event("Later", updated="2026-11-22T11:05:00Z")
    )
    return replace(
        HEALTHY, channels=(channel(url=LISTENER_URL),), runs=live("chn_1"), history=received, changes=changed
    )


def listener_interrupted_and_notified_later() -> Evidence:
    received = history(told(url=LISTENER_URL), gaps=(gap(70, 20),))  # type: ignore[arg-type]
    return replace(
        HEALTHY, channels=(channel(url=LISTENER_URL),), runs=live("chn_1"), history=received, changes=changes(event())
    )


def listener_interrupted_on_another_machine() -> Evidence:
    received = history(gaps=(gap(70, 20),))
    return replace(HEALTHY, history=received, changes=changes(event()))


# The callback URL.


def callback(code: str, state: CheckState = CheckState.FAILED, *evidence: tuple[str, str]) -> Evidence:
    return replace(HEALTHY, channels=(channel(), channel("chn_2")), probes={URL: (check(code, state, *evidence),)})


def callback_asked_by_its_url() -> Evidence:
    return replace(callback("no_handler"), question=Question(url=URL))


def callback_that_is_fine_with_a_warning() -> Evidence:
    return callback("expires_soon", CheckState.WARNING)


def callback_not_public() -> Evidence:
    return callback("not_public", CheckState.FAILED, ("channel_id", "chn_1"), ("channel_id", "chn_2"))


def callback_name_not_resolved() -> Evidence:
    return callback("name_not_resolved", CheckState.FAILED, ("failure", "name_not_resolved"), ("reason", "no address"))


def callback_unreachable_behind_a_proxy() -> Evidence:
    return replace(callback("connection_timed_out"), access=replace(ACCESS, is_behind_proxy=True))


def callback_unreachable() -> Evidence:
    return callback("connection_refused")


def callback_tls() -> Evidence:
    return callback("certificate_expired", CheckState.FAILED, ("failure", "certificate_expired"))


def callback_timeout() -> Evidence:
    return callback("answer_timed_out")


def callback_slow() -> Evidence:
    return callback("slow", CheckState.WARNING, ("duration_ms", "3000"))


def callback_no_response() -> Evidence:
    return callback("connection_closed")


def callback_redirects_to_an_unsigned_probe() -> Evidence:
    return replace(callback("redirect"), access=replace(ACCESS, has_client_secret=False))


def callback_no_handler() -> Evidence:
    return callback("no_handler")


def callback_fails() -> Evidence:
    return callback("server_error")


def callback_rejects_signature() -> Evidence:
    return callback("rejects_correct_signature")


def callback_of_an_address_without_channel() -> Evidence:
    probes = {"https://example.com/": (check("no_handler"),)}
    asked = replace(HEALTHY, question=Question(url="https://example.com/"), probes=probes)
    return replace(asked, account=Unreachable("no way to Cronofy"), channels=None)


# What was received.


def signature_rejected() -> Evidence:
    received = history(
        delivery(3, 200), delivery(1, 401, INVALID, 2), diagnoses={2: signature(SignatureCause.HEADER_HEX)}
    )
    return replace(HEALTHY, history=received)


def signature_rejected_without_a_diagnosis() -> Evidence:
    return replace(HEALTHY, history=history(delivery(24, 401, UNSIGNED, 2)))


def signature_rejected_long_ago() -> Evidence:
    return replace(HEALTHY, history=history(delivery(24.001, 401, UNSIGNED, 2)))


def signature_wrong_and_accepted() -> Evidence:
    return replace(HEALTHY, history=history(delivery(1, 200, INVALID, 2)))


def responses_fail() -> Evidence:
    return replace(HEALTHY, history=history(delivery(2, 200), delivery(1, 503, number=2)))


def forwards_fail() -> Evidence:
    tried = (
        forward(1, 200, hours_ago=3),
        forward(2, 500, hours_ago=2),
        forward(2, None, number=2, failure=Failure.CONNECTION_REFUSED, reason="nothing listens there"),
        forward(2, 503, target="gopher://other", hours_ago=25),
        forward(9, 500, target="gopher://third"),
    )
    return replace(HEALTHY, history=history(delivery(3), delivery(2, number=2), forwards=tried))


# The rest of the conclusion.


def nothing_wrong() -> Evidence:
    return HEALTHY


def nothing_wrong_with_everything_seen() -> Evidence:
    lost = replace(JANE, email=None, profiles=(profile("google"),))
    limited = (channel("chn_1", URL, "cal_work", "cal_unknown"), channel("chn_2", URL, only_managed=True))
    calendars = (*CALENDARS, replace(CALENDARS[0], calendar_id="cal_unknown", calendar_name=""))
    received = history(delivery(3, number=1), told(number=2), gaps=(gap(70, 1),))  # type: ignore[arg-type]
    return replace(
        HEALTHY,
        account=lost,
        channels=(*limited, channel("chn_3", OTHER_URL)),
        calendars=calendars,
        question=Question(url=URL, event="Lunch"),
        event=(event(), event("Lunch", "cal_home")),
        changes=changes(event(), event("Call"), is_complete=False),
        history=received,
    )


def nothing_could_be_asked() -> Evidence:
    late = TimeLimitReached("Cronofy did not respond within 6 s")
    return replace(HEALTHY, account=late, channels=None, calendars=None, changes=None, probes={})


def channels_could_not_be_asked() -> Evidence:
    late = TimeLimitReached("Cronofy did not respond within 6 s")
    return replace(HEALTHY, channels=late, probes={})


def much_could_not_be_checked() -> Evidence:
    late = TimeLimitReached("Cronofy did not respond within 6 s")
    tried = (
        Check("callback_reachable", CheckState.OK, "accepts connections", URL),
        Check("callback_tls", CheckState.SKIPPED, "the address is http", URL),
        Check("callback_response", CheckState.SKIPPED, "not tried, as 8 others were", URL, hint="ask about one"),
    )
    return replace(
        HEALTHY,
        access=replace(ACCESS, has_client_secret=False, is_behind_proxy=True),
        calendars=late,
        changes=late,
        event=late,
        history=HistoryUnavailable("the history is locked", hint="end the program that holds it"),
        other_contexts=(ContextChannels("other", "de", NotSignedIn("no token", hint="sign in")),),
        probes={URL: tried},
    )


def nothing_was_probed() -> Evidence:
    return replace(HEALTHY, access=replace(ACCESS, place=SIMULATOR), probes=None)


def a_change_that_is_still_to_come() -> Evidence:
    return replace(HEALTHY, history=history(delivery(3)), changes=changes(event()))


def a_clock_that_is_ahead() -> Evidence:
    ahead = timedelta(days=2)
    late = delivery(-47.99, changes_since="2026-11-22T10:59:00Z")
    return replace(
        HEALTHY,
        now=HEALTHY.now + ahead,
        ahead=ahead,
        history=history(late),
        question=Question(event="Lunch"),
        event=(event(),),
    )


@pytest.fixture(autouse=True)
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine is where it is another day: only the account's zone counts."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Honolulu")
        time.tzset()
        yield
    time.tzset()


CASES: Final = [
    case
    for name, case in list(globals().items())
    if callable(case) and getattr(case, "__module__", "") == __name__ and case.__annotations__ == {"return": "Evidence"}
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_everything_that_is_said(case: Callable[[], Evidence]) -> None:
    """Causes, evidence, subjects, fixes and coverage are what they were, for people, in a pipe and for programs."""
    conclusion = conclude(case())

    text, rows = MemoryOutput(OutputFormat.TABLE), MemoryOutput(OutputFormat.TSV)
    show_conclusion(text.output, conclusion)
    show_conclusion(rows.output, conclusion)
    document = msgspec.json.format(ConclusionDocument.of(conclusion).encode(), indent=2)
    check_golden(f"{case.__name__}.txt", text.stdout.content, GOLDEN)
    check_golden(f"{case.__name__}.tsv", rows.stdout.content, GOLDEN)
    check_golden(f"{case.__name__}.json", document + b"\n", GOLDEN)


def test_every_cause_has_a_case() -> None:
    """No cause is without a golden file."""
    found = [
        cause.code for case in CASES for given in [conclude(case())] for cause in (*given.causes, *given.worth_knowing)
    ]

    assert set(CauseCode) - set(found) == set()


def test_no_file_is_left_behind() -> None:
    """Each golden file belongs to a case."""
    assert {path.stem for path in GOLDEN.iterdir()} == {case.__name__ for case in CASES}
