"""Several causes at once: what is certain comes first, what follows from another cause is not shown twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.why import collect
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.rank import CONSEQUENCES, folded, ranked

if TYPE_CHECKING:
    import pytest

    from tests.why.scenes import Scene

causes = st.lists(
    st.builds(
        ProbableCause,
        st.sampled_from(CauseCode),
        st.sampled_from(Likelihood),
        st.text(max_size=5),
        st.just("hint"),
        subject=st.sampled_from(["", "chn_1", "chn_2"]),
    ),
    max_size=12,
)


@given(causes)
def test_the_order_is_that_of_likelihood(found: list[ProbableCause]) -> None:
    """Certain causes come before likely ones, likely before possible ones; among equals the order is kept."""
    order = list(Likelihood)
    places = [order.index(cause.likelihood) for cause in ranked(found)]

    assert places == sorted(places)
    for likelihood in Likelihood:
        same = [cause for cause in found if cause.likelihood is likelihood]
        assert [cause for cause in ranked(found) if cause.likelihood is likelihood] == same


@given(causes)
def test_nothing_is_lost(found: list[ProbableCause]) -> None:
    """The first cause stays the first, and each that is not shown is evidence of one that it follows from."""
    kept = folded(found)

    assert [cause.code for cause in kept[:1]] == [cause.code for cause in found[:1]]
    folded_in = [(cause.code, fact.split(":")[0]) for cause in kept for _, fact in cause.evidence]
    assert sorted([*(cause.code for cause in kept), *(code for _, code in folded_in)]) == sorted(
        cause.code for cause in found
    )
    assert all(code in CONSEQUENCES[first] for first, code in folded_in)


def test_what_is_certain_comes_first(scene: Scene) -> None:
    """A dead handler is certain, a filter and a profile of two likely: in this order, each with its own hint."""
    scene.channel(scene.closed_address())
    scene.act("google", "disconnect")
    scene.act("apple", "initial_sync", required=True)

    found = scene.why()

    assert found.codes == [
        CauseCode.CALLBACK_UNREACHABLE,
        CauseCode.PROFILE_DISCONNECTED,
        CauseCode.INITIAL_SYNC_INCOMPLETE,
    ]
    assert [cause["likelihood"] for cause in found.document["causes"]] == ["certain", "likely", "likely"]
    assert len({cause["hint"] for cause in found.document["causes"]}) == 3


def test_the_way_decides_among_equals(scene: Scene) -> None:
    """Of several certain causes the one that comes first on the way of a notification comes first."""
    work = scene.simulator.calendar_id("Work")
    scene.channel(scene.closed_address(), calendar_ids=[work])
    scene.act("google", "disconnect")
    scene.remove_calendar("Work")

    assert scene.why().codes == [
        CauseCode.PROFILE_DISCONNECTED,
        CauseCode.FILTER_CALENDAR_GONE,
        CauseCode.CALLBACK_UNREACHABLE,
    ]


def test_a_consequence_becomes_evidence(scene: Scene) -> None:
    """That nothing answers follows from the listener's end: one cause, and the other among its evidence."""
    url = scene.closed_address().replace("/hook", "/r/aListenerThatIsGone_22")
    scene.run_of(url, scene.channel(url), is_live=False)

    found = scene.why()

    assert found.codes == [CauseCode.LISTENER_GONE]
    assert found.first["evidence"]["consequence"].startswith("callback_unreachable: nothing listens on port")


def test_what_other_accounts_have_left_is_not_blamed(scene: Scene) -> None:
    """A channel that a run of another account has opened is not in the list of this one: it is not called closed."""
    url = scene.closed_address()
    scene.run_of(url, "chn_of_ada", is_live=False, sub="acc_of_ada")

    assert scene.why().codes == [CauseCode.NO_CHANNEL]
    assert scene.why("--channel", "chn_of_ada").codes == [CauseCode.CHANNEL_UNKNOWN]


def test_each_channel_has_its_own_causes(scene: Scene) -> None:
    """With several channels each cause names its own; asked about one, nothing is said of the others."""
    dead, fine = scene.channel(scene.closed_address()), scene.channel(scene.handler(200).url)
    failing = scene.channel(scene.handler(500).url)

    assert [(cause["subject"], cause["code"]) for cause in scene.why().document["causes"]] == [
        (dead, CauseCode.CALLBACK_UNREACHABLE),
        (failing, CauseCode.CALLBACK_FAILS),
    ]
    assert scene.why("--channel", fine).codes == []
    assert scene.why("--channel", failing).codes == [CauseCode.CALLBACK_FAILS]


def test_handlers_that_hang_do_not_add_up(scene: Scene) -> None:
    """Several callback URLs are tried side by side: all have their verification before the first has responded."""
    handler = scene.handler(200)
    for number in range(6):
        scene.channel(f"{handler.url}/{number}")
    handler.wait_for(6)
    handler.hang.clear()

    with ThreadPoolExecutor() as pool:
        asked = pool.submit(scene.why)
        handler.wait_for(12)
        handler.hang.set()

    assert asked.result().codes == []


def test_more_channels_than_are_tried(scene: Scene) -> None:
    """Of many callback URLs only some are tried, and the answer says which were not."""
    for number in range(10):
        scene.channel(f"{scene.closed_address()}/{number}")

    found = scene.why()

    assert len(found.codes) == 8
    reasons = [each["reason"] for each in found.document["not_checked"] if each["what"] == "callback"]
    assert len([reason for reason in reasons if reason.endswith("not tried, as 8 others were")]) == 2


def test_cronofy_hangs(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls without a response within the limit are shown as what could not be checked, and the rest is there."""
    monkeypatch.setattr(collect, "CALL_LIMIT_S", 6.0)
    scene.channel(scene.closed_address())
    fault = {"path_prefix": "/v1/calendars", "delay_s": 30, "times": 5}
    scene.simulator.request("POST", "/simulator/faults", 201, json=fault)

    found = scene.why()

    assert found.codes == [CauseCode.CALLBACK_UNREACHABLE]
    assert {"what": "calendars", "reason": "Cronofy did not respond within 6 s", "hint": None} in (
        found.document["not_checked"]
    )


def test_cronofy_is_out_of_reach(scene: Scene) -> None:
    """When nothing is known of the account and nothing shows here, the answer is that, not that all is well."""
    fault = {"path_prefix": "/v1/", "status": 503, "times": 50}
    scene.simulator.request("POST", "/simulator/faults", 201, json=fault)

    found = scene.why()

    assert (found.document["verdict"], found.codes, found.exit_code) == ("unknown", [], 3)
    assert "503" in found.stderr


def test_not_signed_in(scene: Scene) -> None:
    """Without a token the answer is that nothing can be said, with the exit code for it."""
    scene.cli.environment |= {"CRONOFY_DATA_CENTER": scene.simulator.url}

    found = scene.why()

    assert (found.document["verdict"], found.exit_code) == ("unknown", 4)
    assert "account" in found.unseen


def test_without_a_token_an_address_is_tried(scene: Scene) -> None:
    """--url tries an address without an account too."""
    scene.cli.environment |= {"CRONOFY_DATA_CENTER": scene.simulator.url}

    found = scene.why("--url", scene.closed_address())

    assert (found.codes, found.exit_code) == ([CauseCode.CALLBACK_UNREACHABLE], 1)
