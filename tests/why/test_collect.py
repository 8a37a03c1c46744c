"""What is collected, from a simulator, a journal and a history: what is asked, and what is not."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.api.tokens import FixedToken
from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.checks import CheckState
from cronofy_cli.errors import HistoryUnavailable, NotSignedIn
from cronofy_cli.evidence.account import Place
from cronofy_cli.evidence.callback import Prober
from cronofy_cli.simulator.world.seed import ACCOUNT_ID
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from cronofy_cli.why.collect import OtherContext, Sources, collect
from cronofy_cli.why.evidence import Access, HistoryEvidence, Question
from cronofy_cli.why.rank import conclude
from tests.why.conftest import FAR_LIMITS
from tests.why.evidences import delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.history import History
    from tests.why.scenes import Scene

EVERYTHING = Question()


def sources(scene: Scene, *, ahead: timedelta = timedelta()) -> Sources:
    """Return what a user of the simulator has, on a machine whose clock may be ahead; callback URLs are not tried."""
    data_center = data_center_at(scene.simulator.url, name="simulator")

    def open_client(observe: Callable[[Exchange], None]) -> ApiClient:
        policy = RetryPolicy(attempts=1)
        client = ApiClient(data_center, FixedToken(ACCESS_TOKEN), retry_policy=policy, observe=observe)
        scene.enter(client)
        return client

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    return Sources(
        access=Access(
            Place(data_center, "--data-center"), "the running simulator", has_client_secret=False, is_behind_proxy=False
        ),
        clock=clock,
        journal=scene.journal,
        open_history=lambda: scene.enter(open_history(scene.cli.data / "deliveries.db", read_only=True)),
        open_client=open_client,
        prober=None,
    )


def probing(scene: Scene) -> Sources:
    """Return the same, with callback URLs tried."""
    prober = Prober(lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), lambda: datetime.now(UTC), FAR_LIMITS)
    return replace(sources(scene), prober=prober)


def with_contexts(found: Sources) -> tuple[Sources, list[str]]:
    """Return sources with two other contexts, one without a token, and the names of those that were asked."""
    asked: list[str] = []

    def signed_in() -> ApiClient:
        asked.append("signed in")
        assert not isinstance(found.open_client, NotSignedIn)
        return found.open_client(lambda _: None)  # type: ignore[operator]

    def signed_out() -> ApiClient:
        asked.append("signed out")
        raise NotSignedIn("no token is kept")

    contexts = (OtherContext("signed in", "uk", signed_in), OtherContext("signed out", "de", signed_out))
    return replace(found, other_contexts=contexts), asked


def test_everything_of_an_account(scene: Scene) -> None:
    """Account, channels, calendars and changes are there; nothing that was not asked for."""
    channel_id = scene.channel(scene.handler(200).url)
    scene.simulator.add_event(summary="Lunch")

    evidence = collect(EVERYTHING, sources(scene))

    assert isinstance(evidence.account, UserInfo)
    assert [each.channel_id for each in evidence.examined] == [channel_id]
    assert "Work" in evidence.calendar_names.values()
    assert [each.summary for each in evidence.changed] == ["Lunch"]
    assert isinstance(evidence.history, HistoryEvidence)
    assert (evidence.channels_status, evidence.event, evidence.probes) == (200, None, None)
    assert (evidence.other_contexts, evidence.runs_elsewhere) == ((), ())


def test_the_asked_event(scene: Scene) -> None:
    """An event is looked for by its title, and is then what should have been notified."""
    scene.simulator.add_event(summary="Lunch")
    scene.simulator.add_event(summary="Party")

    evidence = collect(Question(event="lunch"), sources(scene))

    assert [each.summary for each in evidence.changed] == ["Lunch"]


@pytest.mark.parametrize(("ahead_s", "is_noticed"), [(600, True), (-600, True), (20, False)])
def test_a_clock_that_is_off(ahead_s: int, is_noticed: bool, scene: Scene) -> None:
    """Moments of Cronofy are compared by Cronofy's clock, where this machine's is off by more than half a minute."""
    ahead = collect(EVERYTHING, sources(scene, ahead=timedelta(seconds=ahead_s))).ahead

    expected = timedelta(seconds=ahead_s) if is_noticed else timedelta()
    assert abs(ahead - expected) < timedelta(seconds=9)
    assert bool(ahead) is is_noticed


def test_changes_are_read_in_the_accounts_zone(scene: Scene) -> None:
    """Where days begin is where the account is."""
    collect(EVERYTHING, sources(scene))

    asked = scene.simulator.get("/simulator/requests")["requests"]
    (read,) = [each for each in asked if each["path"] == "/v1/events"]
    assert "tzid=Europe/London" in read["query"]


def test_without_a_token(scene: Scene) -> None:
    """Nothing is asked of Cronofy, and what is on this machine is looked at all the same."""
    with open_history(scene.cli.data / "deliveries.db") as history:
        history.record([delivery(1)])
    error = NotSignedIn("no token is known")

    evidence = collect(EVERYTHING, replace(sources(scene), open_client=error))

    assert (evidence.account, evidence.channels, evidence.changes) == (error, None, None)
    assert isinstance(evidence.history, HistoryEvidence)
    assert [each.id for each in evidence.history.deliveries] == [1]


def test_a_history_that_cannot_be_read(scene: Scene) -> None:
    """Why it cannot is part of what is found, and everything else is there."""
    error = HistoryUnavailable("delivery #3 is damaged")

    def fail() -> History:
        raise error

    evidence = collect(EVERYTHING, replace(sources(scene), open_history=fail))

    assert (evidence.history, evidence.deliveries, evidence.gaps) == (error, (), ())
    assert isinstance(evidence.account, UserInfo)
    assert "history" in [each.what for each in conclude(evidence).not_checked]


def test_other_contexts_are_asked_for_a_missing_channel_alone(scene: Scene) -> None:
    """For a channel that is open here no other context is asked."""
    channel_id = scene.channel(scene.handler(200).url)
    found, asked = with_contexts(sources(scene))

    assert collect(Question(channel_id), found).other_contexts == ()
    assert asked == []


@pytest.mark.parametrize("question", [Question("chn_elsewhere"), Question(url="https://example.com/")])
def test_a_channel_that_is_not_here(question: Question, scene: Scene) -> None:
    """Each other context is asked; one that cannot be asked says why."""
    channel_id = scene.channel(scene.handler(200).url)
    found, asked = with_contexts(sources(scene))

    first, second = collect(question, found).other_contexts

    assert sorted(asked) == ["signed in", "signed out"]
    assert (first.name, first.data_center, second.name, second.data_center) == ("signed in", "uk", "signed out", "de")
    assert isinstance(first.channels, tuple)
    assert [each.channel_id for each in first.channels] == [channel_id]
    assert isinstance(second.channels, NotSignedIn)


def test_no_channel_and_none_was_ever_open(scene: Scene) -> None:
    """Then there is nothing that could be elsewhere; once this machine has opened one, there may be."""
    found, asked = with_contexts(sources(scene))

    assert collect(EVERYTHING, found).other_contexts == ()
    scene.journal.note_created("simulator", ACCOUNT_ID, "chn_1", "https://example.com/")
    assert [each.name for each in collect(EVERYTHING, found).other_contexts] == ["signed in", "signed out"]
    assert len(asked) == 2


def test_runs_at_other_data_centers(scene: Scene) -> None:
    """What this machine has opened elsewhere is known by the journal; runs of another account here are not ours."""
    scene.journal.note_created("uk", "acc_2", "chn_uk", "https://example.com/uk")
    scene.journal.note_created("simulator", ACCOUNT_ID, "chn_1", "https://example.com/1")
    scene.journal.note_created("simulator", "acc_2", "chn_2", "https://example.com/2")

    evidence = collect(EVERYTHING, sources(scene))

    (run,) = evidence.runs_elsewhere
    assert (run.data_center, run.channel_ids, run.callback_urls) == ("uk", ("chn_uk",), ("https://example.com/uk",))
    assert not run.is_live
    assert [each.channel_ids for each in evidence.runs.created] == [("chn_1",)]


def test_what_is_tried(scene: Scene) -> None:
    """The callback URLs of the channels that are asked about are tried, and no others."""
    first, second = scene.closed_address(), scene.closed_address()
    asked = scene.channel(first)
    scene.channel(second)

    assert list(collect(EVERYTHING, probing(scene)).probes or {}) == [first, second]
    assert list(collect(Question(asked), probing(scene)).probes or {}) == [first]


def test_what_is_tried_without_a_channel(scene: Scene) -> None:
    """The asked address is tried, and where this machine's closed channels posted to; each once."""
    url, asked = scene.closed_address(), "http://127.0.0.1:9/"
    for channel_id in ("chn_1", "chn_2"):
        scene.journal.note_created("simulator", ACCOUNT_ID, channel_id, url)
    with open_history(scene.cli.data / "deliveries.db") as history:
        history.record([delivery(1, channel_id="chn_3", url="http://127.0.0.1:9/other", context="simulator")])

    probes = collect(EVERYTHING, probing(scene)).probes or {}
    assert list(probes) == [url]
    assert ("channel_id", "chn_1") in probes[url][0].evidence
    assert ("channel_id", "chn_2") in probes[url][0].evidence
    (check,) = (collect(Question(url=asked), probing(scene)).probes or {})[asked]
    assert check.state is CheckState.FAILED
