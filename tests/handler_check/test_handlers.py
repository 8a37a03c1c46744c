"""The contract test against real handlers: a correct one passes, each broken one fails where it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import Unreachable
from cronofy_cli.handler_check.case import Expectation
from cronofy_cli.handler_check.run import PATIENCE, run_cases
from cronofy_cli.handler_check.verdict import State, accepts_nothing, alike
from tests.handler_check import handlers
from tests.handler_check.checking import check, failed, make_cases, poster_to
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = {case.id for case in make_cases() if case.expectation is not Expectation.REFUSED}
REFUSED = {case.id for case in make_cases()} - ACCEPTED
FORGED = {"signatures.wrong", "signatures.missing", "signatures.empty", "signatures.of_another_body"}
PRINTED_ANEW = {
    *("bytes.spaced", "bytes.indented", "bytes.crlf", "bytes.trailing_newline", "bytes.escaped_slash"),
    *("bytes.unicode_escape", "bytes.numbers", "bytes.duplicate_keys"),
}
LISTS = {"signatures.matching_first", "signatures.matching_second", "signatures.space_after_comma"}


def test_a_correct_handler_passes() -> None:
    """A handler that keeps the contract passes every case."""
    results = check(handlers.Correct())

    assert [result.case.id for result in results if result.state is not State.PASSED] == []
    assert len(results) == len(make_cases())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (handlers.SerialisesAgain, PRINTED_ANEW),
        (handlers.SerialisesForHtml, {"bytes.html_characters"}),
        (handlers.ComparesWholeHeader, LISTS),
        (handlers.TakesFirstDigest, LISTS - {"signatures.matching_first"}),
        (handlers.DoesNotTrim, {"signatures.space_after_comma"}),
        (handlers.ComparesText, {"signatures.not_ascii"}),
        (handlers.LooksForSubstring, {"signatures.truncated", "signatures.empty", "signatures.missing"}),
        (handlers.WantsExactHeaderName, {"signatures.lower_case_header"}),
        (handlers.AcceptsEverything, REFUSED),
        (handlers.AcceptsUnsigned, {"signatures.missing", "signatures.empty"}),
        (handlers.RefusesEverything, ACCEPTED),
        (handlers.StripsBody, {"bytes.trailing_newline"}),
        (handlers.ReadsLatin1, {"bytes.utf8"}),
        (handlers.WantsKeyOrder, {"bytes.key_order"}),
        (handlers.RefusesDuplicateKeys, {"bytes.duplicate_keys"}),
        (handlers.StoresInPostgres, {"bytes.nul_escape"}),
        (handlers.NotFoundForUnknownType, {"types.unknown"}),
        (handlers.NeedsNotification, {"types.no_notification"}),
        (handlers.ForbidsFurtherFields, {"types.unknown_fields"}),
        (handlers.FailsOnDuplicate, {"repetition.duplicate"}),
        (handlers.WantsOrder, {"repetition.out_of_order"}),
        (handlers.LimitsBody, {"load.large_body"}),
        (handlers.Redirects, ACCEPTED | REFUSED),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_handler_is_caught(make: Callable[[], handlers.Correct], expected: set[str]) -> None:
    """A handler that is wrong in one way fails in the cases about that, and in no other."""
    assert failed(check(make())) == expected


def test_a_slow_handler() -> None:
    """A handler that works before it answers breaks the limit, and is not waited for again and again."""
    results = check(handlers.Slow(pause_s=5), limit_s=0.2)

    assert results[0].case.id == "time.within_limit"
    assert results[0].attempts[0].failure is Failure.ANSWER_TIMED_OUT
    assert results[0].finding == "no answer within 0.2 s (post 1 of 3)"
    assert [result.state for result in results[: PATIENCE + 1]] == [State.FAILED] * PATIENCE + [State.SKIPPED]
    assert {result.state for result in results[PATIENCE:]} == {State.SKIPPED}
    assert all(result.is_breach for result in results if result.case.importance == "must")


def test_a_handler_near_the_limit() -> None:
    """An answer within the limit that takes more than half of it passes the must and fails the should."""
    results = check(handlers.Slow(pause_s=1.1), "time.headroom", "types.change", limit_s=2.0)

    assert [(result.case.id, result.state) for result in results] == [
        ("time.headroom", State.FAILED),
        ("types.change", State.PASSED),
    ]
    assert not any(result.is_breach for result in results)


def test_a_single_threaded_handler() -> None:
    """A handler that answers one after another is quick enough for one notification and not for twenty at once."""
    results = check(handlers.SingleThreaded(pause_s=0.2), "types.change", "load.at_once", limit_s=2.0)

    assert failed(results) == {"load.at_once"}
    assert len(results[-1].attempts) == 20
    assert Failure.ANSWER_TIMED_OUT in {attempt.failure for attempt in results[-1].attempts}


def test_a_dying_handler() -> None:
    """A handler that breaks connections off is told from one that cannot be reached."""
    results = check(handlers.HangsUp())

    assert {result.attempts[0].failure for result in results[:PATIENCE]} == {Failure.CONNECTION_CLOSED}
    assert {result.state for result in results[PATIENCE:]} == {State.SKIPPED}


def test_where_a_redirect_leads() -> None:
    """A redirect is not followed, and its aim is told."""
    result = check(handlers.Redirects(), "types.change")[0]

    assert result.attempts[0].location == "/login"
    assert result.finding.startswith("302 to /login in ")


def test_the_answer_that_decided() -> None:
    """A failed case keeps the first lines of the handler's answer."""
    result = check(handlers.FailsOnDuplicate(), "repetition.duplicate")[0]

    assert result.excerpt == ("UNIQUE constraint failed: notifications.body",)
    assert result.finding.endswith("(post 2 of 2)")


def test_a_handler_that_accepts_nothing() -> None:
    """What accepts nothing is told from what accepts something, and those of its cases that fail alike are found."""
    refused = check(handlers.RefusesEverything())
    dying = check(handlers.DiesOfFilters())

    assert accepts_nothing(refused)
    assert {result.case.id for result in alike(refused)} == ACCEPTED
    assert accepts_nothing(dying)
    assert ACCEPTED - {result.case.id for result in alike(dying)} == {
        "types.filtered_channel",
        "load.large_body",
        "load.at_once",
    }
    assert not accepts_nothing(check(handlers.SerialisesAgain()))
    assert not accepts_nothing(check(handlers.Correct(), "types.change"))


def test_everything_is_refused() -> None:
    """Where nothing is accepted, refusing what is forged proves nothing; each hint is about the refusal."""
    results = check(handlers.RefusesEverything())

    assert {result.case.id for result in results if result.state is State.INCONCLUSIVE} == REFUSED
    (hint,) = {result.hint for result in results if result.state is State.FAILED}
    assert (hint or "").startswith("the signature is right for the client secret known here: does the app use the same")


def test_only_what_must_be_refused() -> None:
    """Where nothing else is tried, a refusal is what was asked for."""
    assert [each.state for each in check(handlers.RefusesEverything(), "signatures.wrong")] == [State.PASSED]


def test_a_refusal_is_not_about_time() -> None:
    """A handler that accepts and then refuses has another hint than one that is too slow, in the cases about time."""
    refused = check(handlers.RefusesAfter(accepted=1), "types.change", "load.at_once")[-1]
    slow = check(handlers.SingleThreaded(pause_s=0.2), "types.change", "load.at_once", limit_s=2.0)[-1]

    assert (refused.state, slow.state) == (State.FAILED, State.FAILED)
    assert "client secret" in (refused.hint or "")
    assert slow.hint == slow.case.reason.usual_cause


def test_nothing_listens() -> None:
    """A handler that is not there is an error of its own, and no failed contract."""
    port = free_port()

    with pytest.raises(Unreachable, match="connection refused") as caught:
        list(run_cases(poster_to(f"http://127.0.0.1:{port}/hook"), make_cases()))

    assert (caught.value.hint or "").startswith(f"nothing listens on port {port} ")
