"""Requests that programs share by a database: its clock alone counts, and a program that was killed stops no other."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.core.api.rate_limits import RateLimit
from cronofy_cli.errors import RequestFailed
from cronofy_cli.sync.errors import CopyUnavailable
from cronofy_cli.sync.postgres_budget import PostgresBudget
from tests.sync.keeping import postgres_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_AN_HOUR = (RateLimit(1, 3600.0),)
LIMIT_S = 60.0
STILL_LOCKED = """
CREATE FUNCTION require_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pg_locks WHERE pid = pg_backend_pid() AND relation = tg_argv[0]::regclass AND mode = 'RowShareLock';
    IF NOT FOUND THEN RAISE EXCEPTION 'the row is not locked'; END IF;
    RETURN NULL;
END $$
"""
"""Fails a statement that comes after the transaction in which its session had locked a row."""


def budget_at(url: str, client_id: str = "main") -> PostgresBudget:
    """Return a program's budget."""
    return PostgresBudget(PostgresAddress.parse(url), client_id, "us", ONE_AN_HOUR)


def take(budget: PostgresBudget) -> None:
    """Send a request."""
    with budget.turn(threading.Event()):
        pass


@contextmanager
def waiting(budget: PostgresBudget) -> Iterator[threading.Event]:
    """Wait for a turn on another thread; the event says that it came. By the end of the block it has to."""
    had_turn, looked = threading.Event(), threading.Event()

    def send() -> None:
        begin = budget._begin

        def noted() -> int | None:
            number = begin()
            looked.set()
            return number

        budget._begin = noted  # type: ignore[method-assign]  # to know that it has looked, without a pause
        take(budget)
        had_turn.set()

    thread = threading.Thread(target=send)
    thread.start()
    assert looked.wait(LIMIT_S)
    assert not had_turn.is_set()
    yield had_turn
    assert had_turn.wait(LIMIT_S)
    thread.join()


def test_programs_share_it(postgres_url: str) -> None:
    """What one program has sent counts for the other, until the limit's time has passed by the database's clock."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url)) as other:
        take(one)
        with waiting(other):
            postgres_rows(postgres_url, "UPDATE requests SET ended_at = ended_at - interval '61 minutes'")


def test_what_is_under_way_counts(postgres_url: str) -> None:
    """A request counts as long as it is under way, whenever it began."""
    with (
        closing(budget_at(postgres_url)) as one,
        closing(budget_at(postgres_url)) as other,
        one.turn(threading.Event()),
        waiting(other),
    ):
        postgres_rows(postgres_url, "DELETE FROM requests")


def test_a_program_that_was_killed(postgres_url: str) -> None:
    """What never ended counts as long as a request can last, and the limit's time after that, and no longer."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url)) as other:
        take(one)
        postgres_rows(postgres_url, "UPDATE requests SET ended_at = NULL")
        with waiting(other):
            postgres_rows(postgres_url, "UPDATE requests SET begun_at = begun_at - interval '62 minutes'")


def test_all_slow_down(postgres_url: str) -> None:
    """When one program was refused for too many requests, the others wait too; a shorter pause ends no longer one."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url)) as other:
        take(one)
        postgres_rows(postgres_url, "DELETE FROM requests")
        one.slow_down(3600)
        one.slow_down(1)
        with waiting(other):
            postgres_rows(postgres_url, "UPDATE request_budgets SET paused_until = now()")


def test_the_longest_limit_decides_what_is_remembered(postgres_url: str) -> None:
    """Of several limits each counts: what the shortest has forgotten is still within the longest."""
    limits = (RateLimit(1, 3600.0), RateLimit(50, 1.0))
    with closing(PostgresBudget(PostgresAddress.parse(postgres_url), "main", "us", limits)) as budget:
        take(budget)
        postgres_rows(postgres_url, "UPDATE requests SET ended_at = ended_at - interval '59 minutes'")

        assert [budget._begin() for _ in range(3)] == [None] * 3


def test_a_turn_is_given_to_one_at_a_time(postgres_url: str) -> None:
    """Whoever looks whether there is a turn keeps the others out until it is noted: two never take the last one."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url)) as other:
        take(one)
        postgres_rows(postgres_url, "DELETE FROM requests")
        postgres_rows(postgres_url, STILL_LOCKED)
        postgres_rows(
            postgres_url,
            "CREATE TRIGGER alone BEFORE INSERT ON requests EXECUTE FUNCTION require_lock('request_budgets')",
        )

        take(other)


def test_applications_have_their_own(postgres_url: str) -> None:
    """The requests of one application are nothing to another."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url, "other")) as other:
        take(one)
        take(other)


def test_what_waits_is_ended(postgres_url: str) -> None:
    """Nobody waits for a turn when the command ends."""
    with closing(budget_at(postgres_url)) as one, closing(budget_at(postgres_url)) as other:
        take(one)
        other.stop()
        with pytest.raises(RequestFailed, match="the request was not sent"):
            take(other)


def test_a_database_that_is_away() -> None:
    """Without the database it is not known what others have sent, and nothing is."""
    with closing(budget_at("postgresql://postgres@127.0.0.1:1/team")) as budget, pytest.raises(CopyUnavailable):
        take(budget)
