"""What lists, the inspector and the sender ask a history about many deliveries at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import AppResult, Criteria, Moments
from cronofy_cli.adapters.history.moments import DeliveryTimes
from cronofy_cli.core.notifications.deliveries import Imported
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.history.samples import APP, START, answered, at, forward
from tests.adapters.history.test_burst_buffer import A_BURST, arrivals
from tests.histories import connection_of

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

ELSEWHERE = "http://localhost:9999/"
SECOND = timedelta(seconds=1)


def test_moments(history: History) -> None:
    """They are those of the deliveries of one commit, from its first to its last; later ones take their place."""
    unanswered = Moments(2, 4, START, None)
    history.moments.keep([unanswered, Moments(6, 6, START + SECOND, START + 2 * SECOND)])

    assert [history.moments.of(number) is not None for number in range(1, 8)] == [
        *(False, True, True, True, False, True, False)
    ]
    assert history.moments.of(3) == unanswered
    history.moments.keep([Moments(2, 3, START + SECOND, START + 2 * SECOND)])
    assert [history.times_of(number) for number in (3, 4)] == [
        DeliveryTimes(START + SECOND, START + 2 * SECOND),
        DeliveryTimes(),
    ]


def test_moments_go_with_their_deliveries(history: History) -> None:
    """What a removal leaves nothing of is forgotten; of what it leaves a part of all is kept."""
    history.record([at(minute) for minute in range(6)])
    history.moments.keep([Moments(first, last, START, None) for first, last in ((1, 2), (3, 4), (5, 6))])

    history.prune_all_but(3)
    assert [history.moments.of(number) is not None for number in range(1, 7)] == [False, False, True, True, True, True]
    history.prune_all_but(0)
    assert [history.moments.of(number) for number in range(1, 7)] == [None] * 6


def test_events_and_their_times(history: History) -> None:
    """Of those that were asked for and have any, with the moment of the read where it is known."""
    history.record([at(minute) for minute in range(4)])
    history.attach_events([1, 2], b"[1]", read_at=START)
    history.attach_events([3], b"[3]")
    history.attach_events([2], b"[2]", read_at=START + SECOND)

    assert history.events_of_many([1, 2, 4]) == {1: b"[1]", 2: b"[2]"}
    assert history.events_of_many([]) == {}
    assert [history.times_of(number).events_read_at for number in (1, 2, 3, 4)] == [START, START + SECOND, None, None]


def test_events_that_cannot_be_kept(history: History) -> None:
    """Where a delivery is gone meanwhile nothing of the read is kept, for the others neither."""
    history.record([at(0)])
    history.attach_events([1], b"[1]")

    with pytest.raises(HistoryUnavailable):
        history.attach_events([1, 99], b"[2]")

    assert history.events_of(1) == b"[1]"
    assert history._database.value("SELECT count(*) FROM event_reads") == 1


def test_reconstructed(history: History) -> None:
    """Which of some deliveries were made up."""
    history.record([at(0)])
    history.record([at(1), at(2)], are_reconstructed=True)

    assert history.reconstructed_among([1, 2]) == {2}
    assert history.reconstructed_among([]) == set()


def test_tags(history: History) -> None:
    """The names of the deliveries from one number to another, each delivery's in the order of the alphabet."""
    history.record([at(minute) for minute in range(4)])
    for name, number in (("one", 1), ("b", 2), ("a", 2), ("three", 3), ("four", 4)):
        history.tags.put(name, number)

    assert history.tags.between(2, 3) == {2: ["a", "b"], 3: ["three"]}
    assert history.tags.all() == {"one": 1, "b": 2, "a": 2, "three": 3, "four": 4}
    assert list(history.tags.all()) == ["a", "b", "four", "one", "three"]


def test_attempts(history: History) -> None:
    """The newest attempt at a target, how long it took, and who has refused at some attempt: replays elsewhere are
    none of it.
    """
    history.record([at(minute) for minute in range(4)], targets_of=lambda _: [APP])
    slow = answered(500, duration=timedelta(milliseconds=1500))
    history.forwards.record([forward(1)._replace(attempt=slow), forward(1, 204, number=2), forward(2, None)])
    history.forwards.record([forward(3), forward(4, 503)])
    history.forwards.record([forward(3, None, target=ELSEWHERE)._replace(is_replay=True)])

    assert history.forwards.last_attempt(1, APP) == forward(1, 204).attempt
    assert history.forwards.last_attempt(1, ELSEWHERE) is None
    assert history.forwards.durations_ms([1, 3]) == {1: 23.005, 3: 23.005}
    assert history.forwards.durations_ms([]) == {}
    assert [history.forwards.failed_between(*bounds) for bounds in ((1, 4), (2, 3), (3, 4), (3, 3))] == [
        {1, 2, 4},
        {2},
        {4},
        set(),
    ]
    assert not history.forwards.was_replayed(3, ELSEWHERE)
    assert not history.forwards.was_replayed(3, APP)


def test_attempts_that_are_kept_already(history: History) -> None:
    """What was kept and is handed over again is told by its delivery, target, number and moment."""
    history.record([at(0), at(1)])
    kept = forward(1)
    history.forwards.record([kept])
    later = kept._replace(attempt=answered(started_at=START + SECOND))
    others = [later, kept._replace(number=2), kept._replace(target=ELSEWHERE), kept._replace(delivery_id=2)]

    assert history.forwards.without_recorded([kept, *others]) == others


def test_attempts_that_cannot_be_kept(file_history: History) -> None:
    """On a full disk none of several is kept, and what waits goes on waiting."""
    file_history.record([at(0)], targets_of=lambda _: [APP, ELSEWHERE])
    pages = file_history._database.value("PRAGMA page_count")
    connection_of(file_history).execute(f"PRAGMA max_page_count = {pages + 2}")
    big = forward(1, target=ELSEWHERE)._replace(attempt=answered(answer_body=b"x" * 100_000))

    with pytest.raises(HistoryUnavailable, match="full"):
        file_history.forwards.record([forward(1), big])

    assert file_history.forwards.of(1) == []
    assert len(file_history.forwards.owed(1)) == 2


def test_what_is_owed(history: History) -> None:
    """What waits is counted for the targets and from the first to the last number that are asked about."""
    history.record([at(0), at(1), at(2)], targets_of=lambda _: [APP, ELSEWHERE, APP])
    history.forwards.record([forward(2)])

    assert history.forwards.count_owed(1, 3, [APP]) == 2
    assert history.forwards.count_owed(1, 3, [APP, ELSEWHERE]) == 5
    assert history.forwards.count_owed(2, 2, [APP, ELSEWHERE]) == 1
    assert history.forwards.count_owed(1, 3, []) == 0
    assert history.forwards.owed(1) == sorted([APP, ELSEWHERE])
    assert history.forwards.results([2]) == {2: (AppResult(APP, 200), AppResult(ELSEWHERE, is_waiting=True))}


@pytest.mark.parametrize(("status", "succeeded"), [(199, False), (200, True), (299, True), (300, False), (None, False)])
def test_success(status: int | None, succeeded: bool) -> None:
    """A target has taken what it answered with a status from 200 to 299."""
    assert AppResult(APP, status).succeeded is succeeded


def numbers(deliveries: list[Delivery]) -> list[int | None]:
    """Return the numbers alone."""
    return [each.id for each in deliveries]


def imported(minute: int, claimed: SignatureState = SignatureState.VALID) -> Delivery:
    """Return a delivery of a file."""
    return at(minute, state=SignatureState.UNKNOWN)._replace(imported=Imported(START + SECOND, claimed))


def test_imports(history: History) -> None:
    """What is in the history already, received or imported, is not added again; what was added says where from."""
    history.record([at(0)])

    assert history.add_imported([imported(0), imported(1), imported(2, SignatureState.INVALID), imported(1)]) == [
        (1, False),
        (2, True),
        (3, True),
        (2, False),
    ]
    found = history.latest(10)
    assert [each.imported for each in found] == [
        None,
        Imported(START + SECOND, SignatureState.VALID),
        Imported(START + SECOND, SignatureState.INVALID),
    ]
    assert numbers(history.latest(10, Criteria(is_received=True))) == [1]
    last = history.last()
    assert last is not None
    assert last.id == 1
    assert history.imports.between(3, 3) == {3: Imported(START + SECOND, SignatureState.INVALID)}


def test_imports_of_the_same_millisecond(history: History) -> None:
    """A file's moments have no more digits: the same request within its millisecond is the same delivery."""
    exact = at(0)
    request = exact.request._replace(received_at=START + timedelta(milliseconds=5, microseconds=999))
    history.record([exact._replace(request=request)])
    cut = imported(0)

    def at_microseconds(count: int) -> Delivery:
        return cut._replace(request=cut.request._replace(received_at=START + timedelta(microseconds=count)))

    assert [history.add_imported([at_microseconds(count)]) for count in (5000, 4999, 6000)] == [
        [(1, False)],
        [(2, True)],
        [(3, True)],
    ]


def test_a_verdict_of_a_later_release(file_history: History) -> None:
    """A claim that is not known here is read as not known."""
    file_history.add_imported([imported(0)])
    connection_of(file_history).execute("UPDATE imported SET claimed = 'tomorrow'")

    assert file_history.imports.between(1, 1) == {1: Imported(START + SECOND, SignatureState.UNKNOWN)}


def test_imports_that_fail(history: History) -> None:
    """Of several that are added together none is kept when one cannot be."""
    broken = imported(1)
    broken = broken._replace(request=broken.request._replace(headers=((b"X-A\n", b"b"),)))
    with pytest.raises(ValueError, match="a header line holds a line feed"):
        history.add_imported([imported(0), broken])

    assert (history.total(), history.imports.between(1, 9)) == (0, {})


@pytest.mark.parametrize("search", [None, "a note"], ids=["all", "a search"])
def test_counting(search: str | None, history: History) -> None:
    """How many fit, up to a limit, and of the newest of them number, moment, and whether Cronofy is known not to have
    signed them.
    """
    states = [SignatureState.VALID, SignatureState.INVALID, SignatureState.UNSIGNED, SignatureState.UNKNOWN]
    history.record([at(minute, b'{"a note":1}', state) for minute, state in enumerate(states)])
    history.record([at(9, b"{}")])
    criteria = Criteria(until=START + timedelta(minutes=5), search=search)

    assert [history.count(criteria, limit) for limit in (1, 3, 4, 5)] == [1, 3, 4, 4]
    assert history.count(criteria._replace(type="no-such-type"), 5) == 0
    assert history.times(criteria, 3) == [
        (4, START + timedelta(minutes=3), False),
        (3, START + timedelta(minutes=2), True),
        (2, START + timedelta(minutes=1), True),
    ]
    assert history.times(criteria, 9)[3:] == [(1, START, False)]
    assert history.total() == 5


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (Criteria(needs_look=True), [2, 3, 4, 6]),
        (Criteria(answered=(0, 0)), [3]),
        (Criteria(answered=(200, 299)), [1, 4, 5, 6]),
        (Criteria(answered=(100, 199)), []),
        (Criteria(answered=(201, 599)), [2]),
        (Criteria(status=(199, 200)), [4, 5]),
        (Criteria(status=(299, 299)), [6]),
        (Criteria(status=(299, 300)), [6]),
        (Criteria(status=(300, 399)), []),
        (Criteria(status=(100, 199)), []),
    ],
    ids=str,
)
def test_what_needs_a_look(criteria: Criteria, found: list[int], history: History) -> None:
    """What was not accepted here or answered too late, and what took an application longer than Cronofy waits."""
    history.record([at(0), at(1, status=503), at(2)._replace(answer_status=None), at(3), at(4), at(5)])
    limit = timedelta(seconds=5)
    history.forwards.record([forward(4)._replace(attempt=answered(duration=limit + timedelta(microseconds=1)))])
    history.forwards.record([forward(5)._replace(attempt=answered(duration=limit))])
    history.forwards.record([forward(6)._replace(attempt=answered(299, duration=2 * limit))])

    assert numbers(history.latest(100, criteria)) == found


def test_between_and_before(history: History) -> None:
    """A range has both its ends; what comes before a number does not have that one; so it is with a search."""
    history.record([at(minute, b'{"a note":1}') for minute in range(5)])

    for criteria in (Criteria(), Criteria(search="a note")):
        found = [numbers(part) for part in history.between(2, 4, criteria=criteria, chunk=2)]
        assert found == [[2, 3], [4]]
        assert [each.id for each in history.newest_first(criteria, before_id=4, chunk=2)] == [3, 2, 1]
        assert [numbers(part) for part in history.between(3, 3, criteria=criteria)] == [[3]]
        assert list(history.between(6, criteria=criteria)) == []


def test_settling(file_history: History) -> None:
    """Up to a number all can be found, or not: the first of a burst is as little settled as its last."""
    file_history.record([at(0)] * 3)
    assert file_history.is_settled()
    file_history.receive(arrivals(A_BURST, 0))

    assert [file_history.is_settled(number) for number in (3, 4, 3 + A_BURST)] == [True, False, False]
    assert file_history.latest(1)[0].id == 3
    file_history.settle(3)
    assert not file_history.is_settled(4)
    file_history.settle(4)
    assert file_history.is_settled()
    assert file_history.latest(1)[0].id == 3 + A_BURST


@pytest.mark.parametrize("number", [-1, 0, 2**63 - 1, 2**63, 2**70])
def test_numbers_that_none_has(number: int, history: History) -> None:
    """There is no delivery of a number that could not be one."""
    history.record([at(0)])

    assert history.get(number) is None
