"""Causes that no simulator shows, from evidence made by hand: each is a function of it and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.accounts.data_centers import DataCenterId, real_data_center
from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.evidence.account import Place
from cronofy_cli.evidence.callback import Callback, Prober
from cronofy_cli.why.callback_evidence import PROBE_LIMITS, start_probes
from cronofy_cli.why.conclusion import CauseCode, Likelihood
from cronofy_cli.why.evidence import (
    Access,
    Changes,
    ContextChannels,
    Evidence,
    HistoryEvidence,
    Question,
)
from cronofy_cli.why.rank import conclude

if TYPE_CHECKING:
    from cronofy_cli.why.conclusion import ProbableCause

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://hooks.example.com/cronofy"
CHANNEL = Channel("chn_1", URL, (), only_managed=False, raw=b"{}")
JANE = UserInfo("acc_1", "janed@company.com", "Jane", "Europe/London", "account", "read_events", (), b"{}")
PLACE = Place(real_data_center(DataCenterId.UK), "context acme")
KNOWN = Evidence(
    Question(),
    Access(PLACE, "context acme", ("--context", "acme"), has_client_secret=True),
    NOW,
    account=JANE,
    channels=(CHANNEL,),
    calendars=(),
    probes={},
    history=HistoryEvidence(),
)


@dataclass(frozen=True)
class Opened:
    """What a run has opened."""

    callback_urls: tuple[str, ...]
    channel_ids: tuple[str, ...]


def found_in(evidence: Evidence) -> list[ProbableCause]:
    """Return all causes, the possible ones last."""
    given = conclude(evidence)
    return [*given.causes, *given.worth_knowing]


def probed(cause: str, state: CheckState = CheckState.FAILED) -> Evidence:
    """Return evidence of a callback URL at which something was found."""
    return replace(KNOWN, account=None, probes={URL: (Check("callback_response", state, "found", URL, cause),)})


def delivery(hours_ago: float, status: int, state: SignatureState = SignatureState.VALID, number: int = 1) -> Delivery:
    """Return a delivery of the channel."""
    request = ReceivedRequest(NOW - timedelta(hours=hours_ago), "POST", "/r/x", (), b"{}")
    notification = Notification("change", channel_id="chn_1", callback_url=URL, is_json=True)
    return Delivery(request, Verdict(state), notification, status, "uk", number)


def test_no_profile() -> None:
    """An account without a connected calendar has nothing that could change."""
    (cause,) = found_in(KNOWN)

    assert (cause.code, cause.likelihood) == (CauseCode.NO_PROFILE, Likelihood.CERTAIN)
    assert cause.hint.endswith("cronofy auth login --context acme")


def test_a_service_account() -> None:
    """A service account's token stands for no calendars of its own."""
    (cause,) = found_in(replace(KNOWN, account=replace(JANE, type="service_account")))

    assert cause.code is CauseCode.SERVICE_ACCOUNT


def test_an_address_that_is_not_public() -> None:
    """A loopback address in a channel of a real data center is never tried, and never reached."""
    prober = Prober(lambda: pytest.fail("nobody is called"), lambda: NOW, PROBE_LIMITS)
    probes = start_probes(prober, _callbacks("http://localhost:3000/hook"))()
    channel = replace(CHANNEL, callback_url="http://localhost:3000/hook")

    (cause,) = found_in(replace(KNOWN, account=None, channels=(channel,), probes=probes))

    assert (cause.code, cause.likelihood) == (CauseCode.CALLBACK_NOT_PUBLIC, Likelihood.CERTAIN)


def test_a_slow_handler_is_worth_knowing() -> None:
    """A handler that is slow and still in time is no cause."""
    given = conclude(probed("slow", CheckState.WARNING))

    assert given.causes == ()
    assert [cause.code for cause in given.worth_knowing] == [CauseCode.CALLBACK_SLOW]


def test_without_a_secret_an_answer_is_less_certain() -> None:
    """What a handler answers to an unsigned probe it need not answer to Cronofy."""
    unsigned = replace(probed("no_handler"), access=replace(KNOWN.access, has_client_secret=False))

    assert [cause.likelihood for cause in found_in(probed("no_handler"))] == [Likelihood.CERTAIN]
    assert [cause.likelihood for cause in found_in(unsigned)] == [Likelihood.LIKELY]


@pytest.mark.parametrize(("hours_ago", "likelihood"), [(1, Likelihood.CERTAIN), (30, Likelihood.POSSIBLE)])
def test_old_failures_are_no_cause(hours_ago: float, likelihood: Likelihood) -> None:
    """What was refused days ago is worth knowing, and no more."""
    heard = HistoryEvidence((delivery(hours_ago, 401, SignatureState.INVALID),))

    assert [(cause.code, cause.likelihood) for cause in found_in(replace(KNOWN, account=None, history=heard))] == [
        (CauseCode.SIGNATURE_REJECTED, likelihood)
    ]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [((503, 503, 503), CauseCode.CLOSED_AFTER_FAILURES), ((503, 503, 200), CauseCode.CHANNEL_CLOSED)],
)
def test_a_closed_channel_in_the_history(statuses: tuple[int, ...], code: CauseCode) -> None:
    """Deliveries that failed for most of a day show why the channel is closed; a success at the end does not."""
    heard = HistoryEvidence(
        tuple(delivery(23 - 11 * number, status, number=number) for number, status in enumerate(statuses))
    )
    asked = replace(KNOWN, account=None, channels=(), question=Question("chn_1"), history=heard)

    assert [cause.code for cause in found_in(asked)] == [code]


def test_a_channel_of_another_application() -> None:
    """A channel that was opened here and is not in the list is not closed if another context still sees it."""
    created = KnownRuns(created=(Opened((URL,), ("chn_1",)),))
    missing = replace(KNOWN, account=None, channels=(), runs=created)
    seen = ContextChannels("other", "uk", (CHANNEL,))

    assert [cause.code for cause in found_in(missing)] == [CauseCode.NO_CHANNEL, CauseCode.CHANNEL_CLOSED]
    first = found_in(replace(missing, other_contexts=(seen,)))[0]
    assert (first.code, first.hint) == (CauseCode.OTHER_APPLICATION, "cronofy why --context other")


def test_behind_a_proxy_the_way_is_not_known() -> None:
    """Where this machine has no direct way out, that it cannot reach a callback URL says nothing of Cronofy."""
    refused = probed("connection_refused")
    behind = replace(refused, access=replace(KNOWN.access, is_behind_proxy=True))

    assert conclude(refused).causes[0].code is CauseCode.CALLBACK_UNREACHABLE
    assert conclude(behind).causes == ()
    assert "proxy" in [each.what for each in conclude(behind).not_checked]


def test_a_change_that_is_still_to_come() -> None:
    """A user's change that should have been told here and was not yet is part of the answer, and no cause."""
    changed = parse_event(
        b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"Lunch","start":"2026-11-24","end":"2026-11-25",'
        b'"created":"2026-11-22T11:00:00Z","updated":"2026-11-22T11:00:00Z"}'
    )
    heard = HistoryEvidence((delivery(3, 200),))
    waiting = replace(KNOWN, account=None, history=heard, changes=Changes(NOW - timedelta(days=1), (changed,)))

    given = conclude(waiting)

    assert given.causes == ()
    (pending,) = [each.reason for each in given.not_checked if each.what == "pending"]
    assert pending.startswith("'Lunch' was changed, and no notification of it has arrived here: providers can be slow")


def test_an_ended_run_is_no_failure() -> None:
    """Channels that were closed in order leave deliveries behind: then there is just no channel."""
    heard = HistoryEvidence((delivery(5, 200),))

    assert [cause.code for cause in found_in(replace(KNOWN, account=None, channels=(), history=heard))] == [
        CauseCode.NO_CHANNEL
    ]


def test_from_outside_is_told_as_unseen() -> None:
    """That a callback URL of a real data center was tried from here only is part of the answer."""
    checks = (Check("callback_response", CheckState.OK, "200 after 3 ms", URL),)

    given = conclude(replace(KNOWN, probes={URL: checks}))

    assert "outside" in [each.what for each in given.not_checked]


def _callbacks(url: str) -> tuple[Callback, ...]:
    return (Callback(url, ("chn_1",)),)
