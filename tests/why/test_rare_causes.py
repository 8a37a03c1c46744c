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
from cronofy_cli.doctor.account import Place
from cronofy_cli.doctor.channels import Callback
from cronofy_cli.why.answer import Code, Likelihood
from cronofy_cli.why.callback_evidence import Prober
from cronofy_cli.why.evidence import (
    Asker,
    Changes,
    Elsewhere,
    ElsewhereContext,
    Evidence,
    Heard,
    Question,
)
from cronofy_cli.why.rank import answer

if TYPE_CHECKING:
    from cronofy_cli.why.answer import Cause

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://hooks.example.com/cronofy"
CHANNEL = Channel("chn_1", URL, (), only_managed=False, raw=b"{}")
JANE = UserInfo("acc_1", "janed@company.com", "Jane", "Europe/London", "account", "read_events", (), b"{}")
PLACE = Place(real_data_center(DataCenterId.UK), "context acme")
KNOWN = Evidence(
    Question(),
    Asker(PLACE, "context acme", ("--context", "acme"), has_client_secret=True),
    NOW,
    account=JANE,
    channels=(CHANNEL,),
    calendars=(),
    probes={},
    heard=Heard(),
)


@dataclass(frozen=True)
class Opened:
    """What a run has opened."""

    callback_urls: tuple[str, ...]
    channel_ids: tuple[str, ...]


def found_in(evidence: Evidence) -> list[Cause]:
    """Return all causes, the possible ones last."""
    given = answer(evidence)
    return [*given.causes, *given.worth_knowing]


def probed(cause: str, state: CheckState = CheckState.FAILED) -> Evidence:
    """Return evidence of a callback URL at which something was found."""
    return replace(KNOWN, account=None, probes={URL: (Check("callback_answer", state, "found", URL, cause),)})


def delivery(hours_ago: float, status: int, state: SignatureState = SignatureState.VALID, number: int = 1) -> Delivery:
    """Return a delivery of the channel."""
    request = ReceivedRequest(NOW - timedelta(hours=hours_ago), "POST", "/r/x", (), b"{}")
    notification = Notification("change", channel_id="chn_1", callback_url=URL, is_json=True)
    return Delivery(request, Verdict(state), notification, status, "uk", number)


def test_no_profile() -> None:
    """An account without a connected calendar has nothing that could change."""
    (cause,) = found_in(KNOWN)

    assert (cause.code, cause.likelihood) == (Code.NO_PROFILE, Likelihood.CERTAIN)
    assert cause.cure.endswith("cronofy auth login --context acme")


def test_a_service_account() -> None:
    """A service account's token stands for no calendars of its own."""
    (cause,) = found_in(replace(KNOWN, account=replace(JANE, type="service_account")))

    assert cause.code is Code.SERVICE_ACCOUNT


def test_an_address_that_is_not_public() -> None:
    """A loopback address in a channel of a real data center is never tried, and never reached."""
    tried = Prober(lambda: pytest.fail("nobody is called"), lambda: NOW)
    probes = tried.start(_callbacks("http://localhost:3000/hook"))()
    channel = replace(CHANNEL, callback_url="http://localhost:3000/hook")

    (cause,) = found_in(replace(KNOWN, account=None, channels=(channel,), probes=probes))

    assert (cause.code, cause.likelihood) == (Code.CALLBACK_NOT_PUBLIC, Likelihood.CERTAIN)


def test_a_slow_handler_is_worth_knowing() -> None:
    """A handler that is slow and still in time is no cause."""
    given = answer(probed("slow", CheckState.WARNING))

    assert given.causes == ()
    assert [cause.code for cause in given.worth_knowing] == [Code.CALLBACK_SLOW]


def test_without_a_secret_an_answer_is_less_certain() -> None:
    """What a handler answers to an unsigned probe it need not answer to Cronofy."""
    unsigned = replace(probed("no_handler"), asker=replace(KNOWN.asker, has_client_secret=False))

    assert [cause.likelihood for cause in found_in(probed("no_handler"))] == [Likelihood.CERTAIN]
    assert [cause.likelihood for cause in found_in(unsigned)] == [Likelihood.LIKELY]


@pytest.mark.parametrize(("hours_ago", "likelihood"), [(1, Likelihood.CERTAIN), (30, Likelihood.POSSIBLE)])
def test_old_failures_are_no_cause(hours_ago: float, likelihood: Likelihood) -> None:
    """What was refused days ago is worth knowing, and no more."""
    heard = Heard((delivery(hours_ago, 401, SignatureState.INVALID),))

    assert [(cause.code, cause.likelihood) for cause in found_in(replace(KNOWN, account=None, heard=heard))] == [
        (Code.SIGNATURE_REFUSED, likelihood)
    ]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [((503, 503, 503), Code.CLOSED_AFTER_FAILURES), ((503, 503, 200), Code.CHANNEL_CLOSED)],
)
def test_a_closed_channel_in_the_history(statuses: tuple[int, ...], code: Code) -> None:
    """Deliveries that failed for most of a day show why the channel is closed; a success at the end does not."""
    heard = Heard(tuple(delivery(23 - 11 * number, status, number=number) for number, status in enumerate(statuses)))
    asked = replace(KNOWN, account=None, channels=(), question=Question("chn_1"), heard=heard)

    assert [cause.code for cause in found_in(asked)] == [code]


def test_a_channel_of_another_application() -> None:
    """A channel that was opened here and is not in the list is not closed if another context still sees it."""
    created = KnownRuns(created=(Opened((URL,), ("chn_1",)),))
    missing = replace(KNOWN, account=None, channels=(), runs=created)
    seen = ElsewhereContext("other", "uk", (CHANNEL,))

    assert [cause.code for cause in found_in(missing)] == [Code.NO_CHANNEL, Code.CHANNEL_CLOSED]
    first = found_in(replace(missing, elsewhere=Elsewhere((seen,))))[0]
    assert (first.code, first.cure) == (Code.OTHER_APPLICATION, "cronofy why --context other")


def test_behind_a_proxy_the_way_is_not_known() -> None:
    """Where this machine has no direct way out, that it cannot reach a callback URL says nothing of Cronofy."""
    refused = probed("connection_refused")
    behind = replace(refused, asker=replace(KNOWN.asker, is_behind_proxy=True))

    assert answer(refused).causes[0].code is Code.CALLBACK_UNREACHABLE
    assert answer(behind).causes == ()
    assert "proxy" in [each.what for each in answer(behind).unseen]


def test_a_change_that_is_still_to_come() -> None:
    """A user's change that should have been told here and was not yet is part of the answer, and no cause."""
    changed = parse_event(
        b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"Lunch","start":"2026-11-24","end":"2026-11-25",'
        b'"created":"2026-11-22T11:00:00Z","updated":"2026-11-22T11:00:00Z"}'
    )
    heard = Heard((delivery(3, 200),))
    waiting = replace(KNOWN, account=None, heard=heard, changes=Changes(NOW - timedelta(days=1), (changed,)))

    given = answer(waiting)

    assert given.causes == ()
    (pending,) = [each.reason for each in given.unseen if each.what == "pending"]
    assert pending.startswith("'Lunch' was changed, and no notification of it has arrived here: providers can be slow")


def test_an_ended_run_is_no_failure() -> None:
    """Channels that were closed in order leave deliveries behind: then there is just no channel."""
    heard = Heard((delivery(5, 200),))

    assert [cause.code for cause in found_in(replace(KNOWN, account=None, channels=(), heard=heard))] == [
        Code.NO_CHANNEL
    ]


def test_from_outside_is_told_as_unseen() -> None:
    """That a callback URL of a real data center was tried from here only is part of the answer."""
    checks = (Check("callback_answer", CheckState.OK, "200 after 3 ms", URL),)

    given = answer(replace(KNOWN, probes={URL: checks}))

    assert "outside" in [each.what for each in given.unseen]


def _callbacks(url: str) -> tuple[Callback, ...]:
    return (Callback(url, ("chn_1",)),)
