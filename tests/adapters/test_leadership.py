"""Which of several listeners leads, by a lock in a real PostgreSQL."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters import leadership
from cronofy_cli.adapters.leadership import ANSWER_LIMIT_S, Leadership, SharedUrl
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.replica import BEAT_S, Lead, LeadLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.errors import CronofyError
    from tests.postgres_server import PostgresServer

    WaitUntil = Callable[[Callable[[], bool]], None]

URL = SharedUrl("https://api-uk.cronofy.com", "acc_1", "https://hooks.example.com")
LIMIT_S = 20.0


@pytest.fixture
def opened(postgres_url: str) -> Iterator[Callable[..., Leadership]]:
    """Opens connections that can lead, and closes them."""
    made: list[Leadership] = []

    def open_one(url: SharedUrl = URL) -> Leadership:
        made.append(Leadership.open(PostgresAddress.parse(postgres_url), url))
        return made[-1]

    yield open_one
    for each in made:
        each.close()


def end_connections(server: PostgresServer, postgres_url: str) -> None:
    """Have the server end the connections to a database, as an administrator does."""
    database = PostgresAddress.parse(postgres_url).shown.partition("?")[0].rpartition("/")[2]
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def test_one_at_a_time(opened: Callable[..., Leadership], wait_until: WaitUntil) -> None:
    """The second leads once the first has ended, and not before; who leads already still does."""
    first, second = opened(), opened()

    assert [first.try_to_lead(), second.try_to_lead(), first.try_to_lead()] == [True, False, True]
    assert (first.leads(), second.leads()) == (True, False)
    first.close()
    wait_until(second.try_to_lead)


@pytest.mark.parametrize(
    "other",
    [
        SharedUrl("https://api-de.cronofy.com", "acc_1", "https://hooks.example.com"),
        SharedUrl("https://api-uk.cronofy.com", "acc_2", "https://hooks.example.com"),
        SharedUrl("https://api-uk.cronofy.com", "acc_1", "https://hooks.example.com/staging"),
    ],
)
def test_others_are_led_apart(opened: Callable[..., Leadership], other: SharedUrl) -> None:
    """Another data center, account or address has a leader and a path of its own."""
    one, another = opened(), opened(other)

    assert one.try_to_lead()
    assert another.try_to_lead()
    assert one.path(lambda: "/r/1") != another.path(lambda: "/r/2")


def test_one_path_for_all(opened: Callable[..., Leadership]) -> None:
    """Whoever comes first makes the path; all others serve the same."""
    first, second = opened(), opened()

    assert [first.path(lambda: "/r/1"), second.path(lambda: "/r/2"), first.path(lambda: "/r/3")] == ["/r/1"] * 3


def test_a_lead_that_is_cut_off(
    opened: Callable[..., Leadership], postgres_server: PostgresServer, postgres_url: str
) -> None:
    """A leader whose connection ends knows at once: it leads no longer, before it is asked for anything."""
    leading = opened()
    assert leading.try_to_lead()
    lost: list[CronofyError] = []
    is_over = threading.Event()

    def note(error: CronofyError) -> None:
        lost.append(error)
        is_over.set()

    lead = Lead(leading, note)
    lead.start()
    try:
        assert lead.holds()
        end_connections(postgres_server, postgres_url)
        assert is_over.wait(LIMIT_S)
        assert not lead.holds()
    finally:
        assert lead.stop()

    [error] = lost
    assert isinstance(error, LeadLost)
    assert error.message.startswith("this listener does not lead any more: the history cannot be reached in PostgreSQL")
    assert opened().try_to_lead()


def test_one_that_does_not_lead(opened: Callable[..., Leadership]) -> None:
    """As soon as the server says that another one leads, this one does no longer."""
    assert opened().try_to_lead()
    lost: list[CronofyError] = []
    is_over = threading.Event()

    def note(error: CronofyError) -> None:
        lost.append(error)
        is_over.set()

    lead = Lead(opened(), note)
    lead.start()
    try:
        assert is_over.wait(LIMIT_S)
        assert not lead.holds()
    finally:
        assert lead.stop()

    assert [type(error) for error in lost] == [LeadLost]


def test_a_server_that_hangs(
    opened: Callable[..., Leadership], postgres_server: PostgresServer, wait_until: WaitUntil
) -> None:
    """A leader that gets no answer leads no longer, well before PostgreSQL would let another one lead."""
    leading = opened()
    assert leading.try_to_lead()
    lost: list[CronofyError] = []
    lead = Lead(leading, lost.append)
    lead.start()
    postgres_server.hang()
    try:
        wait_until(lambda: not lead.holds())
    finally:
        postgres_server.go_on()
        assert lead.stop()
    assert len(lost) <= 1


class SlowServer:
    """A leader's connection whose answers take as long as they may, by a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.held: list[bool] = []
        self.is_enough = threading.Event()
        self._mine, self._other = socket.socketpair()
        self._other.send(b"!")  # The rest of a beat ends at once; its time passes here.

    def leads(self) -> bool:
        """Answer late."""
        self.now_s += ANSWER_LIMIT_S - 0.01
        self.held.append(self.lead.holds())
        self.now_s += BEAT_S
        if len(self.held) == 5:
            self.is_enough.set()
        return True

    def fileno(self) -> int:
        """Return a descriptor that can be read."""
        return self._mine.fileno()

    def close(self) -> None:
        """End it."""
        self._mine.close()
        self._other.close()

    def following(self, monkeypatch: pytest.MonkeyPatch) -> Lead:
        """Return the lead that asks here."""
        monkeypatch.setattr("cronofy_cli.listen.replica.clock_since_boot", lambda: lambda: self.now_s)
        this: Any = self
        self.lead = Lead(this, lambda _error: None)
        return self.lead


def test_a_server_that_answers_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader whose every answer takes as long as it may leads for certain all the time: nothing is refused."""
    server = SlowServer()
    lead = server.following(monkeypatch)

    lead.start()
    assert server.is_enough.wait(LIMIT_S)
    assert lead.stop()

    assert set(server.held) == {True}
    assert not lead.holds()


def test_a_leader_that_is_not_heard_of(
    opened: Callable[..., Leadership], wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a proxy keeps its connection, or its process hangs, the lead is free after the limit all the same."""
    second = opened()
    monkeypatch.setattr(leadership, "SERVER_LIMIT_S", 0.5)
    first = opened()
    assert first.try_to_lead()
    assert not second.try_to_lead()

    wait_until(second.try_to_lead)
    with pytest.raises(HistoryUnavailable):
        first.leads()


def test_a_lead_that_is_given_back(opened: Callable[..., Leadership], wait_until: WaitUntil) -> None:
    """Stopped in order, it is free at once, and nothing is reported."""
    first, second = opened(), opened()
    assert first.try_to_lead()
    lost: list[CronofyError] = []
    lead = Lead(first, lost.append)
    lead.start()

    assert lead.stop()
    assert not lead.holds()
    wait_until(second.try_to_lead)
    assert lost == []


def test_a_lead_that_never_began(opened: Callable[..., Leadership], wait_until: WaitUntil) -> None:
    """An interrupt before its start leaves nothing held."""
    first, second = opened(), opened()
    assert first.try_to_lead()
    lead = Lead(first, lambda _: None)

    assert lead.stop()
    lead.release()
    assert not lead.holds()
    wait_until(second.try_to_lead)


def test_no_server() -> None:
    """A database that is not there is named, without its password."""
    address = PostgresAddress.parse("postgresql://me:s3cret@127.0.0.1:1/team")

    with pytest.raises(HistoryUnavailable, match="the history cannot be reached in PostgreSQL") as raised:
        Leadership.open(address, URL)

    assert raised.value.hint is not None
    assert "s3cret" not in f"{raised.value.message} {raised.value.hint}"
