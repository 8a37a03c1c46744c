"""The caches' files: whose they are, which version they have, and what is said when something is wrong with them."""

from __future__ import annotations

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.event_cache import clear_event_caches, connection, list_event_caches, open_event_cache
from cronofy_cli.adapters.event_cache.schema import MIGRATIONS, translated
from cronofy_cli.errors import EventCacheUnavailable
from tests.adapters.sqlite_errors import sqlite_errors
from tests.event_states import event_state
from tests.golden_errors import compare_errors
from tests.open_files import open_files

if TYPE_CHECKING:
    import sqlite3

    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.errors import CronofyError


def folder(environment: dict[str, str]) -> Path:
    """Return where the files are."""
    return Path(environment["CRONOFY_DATA_DIR"]) / "event-cache"


def test_accounts_are_apart(environment: dict[str, str]) -> None:
    """Each account at each data center has a cache of its own, whatever their names are made of."""
    owners = [("uk", "acc_1"), ("de", "acc_1"), ("uk", "acc_2"), ("http://127.0.0.1:7080", "../../acc/1"), ("uk", "")]
    for data_center, sub in owners:
        with open_event_cache(data_center, sub, environment) as cache:
            assert len(cache.observe([event_state()], None)) == 1

    found = list_event_caches(environment)

    assert sorted((each.data_center, each.sub) for each in found) == sorted(owners)
    assert {each.path.parent for each in found} == {folder(environment)}


def test_status(cache: EventCache, environment: dict[str, str]) -> None:
    """How many events are known and how many of them are gone, how big the file is, when it was last read into."""
    assert cache.status().last_read is None
    cache.observe([event_state("evt_1"), event_state("evt_2", deleted=True)], None)

    (status,) = list_event_caches(environment)

    assert status == cache.status()
    assert (status.events, status.deleted, status.path) == (1, 1, cache.path)
    assert status.size_bytes > 0
    assert status.last_read is not None


def test_clear(cache: EventCache, environment: dict[str, str]) -> None:
    """What is forgotten is seen for the first time again, also by a program that has the cache open."""
    cache.observe([event_state("evt_1", description="x" * 100_000), event_state("evt_2")], None)
    size = cache.status().size_bytes

    assert clear_event_caches(environment) == 2
    assert cache.status().size_bytes < size
    assert [change.kind.value for change in cache.observe([event_state("evt_1")], None)] == ["first_seen"]


def test_nothing_to_list(environment: dict[str, str]) -> None:
    """Looking and clearing make no file."""
    assert list_event_caches(environment) == []
    assert clear_event_caches(environment) == 0
    assert not Path(environment["CRONOFY_DATA_DIR"]).exists()


def test_another_world(environment: dict[str, str]) -> None:
    """A simulator that was started anew has calendars of its own: what was seen in another one counts no more."""
    for world, told in [("7080 1", 1), ("7080 1", 0), ("7080 2", 1), ("7080 2", 0)]:
        with open_event_cache("simulator", "acc_1", environment, world=world) as cache:
            assert len(cache.observe([event_state()], None)) == told


def test_private(environment: dict[str, str]) -> None:
    """Events are no one else's business: only the user may enter the folder and read the files."""
    previous = os.umask(0)
    try:
        with open_event_cache("uk", "acc_1", environment) as cache:
            cache.observe([event_state()], None)
            place = folder(environment)
            modes = {stat.S_IMODE(each.stat().st_mode) for each in place.iterdir()}
            assert (stat.S_IMODE(place.stat().st_mode), modes) == (0o700, {0o600})
    finally:
        os.umask(previous)


def test_made_by_several_at_once(environment: dict[str, str]) -> None:
    """Programs that make the file at the same moment share it, and what one has read none of them forgets."""
    count = 6
    together = threading.Barrier(count)
    told: list[int] = []

    def observe() -> None:
        together.wait()
        with open_event_cache("uk", "acc_1", environment) as cache:
            told.append(len(cache.observe([event_state()], None)))

    threads = [threading.Thread(target=observe) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == [0] * (count - 1) + [1]


def test_another_world_for_two_at_once(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs that meet the cache of another world empty it once: what one has read into it stays."""
    with open_event_cache("simulator", "acc_1", environment, world="former") as cache:
        cache.observe([event_state("evt_former")], None)
    looks, second_look, has_read = [0], threading.Event(), threading.Event()
    is_of = connection._is_of

    def held(opened: sqlite3.Connection, world: str) -> bool:
        found = is_of(opened, world)
        looks[0] += 1
        if looks[0] == 2:
            second_look.set()
            has_read.wait(0.3)
        return found

    monkeypatch.setattr(connection, "_is_of", held)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(open_event_cache, "simulator", "acc_1", environment, world="now")
        assert second_look.wait(60)
        with open_event_cache("simulator", "acc_1", environment, world="now") as cache:
            cache.observe([event_state("evt_now")], None)
            has_read.set()
            with first.result(60):
                assert (cache.status().events, cache.status().deleted) == (1, 0)


def test_migrated_once(cache: EventCache, environment: dict[str, str]) -> None:
    """The file says how many migrations it has been through, and opening it again changes nothing."""
    cache.observe([event_state()], None)
    with open_event_cache("uk", "acc_1", environment) as again:
        assert again._connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert again.status() == cache.status()


def test_an_older_file_becomes_a_current_one(
    cache: EventCache, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release with one more migration finds everything again, and the older release leaves the file alone then."""
    cache.observe([event_state()], None)
    with monkeypatch.context() as newer:
        added = ("ALTER TABLE events ADD COLUMN new_in_the_next_release INTEGER",)
        newer.setattr("cronofy_cli.adapters.event_cache.schema.MIGRATIONS", (*MIGRATIONS, added))
        with open_event_cache("uk", "acc_1", environment) as migrated:
            assert migrated.observe([event_state()], None) == ()
            assert migrated._connection.execute("SELECT new_in_the_next_release FROM events").fetchall() == [(None,)]

    with pytest.raises(EventCacheUnavailable, match="newer cronofy") as caught:
        open_event_cache("uk", "acc_1", environment)
    assert "pip install --upgrade" in (caught.value.hint or "")


def test_a_migration_that_fails(
    cache: EventCache, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a migration is none: the file stays what it was."""
    cache.observe([event_state()], None)
    with monkeypatch.context() as newer:
        broken = ("CREATE TABLE half (id INTEGER)", "CREATE TABLE events (id INTEGER)")
        newer.setattr("cronofy_cli.adapters.event_cache.schema.MIGRATIONS", (*MIGRATIONS, broken))
        with pytest.raises(EventCacheUnavailable, match="already exists"):
            open_event_cache("uk", "acc_1", environment)

    with open_event_cache("uk", "acc_1", environment) as again:
        assert again.observe([event_state()], None) == ()
        assert again._connection.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchone() is None


@pytest.mark.parametrize("content", [b"this is not a database" * 100, None], ids=["damaged", "newer"])
def test_beyond_repair(content: bytes | None, environment: dict[str, str]) -> None:
    """A file that is no cache is left alone until it is cleared away, and then a new one begins."""
    with open_event_cache("uk", "acc_1", environment) as cache:
        path = cache.path
        cache._connection.execute("PRAGMA user_version = 99")
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(EventCacheUnavailable) as caught:
        list_event_caches(environment)
    assert "cronofy events cache clear" in (caught.value.hint or "")
    assert clear_event_caches(environment) == 0
    assert not path.exists()
    with open_event_cache("uk", "acc_1", environment) as cache:
        assert len(cache.observe([event_state()], None)) == 1


def test_full(cache: EventCache) -> None:
    """On a full disk nothing of a read is kept, so all of it is told when there is room again."""
    (pages,) = cache._connection.execute("PRAGMA page_count").fetchone()
    cache._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    events = [event_state("evt_1"), event_state("evt_2", description="x" * 100_000)]

    with pytest.raises(EventCacheUnavailable, match="full") as caught:
        cache.observe(events, None)
    assert caught.value.hint == f"free some space for {cache.path}"
    assert cache.status().events == 0

    cache._connection.execute("PRAGMA max_page_count = 1000000")
    assert len(cache.observe(events, None)) == 2


def test_full_while_remembering(cache: EventCache) -> None:
    """What is remembered is remembered as a whole, or nothing of it is."""
    (pages,) = cache._connection.execute("PRAGMA page_count").fetchone()
    cache._connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    with pytest.raises(EventCacheUnavailable, match="full"):
        cache.remember([event_state("evt_1"), event_state("evt_2", description="x" * 100_000)])

    assert cache.status().events == 0


def test_locked_while_clearing(cache: EventCache, environment: dict[str, str]) -> None:
    """What cannot be forgotten now is still there."""
    cache.observe([event_state()], None)
    cache._connection.execute("PRAGMA busy_timeout = 20")
    with open_event_cache("uk", "acc_1", environment) as other:
        other._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(EventCacheUnavailable, match="locked"):
            cache.clear()

    assert cache.status().events == 1


def test_what_cannot_be_cleared_now_stays(
    cache: EventCache, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that another program holds is not taken for one that is damaged: nothing of it is removed."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.02)
    cache.observe([event_state()], None)
    cache._connection.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(EventCacheUnavailable, match="locked"):
            clear_event_caches(environment)
    finally:
        cache._connection.execute("ROLLBACK")

    assert cache.path.exists()
    assert [each.events for each in list_event_caches(environment)] == [1]


def test_locked(cache: EventCache, environment: dict[str, str]) -> None:
    """A cache that another program holds is an error that names the file, and nothing is lost."""
    cache._connection.execute("PRAGMA busy_timeout = 20")
    with open_event_cache("uk", "acc_1", environment) as other:
        other._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(EventCacheUnavailable, match="locked") as caught:
            cache.observe([event_state()], None)
    assert str(cache.path) in (caught.value.hint or "")
    assert len(cache.observe([event_state()], None)) == 1


def test_no_folder(tmp_path: Path) -> None:
    """A place where nothing can be made is named."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(EventCacheUnavailable, match="cannot be opened") as caught:
        open_event_cache("uk", "acc_1", {"CRONOFY_DATA_DIR": str(tmp_path / "file")})
    assert (caught.value.hint or "").startswith(f"check that you may read and write {tmp_path / 'file'}")


def test_killed_before_it_knew_whose_it_is(cache: EventCache, environment: dict[str, str]) -> None:
    """A file that a program has made and not signed yet is listed, not stumbled over."""
    cache._connection.execute("DELETE FROM about")

    (status,) = list_event_caches(environment)

    assert (status.data_center, status.events) == ("unknown", 0)


def test_what_cannot_be_opened_is_closed(environment: dict[str, str]) -> None:
    """A file that is no cache of ours is not kept open."""
    with open_event_cache("uk", "acc_1", environment) as cache:
        path = cache.path
        cache._connection.execute("DROP TABLE about")

    with pytest.raises(EventCacheUnavailable) as caught:
        open_event_cache("uk", "acc_1", environment)

    assert "no such table" in caught.value.message
    assert open_files(path) == set()


def test_what_a_later_release_has_written_is_closed(environment: dict[str, str]) -> None:
    """It is refused with what to do, and not kept open."""
    with open_event_cache("uk", "acc_1", environment) as cache:
        path = cache.path
        cache._connection.execute("PRAGMA user_version = 99")

    with pytest.raises(EventCacheUnavailable) as caught:
        open_event_cache("uk", "acc_1", environment)

    known = len(MIGRATIONS)
    assert caught.value.message == (
        f"the event cache was written by a newer cronofy (its format is 99, this one knows {known})"
    )
    assert caught.value.hint == (
        "upgrade with `pip install --upgrade cronofy-cli`, or start again: cronofy events cache clear"
    )
    assert open_files(path) == set()


def test_words() -> None:
    """What is said of each failure of SQLite and of the file system is kept word for word."""
    told: list[tuple[str, CronofyError]] = []
    for name, error in sqlite_errors():
        with pytest.raises(EventCacheUnavailable) as caught, translated(Path("/state/cache.db")):
            raise error
        told.append((name, caught.value))

    compare_errors("sqlite.txt", told, Path(__file__).parent / "golden")
