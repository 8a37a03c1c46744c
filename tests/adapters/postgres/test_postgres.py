"""PostgreSQL: its address, connections that never hang, migrations, locks, and what its failures become."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from cronofy_cli.adapters import postgres
from cronofy_cli.adapters.postgres import (
    AdvisoryLock,
    ConnectionSettings,
    PostgresAddress,
    Trouble,
    described,
    migrate,
    refuse_password,
    translated,
    version_of,
)
from cronofy_cli.adapters.postgres.troubles import trouble_of, words_of
from cronofy_cli.adapters.team_database import connect
from cronofy_cli.errors import HistoryUnavailable, WrongUsage
from tests.golden_errors import compare_errors
from tests.open_files import open_files
from tests.postgres_server import PASSWORD, POOLER_PORT, SECURED, database_of
from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.postgres_server import PostgresServer


def failed(trouble: Trouble, words: str) -> HistoryUnavailable:
    """Return the error of a test's store."""
    return HistoryUnavailable(trouble.name, hint=words)


@pytest.mark.parametrize(
    ("text", "shown", "has_password"),
    [
        ("postgresql://db/app", "postgresql://db/app", False),
        ("postgres://me:geheim@db:5432/app", "postgres://me@db:5432/app", True),
        ("postgresql://me:g%40@[::1]:5432,db2/app", "postgresql://me@[::1]:5432,db2/app", True),
        (
            "postgresql:///app?host=/run/pg&password=geheim&sslmode=require",
            "postgresql:///app?host=/run/pg&sslmode=require",
            True,
        ),
        ("postgresql:///?service=acme", "postgresql:///?service=acme", False),
        ("postgresql://me:@db/app", "postgresql://me@db/app", False),
    ],
)
def test_address(text: str, shown: str, has_password: bool) -> None:
    """An address is shown without its password, wherever that stands."""
    address = PostgresAddress.parse(text)

    assert (address.uri, address.shown, str(address), address.has_password) == (text, shown, shown, has_password)
    assert "geheim" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "mysql://db/app",
        "postgresql://me:ge/heim@db/app",
        "postgresql://me:ge?heim@db/app",
        "postgresql://me:12?heim@db/app",
        "postgresql://me:ge@heim@db/app",
        "postgresql://db:heim/app",
        "postgresql://db/a\nheim",
    ],
)
def test_no_address(text: str) -> None:
    """What is no address is refused without a word of it, since a part may be a password."""
    with pytest.raises(WrongUsage) as caught:
        PostgresAddress.parse(text)

    assert "heim" not in f"{caught.value} {caught.value.hint}"


def test_password_refused() -> None:
    """A password where others can read it is refused, with the places where it belongs."""
    refuse_password(PostgresAddress.parse("postgresql://me@db/app"), where="--out")

    with pytest.raises(WrongUsage, match="--out") as caught:
        refuse_password(PostgresAddress.parse("postgresql://me:geheim@db/app"), where="--out")
    assert "postgresql://me@db/app" in str(caught.value.hint)
    assert "geheim" not in f"{caught.value} {caught.value.hint}"


def test_session(postgres_url: str) -> None:
    """A connection has a constant name, commits by itself, and looks names up in its schema alone."""
    with connect(PostgresAddress.parse(postgres_url)) as session:
        assert session.execute("SELECT current_setting('application_name')").fetchone() == ("cronofy",)
        assert session.execute("SHOW search_path").fetchone() == ("cronofy",)
        assert session.autocommit


def test_any_text(postgres_url: str) -> None:
    """A text comes back as it was, even with what PostgreSQL cannot hold."""
    texts = ["", "é", "a\0b", "\x1b0\x1b1\0", "\x1b"]
    with connect(PostgresAddress.parse(postgres_url)) as session:
        session.execute("CREATE SCHEMA cronofy")
        session.execute("CREATE TABLE words (word text)")
        session.cursor().executemany("INSERT INTO words VALUES (%s)", [(text,) for text in texts])
        session.execute("INSERT INTO words SELECT unnest(%b::text[])", (texts,))

        assert [word for (word,) in session.execute("SELECT word FROM words").fetchall()] == texts * 2
        assert [word for (word,) in session.execute("SELECT word FROM words", binary=True).fetchall()] == texts * 2
        assert session.execute("SELECT count(*) FROM words WHERE word = %s", ("a\0b",)).fetchone() == (2,)


def test_password_from_elsewhere(postgres_server: PostgresServer, postgres_url: str) -> None:
    """A password that the server wants is asked for where nothing else has one, and is in none of its logs."""
    address = PostgresAddress.parse(postgres_server.url(database_of(postgres_url), SECURED))

    with postgres.connect(address, find_password=lambda _: PASSWORD) as session:
        assert session.execute("SELECT current_user").fetchone() == (SECURED,)
    for find in (lambda _: None, lambda _: "falsch"):
        with pytest.raises(HistoryUnavailable, match="NOT_LET_IN") as caught, translated(failed):
            postgres.connect(address, find_password=find)
        assert "falsch" not in str(caught.value.hint)


def test_a_password_that_is_nowhere(
    postgres_server: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the keyring is switched off as well, the server's own words say what is missing."""
    monkeypatch.setenv("CRONOFY_NO_KEYRING", "1")

    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        connect(PostgresAddress.parse(postgres_server.url(database_of(postgres_url), SECURED)))


def test_a_connection_that_cannot_be_prepared(postgres_url: str) -> None:
    """One that refuses what every connection is told is not left open."""
    files = open_files()

    with pytest.raises(psycopg.Error) as caught:
        connect(PostgresAddress.parse(postgres_url), ConnectionSettings(statement_limit_s=1e9))

    assert open_files() <= files, caught.value


def test_a_standby_server(postgres_server: PostgresServer, postgres_url: str) -> None:
    """A server that follows another one has no LISTEN: whoever reads there goes on, and is not woken."""
    is_standby = postgres_server.folder / "data" / "standby.signal"
    postgres_server.stop()
    is_standby.touch()
    try:
        postgres_server.start()
        with connect(PostgresAddress.parse(postgres_url)) as session:
            assert session.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            assert [session.listen_to("news"), session.listen_to("news")] == [True, False]
            assert not session.has_heard()
    finally:
        postgres_server.stop()
        is_standby.unlink()
        postgres_server.start()


def test_server_away(postgres_server: PostgresServer) -> None:
    """A server that does not run is reported as such, with its address and no password."""
    address = PostgresAddress.parse(f"postgresql://me:geheim@/app?host={postgres_server.folder}&port=1")

    def explain(trouble: Trouble, words: str) -> HistoryUnavailable:
        sentence, hint = described("the history", address, trouble, words)
        return HistoryUnavailable(f"{trouble.name} {sentence}", hint=hint)

    with pytest.raises(HistoryUnavailable, match="AWAY the history cannot be reached") as caught, translated(explain):
        connect(address)
    assert "geheim" not in f"{caught.value} {caught.value.hint}"
    assert str(address) in str(caught.value.hint)


def test_a_pooler(postgres_server: PostgresServer, postgres_url: str) -> None:
    """One that keeps sessions is used; one that shares connections is refused, and nothing is set in those."""
    program = require_program("pgbouncer")
    database = database_of(postgres_url)
    address = PostgresAddress.parse(postgres_server.url(database, port=POOLER_PORT))
    with postgres_server.pooler(program, "session"), connect(address, ConnectionSettings(is_read_only=True)) as session:
        assert session.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
    with postgres_server.pooler(program, "transaction"):
        for _ in range(2):
            with pytest.raises(HistoryUnavailable, match="SHARED"), translated(failed):
                connect(address, ConnectionSettings(is_read_only=True))
        with psycopg.connect(address.uri, prepare_threshold=None) as others:
            assert others.execute("SHOW default_transaction_read_only").fetchone() == ("off",)


@pytest.mark.parametrize("what", ["PREPARE twice AS SELECT 1", "EXECUTE never"])
def test_statements_of_others(what: str, postgres_url: str) -> None:
    """What shows later that transactions are in different sessions is named as that."""
    with connect(PostgresAddress.parse(postgres_url)) as session:
        session.execute("PREPARE twice AS SELECT 1", prepare=False)
        with pytest.raises(HistoryUnavailable, match="SHARED"), translated(failed):
            session.execute(what.encode(), prepare=False)


@pytest.mark.parametrize(
    "words",
    [
        'invalid sslmode value: "verify"',
        'root certificate file "/root.crt" does not exist',
        "SSL error: certificate verify failed",
        'server certificate for "db" (and 1 other name) does not match host name "127.0.0.1"',
    ],
)
def test_certificates(words: str) -> None:
    """What is wrong with certificates is not taken for a server that is away: the hint names what decides."""
    address = PostgresAddress.parse("postgresql://db/app?sslmode=verify-full")
    with pytest.raises(HistoryUnavailable, match="NOT_TRUSTED") as caught, translated(failed):
        raise psycopg.OperationalError(f"connection failed: {words}")

    sentence, hint = described("the history", address, Trouble.NOT_TRUSTED, caught.value.hint or "")
    assert sentence == f"the history in PostgreSQL cannot be reached safely: {words}"
    assert hint == f"check sslmode and sslrootcert of {address}"


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        ("08006", Trouble.AWAY),
        ("28P01", Trouble.NOT_LET_IN),
        ("53300", Trouble.AWAY),
        ("57P01", Trouble.AWAY),
        ("57P03", Trouble.AWAY),
        ("58030", Trouble.FULL),
        ("26000", Trouble.SHARED),
        ("42P05", Trouble.SHARED),
        ("25006", Trouble.NOT_ALLOWED),
        ("42501", Trouble.NOT_ALLOWED),
        ("3D000", Trouble.NOT_THERE),
        ("3F000", Trouble.NO_TABLES),
        ("42P01", Trouble.NO_TABLES),
        ("40001", Trouble.LOCKED),
        ("40P01", Trouble.LOCKED),
        ("55P03", Trouble.LOCKED),
        ("57014", Trouble.LOCKED),
        ("53100", Trouble.FULL),
        ("22003", Trouble.OTHER),
        ("42601", None),
    ],
)
def test_states(state: str, trouble: Trouble | None) -> None:
    """What PostgreSQL's codes mean; a statement that is wrong is a bug of ours and stays one."""
    assert trouble_of(psycopg.errors.lookup(state)("words")) is trouble


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ('database "app" does not exist', Trouble.NOT_THERE),
        ('role "app" does not exist', Trouble.NOT_LET_IN),
        ("fe_sendauth: no password supplied", Trouble.NOT_LET_IN),
        ('no pg_hba.conf entry for host "10.0.0.1"', Trouble.NOT_LET_IN),
        ("GSSAPI authentication failed", Trouble.NOT_LET_IN),
        ('FATAL: Password Authentication failed for user "me"', Trouble.NOT_LET_IN),
        ("connection to server failed: Connection refused", Trouble.AWAY),
    ],
)
def test_words_without_a_code(words: str, trouble: Trouble) -> None:
    """While it connects there is a sentence alone, and it is understood."""
    assert trouble_of(psycopg.OperationalError(words)) is trouble
    assert trouble_of(psycopg.InterfaceError(words)) is None


def test_words() -> None:
    """What is said of each trouble is kept word for word."""
    address = PostgresAddress.parse("postgresql://me@db:5433/app")
    told = []
    for trouble in Trouble:
        sentence, hint = described("the history", address, trouble, "its words")
        told.append((trouble.name, HistoryUnavailable(sentence, hint=hint)))

    compare_errors("troubles.txt", told, Path(__file__).parent / "golden")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("connection failed: it rains\nmore", "it rains"),
        ("\n  connection is bad: it rains", "it rains"),
        ("it rains", "it rains"),
        (" \n", "OperationalError"),
    ],
)
def test_the_first_line(said: str, words: str) -> None:
    """Of what libpq says the first line is shown, without what it says every time."""
    assert words_of(psycopg.OperationalError(said)) == words


def test_time_limit_of_this_side(postgres_server: PostgresServer, postgres_url: str) -> None:
    """A server that has stopped to answer is waited for no longer than was allowed; the connection is closed then."""
    with connect(PostgresAddress.parse(postgres_url)) as session:
        postgres_server.hang()
        try:
            with pytest.raises(HistoryUnavailable, match="AWAY"), translated(failed), session.within(0.2):
                session.execute("SELECT 1")
        finally:
            postgres_server.go_on()

        assert session.closed


def test_time_limit_of_the_server(postgres_url: str, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A statement that takes too long is broken off by the server, and the connection stays as it is."""
    settings = ConnectionSettings(statement_limit_s=0.1)

    def answers() -> bool:
        # On a busy machine this may take too long as well.
        with suppress(psycopg.errors.QueryCanceled):
            return session.execute("SELECT 1").fetchone() == (1,)
        return False

    with connect(PostgresAddress.parse(postgres_url), settings) as session:
        with pytest.raises(HistoryUnavailable, match="LOCKED"), translated(failed):
            session.execute("SELECT pg_sleep(60)")

        wait_until(answers)


@pytest.mark.parametrize(
    ("sql", "trouble"), [("SELECT 1 FROM nothing", "NO_TABLES"), ("CREATE TABLE a (b int)", "NOT_ALLOWED")]
)
def test_troubles(postgres_url: str, sql: str, trouble: str) -> None:
    """What the server refuses is told apart."""
    with (
        connect(PostgresAddress.parse(postgres_url), ConnectionSettings(is_read_only=True)) as session,
        pytest.raises(HistoryUnavailable, match=trouble),
        translated(failed),
    ):
        session.execute(sql.encode())


MIGRATIONS = (("CREATE TABLE first (id int)",), ("CREATE TABLE second (id int)", "INSERT INTO first VALUES (1)"))


def accept(version: int) -> None:
    """Know every version."""


def test_migrations_side_by_side(postgres_url: str) -> None:
    """Of several programs that come at once, one makes the tables and the others wait for it."""
    address = PostgresAddress.parse(postgres_url)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with connect(address, ConnectionSettings(lock_limit_s=60)) as session:
                migrate(session, "things", MIGRATIONS, accept)
        except BaseException as error:  # noqa: BLE001 - the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with connect(address) as session:
        assert version_of(session, "things") == 2
        assert session.execute("SELECT count(*) FROM first").fetchone() == (1,)


def test_migrations_one_by_one(postgres_url: str) -> None:
    """Tables of an older release become current ones, and components are counted apart."""
    with connect(PostgresAddress.parse(postgres_url)) as session:
        assert version_of(session, "things") == 0
        migrate(session, "things", MIGRATIONS[:1], accept)
        migrate(session, "others", (("CREATE TABLE other (id int)",),), accept)
        migrate(session, "things", MIGRATIONS, accept)

        assert (version_of(session, "things"), version_of(session, "others")) == (2, 1)


def test_newer_tables(postgres_url: str) -> None:
    """Tables of a later release are left alone."""

    def refuse(version: int) -> None:
        if version > 1:
            raise HistoryUnavailable("too new")

    with connect(PostgresAddress.parse(postgres_url)) as session:
        migrate(session, "things", MIGRATIONS, accept)
        with pytest.raises(HistoryUnavailable, match="too new"):
            migrate(session, "things", MIGRATIONS[:1], refuse)


def test_lock(postgres_url: str) -> None:
    """A lock is one connection's, until it gives it back."""
    address = PostgresAddress.parse(postgres_url)
    with connect(address) as one, connect(address) as other:
        mine, theirs, another = AdvisoryLock(one, "a"), AdvisoryLock(other, "a"), AdvisoryLock(other, "b")

        assert (mine.try_to_take(), theirs.try_to_take(), another.try_to_take()) == (True, False, True)
        assert (mine.is_held(), theirs.is_held()) == (True, False)
        mine.give_back()
        assert theirs.try_to_take()


def test_lock_ends_with_its_holder(
    postgres_server: PostgresServer, postgres_url: str, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A lock whose connection has been ended is another's to take, and its former holder learns that it is gone."""
    address = PostgresAddress.parse(postgres_url)
    with connect(address) as one, connect(address) as other:
        mine, theirs = AdvisoryLock(one, "a"), AdvisoryLock(other, "a")
        assert mine.try_to_take()
        postgres_server.execute(f"SELECT pg_terminate_backend({one.info.backend_pid})")

        wait_until(theirs.try_to_take)
        with pytest.raises(HistoryUnavailable, match="AWAY"), translated(failed):
            mine.is_held()


def test_killed_server(postgres_server: PostgresServer, postgres_url: str) -> None:
    """A server that was killed is noticed at once, and is there again with everything that was committed."""
    address = PostgresAddress.parse(postgres_url)
    with connect(address) as session:
        migrate(session, "things", MIGRATIONS, accept)
        postgres_server.kill()
        with pytest.raises(HistoryUnavailable, match="AWAY"), translated(failed):
            session.execute("SELECT 1")
    postgres_server.start()
    with connect(address) as session:
        assert version_of(session, "things") == 2
