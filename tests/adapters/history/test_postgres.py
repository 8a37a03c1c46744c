"""What only a history in PostgreSQL has: a server that can be away, roles, and writers on other machines."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.indexing import BLOCK
from cronofy_cli.adapters.history.intake import BIGGEST_ID
from cronofy_cli.adapters.history.postgres import database, intake
from cronofy_cli.adapters.history.postgres.report import look_at
from cronofy_cli.adapters.history.postgres.schema import CURRENT_VERSION
from cronofy_cli.adapters.history.search_blocks import IndexUnavailable
from cronofy_cli.adapters.history.tail import follow, patiently
from cronofy_cli.adapters.postgres import ConnectionSettings, PostgresAddress
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.core.notifications.deliveries import Arrival
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.history.samples import APP, at, forward
from tests.postgres_server import PASSWORD, READER, SECURED, database_of, wait_until_left
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.postgres_server import PostgresServer


@pytest.fixture
def team_history(address: PostgresAddress) -> Iterator[History]:
    """An empty history in PostgreSQL."""
    with open_history(address) as opened:
        yield opened


@pytest.fixture
def tries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a failure took, the next question is asked: on a busy machine any failure takes long."""
    monkeypatch.setattr(database, "_SLOW_S", 3600.0)


def arrivals(count: int) -> list[Arrival]:
    """Return so many that are about to be answered."""
    request = make_delivery().request
    return [Arrival(request, Verdict(SignatureState.VALID, "current"), 200, "uk")] * count


def end_connections(server: PostgresServer, address: PostgresAddress) -> None:
    """Have the server end all connections to a database, as it does when it is started again."""
    name = database_of(address.uri)
    server.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")


@pytest.mark.usefixtures("tries_at_once")
def test_a_connection_that_was_ended(
    team_history: History, address: PostgresAddress, postgres_server: PostgresServer
) -> None:
    """What is asked or written after it finds a new connection, without a word."""
    team_history.receive(arrivals(1))
    end_connections(postgres_server, address)
    assert len(team_history.latest(10)) == 1
    end_connections(postgres_server, address)

    assert [each.id for each in team_history.receive(arrivals(2))] == [2, 3]
    assert len(team_history.latest(10)) == 3


def test_nothing_is_written_beside_a_lost_transaction(
    team_history: History, address: PostgresAddress, postgres_server: PostgresServer
) -> None:
    """What is to be written together is not written in part when the connection ends in the middle."""

    def lose_it() -> None:
        with team_history.all_or_nothing():
            team_history.record([at(0)])
            end_connections(postgres_server, address)
            team_history.record([at(1)])

    with pytest.raises(HistoryUnavailable):
        lose_it()
    assert team_history.latest(10) == []
    assert team_history.record([at(2)])[0].id == 1


@pytest.mark.usefixtures("tries_at_once")
def test_the_server_is_killed(team_history: History, postgres_server: PostgresServer) -> None:
    """While it is away that is said at once; when it is back everything is there that was recorded, and it goes on."""
    team_history.receive(arrivals(3), lambda _: [APP])
    postgres_server.kill()
    try:
        for _ in range(3):
            with pytest.raises(HistoryAway, match="cannot be reached"):
                team_history.receive(arrivals(1))
            with pytest.raises(HistoryAway):
                team_history.latest(1)
    finally:
        postgres_server.start()

    assert [each.id for each in team_history.latest(10)] == [1, 2, 3]
    assert team_history.forwards.owed(3) == [APP]
    assert [each.id for each in team_history.receive(arrivals(1))] == [4]


def test_the_server_hangs(
    team_history: History, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for a limited time once; after that all that comes at once fails at once, until it answers again."""
    postgres_server.hang()
    try:
        for _ in range(20):
            with pytest.raises(HistoryUnavailable):
                team_history.receive(arrivals(1))
    finally:
        postgres_server.go_on()
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 60)
    monkeypatch.setattr(database, "time", later)

    assert len(team_history.receive(arrivals(1))) == 1
    assert len(team_history.receive(arrivals(1))) == 1


@pytest.mark.usefixtures("tries_at_once")
def test_a_commit_whose_answer_was_lost(
    team_history: History,
    address: PostgresAddress,
    postgres_server: PostgresServer,
    wait_until: Callable[[Callable[[], bool]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was recorded though Cronofy was told otherwise, and so sends again, is neither shown as accepted nor to be
    forwarded; what is sent again is."""
    first, *others = [Arrival(at(number).request, Verdict(SignatureState.VALID), 200, "uk") for number in range(5)]
    team_history.receive([first], lambda _: [APP])
    name = database_of(address.uri)
    postgres_server.hang()
    try:
        with monkeypatch.context() as impatient:
            impatient.setattr(intake, "_RECORD_LIMIT_S", 0.2)
            with pytest.raises(HistoryAway):
                team_history.receive(others[:2], lambda _: [APP])
    finally:
        postgres_server.go_on()
    wait_until(lambda: postgres_server.execute("SELECT count(*) FROM cronofy.deliveries", name) == [(3,)])

    team_history.receive(others[2:], lambda _: [APP])

    assert [each.answer_status for each in team_history.latest(10)] == [200, 503, 503, 200, 200]
    assert team_history.forwards.owed_to(APP) == [1, 4, 5]


def test_numbers_are_those_of_the_commits(team_history: History, address: PostgresAddress) -> None:
    """With several writers, whoever sees a number has seen all lower ones: nobody who follows misses any."""
    done = threading.Event()

    def write() -> None:
        with open_history(address, survives_power_cut=False) as writing:
            for count in range(1, 60):
                writing.receive(arrivals(count % 4 + 1), lambda _: [APP])

    writers = [threading.Thread(target=write) for _ in range(3)]
    seen: list[int] = []
    for writer in writers:
        writer.start()

    def ending(_: float) -> None:
        if not any(writer.is_alive() for writer in writers):
            done.set()

    for batch in follow(team_history, 0, ending):
        seen += [each.id or 0 for each in batch]
        if done.is_set() and not batch and len(seen) == team_history.newest_id():
            break

    assert seen == list(range(1, team_history.newest_id() + 1))


@pytest.mark.usefixtures("tries_at_once")
def test_following_over_a_restart(team_history: History, postgres_server: PostgresServer) -> None:
    """Who follows waits for a server that is started again, also amid much that came, and gets all of it once."""
    team_history.receive(arrivals(501))
    seen: list[int | None] = []
    looks = 0
    for batch in follow(team_history, 0, lambda _: None):
        seen += [each.id for each in batch]
        looks += 1
        if looks == 1:
            postgres_server.stop()
        elif looks == 4:
            postgres_server.start()
            team_history.receive(arrivals(2))
        elif len(seen) >= 503:
            break

    assert (seen, looks > 4) == (list(range(1, 504)), True)


def test_what_belongs_to_it_after_a_restart(team_history: History, postgres_server: PostgresServer) -> None:
    """Who has seen a delivery and asks what became of it waits for a server that is started again, too."""
    team_history.receive(arrivals(1), lambda _: [APP])
    postgres_server.stop()

    found = patiently(lambda: team_history.forwards.owed(1), lambda _: postgres_server.start())

    assert found == [APP]


def test_rows_of_other_writers_are_indexed(address: PostgresAddress) -> None:
    """Two programs index one history: one of them at a time, and nothing is left out."""
    with open_history(address) as one, open_history(address) as other:
        one.record([at(number, b'{"note":"number %d!"}' % number) for number in range(2 * BLOCK)])
        other.forwards.record([forward(number) for number in range(1, 2 * BLOCK + 1)])
        with closing(one.indexer()) as first, closing(other.indexer()) as second:
            assert first.fill() + second.fill() == 4 * BLOCK
            with one.all_or_nothing():
                first.fill()
                with pytest.raises(IndexUnavailable, match="another program"):
                    second.fill()

        assert one.search.unindexed() == other.search.unindexed() == 0
        assert [each.id for each in one.latest(10, Criteria(search="number 7!"))] == [8]
        assert one.search.spans("number 7!") == ((1, BLOCK), (2 * BLOCK + 1, BIGGEST_ID))


def test_a_reader(address: PostgresAddress, postgres_server: PostgresServer) -> None:
    """A role that may only read reads; it makes no tables, and is told when it is to write."""
    reader = PostgresAddress.parse(postgres_server.url(database_of(address.uri), READER))
    with open_history(reader, read_only=True) as reading:
        assert (reading.latest(1), reading.is_stored) == ([], False)
        assert reading.latest(1, Criteria(search="any")) == []
    with pytest.raises(HistoryUnavailable, match="your role may not"):
        open_history(reader)
    with open_history(address) as writing:
        writing.receive(arrivals(1))
        with pytest.raises(HistoryUnavailable, match="your role may not"):
            open_history(reader, read_only=True)
        postgres_server.execute(f"GRANT USAGE ON SCHEMA cronofy TO {READER}", database_of(address.uri))
        postgres_server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA cronofy TO {READER}", database_of(address.uri))

        with open_history(reader, read_only=True) as reading:
            assert len(reading.latest(10)) == 1
            reading.data_version()
            with pytest.raises(HistoryUnavailable, match="your role may not"):
                reading.tags.put("mine", 1)
        with open_history(reader) as both:
            for refused in (both.check_may_write, partial(both.receive, arrivals(1))):
                with pytest.raises(HistoryUnavailable, match="your role may not"):
                    refused()
        writing.check_may_write()
    assert look_at(reader)._replace(server_version="") == (READER, "", True, False)
    assert look_at(address).may_record


def test_a_database_without_our_tables(address: PostgresAddress) -> None:
    """It reads as an empty history, is not changed by that, and its report says that nothing is there yet."""
    with open_history(address, read_only=True) as reading:
        assert (reading.is_stored, reading.newest_id(), reading.total()) == (False, 0, 0)

    assert look_at(address)._replace(role="", server_version="") == ("", "", False, False)
    with open_history(address) as history:
        assert history.is_stored
    assert look_at(address)._replace(role="", server_version="") == ("", "", True, True)
    with open_history(address, read_only=True) as reading:
        assert reading.is_stored


def test_a_newer_format(team_history: History, address: PostgresAddress, postgres_server: PostgresServer) -> None:
    """Tables that a later release has written are left alone, and the hint says how to go on."""
    postgres_server.execute(f"UPDATE cronofy.versions SET version = {CURRENT_VERSION + 1}", database_of(address.uri))

    for read_only in (False, True):
        with pytest.raises(HistoryUnavailable, match="newer cronofy") as caught:
            open_history(address, read_only=read_only)
        assert caught.value.hint == "upgrade with `pip install --upgrade 'cronofy-cli[postgres]'`"


def test_values_are_no_part_of_statements(
    team_history: History, address: PostgresAddress, postgres_server: PostgresServer
) -> None:
    """What the server shows of its connections has nothing of a delivery, a search or a password."""
    name = database_of(address.uri)
    secured = PostgresAddress.parse(postgres_server.url(name, SECURED, PASSWORD))
    team_history.receive(arrivals(1), lambda _: ["http://aim.example/"])
    team_history.latest(1, Criteria(search="needle"))
    with connect(secured, ConnectionSettings()):
        seen = str(postgres_server.execute(f"SELECT * FROM pg_stat_activity WHERE datname = '{name}'"))
    names = str(postgres_server.execute(f"SELECT application_name FROM pg_stat_activity WHERE datname = '{name}'"))

    assert "SELECT" in seen
    for word in ("needle", "chn_1", "aim.example", PASSWORD):
        assert word not in seen
    assert "cronofy" in names


def test_the_clock_of_another_machine(team_history: History, address: PostgresAddress) -> None:
    """Deliveries are found in the order of their arrival here, whatever time another machine believes that it is."""
    with open_history(address) as elsewhere:
        recorded: list[Delivery] = []
        for minute, writing in ((0, team_history), (-600, elsewhere), (600, elsewhere), (1, team_history)):
            recorded += writing.record([at(minute)])

    assert [each.id for each in recorded] == [1, 2, 3, 4]
    assert team_history.latest(10) == recorded
    assert team_history.last() == recorded[-1]


def test_several_make_the_tables_at_once(
    address: PostgresAddress, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Whoever comes second while the tables are being made waits, and finds them made."""
    troubles: list[BaseException] = []

    def run() -> None:
        try:
            open_history(address).close()
        except BaseException as error:  # noqa: BLE001 - a thread's exception would be lost
            troubles.append(error)

    openers = [threading.Thread(target=run) for _ in range(4)]
    for opener in openers:
        opener.start()
    wait_until(lambda: not any(opener.is_alive() for opener in openers))

    assert troubles == []


def test_a_search_uses_the_index(
    address: PostgresAddress, postgres_server: PostgresServer, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """What a text may be in is looked up in the index and not in each block, also where there are few of them."""

    def look_ups() -> int:
        sql = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'search_blocks_by_gram'"
        [[count]] = postgres_server.execute(sql, database_of(address.uri))
        return int(count)

    with open_history(address) as history, closing(history.indexer()) as indexer:
        history.record([at(number, b'{"note":"number %d!"}' % number) for number in range(2 * BLOCK)])
        while indexer.fill():
            pass
    # What a connection has done is counted with its end at the latest.
    wait_until_left(address.uri)
    before = look_ups()
    with open_history(address, read_only=True) as history:
        assert [each.id for each in history.latest(10, Criteria(search="number 7!"))] == [8]

    wait_until(lambda: look_ups() > before)
