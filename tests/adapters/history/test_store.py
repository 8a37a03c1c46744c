"""The store of deliveries: exact, durable, and clear about what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.adapters.history.schema import CURRENT_VERSION
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import Notification, parse_notification
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable
from tests.histories import connection_of, path_of
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace

FIELD = st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b""))
TEXT = st.text(max_size=20)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.just(b'{"notification":{"type":"change"},"channel":{"filters":{"calendar_ids":["a","\\u0000\xc3\xa9"]}}}'),
)
REQUESTS = st.builds(
    ReceivedRequest,
    received_at=st.datetimes(timezones=st.just(UTC)),
    method=st.sampled_from(["POST", "PUT"]),
    target=st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    headers=st.lists(st.tuples(FIELD, FIELD), max_size=6).map(tuple),
    body=BODIES,
)
PLAIN_NOTIFICATIONS = st.builds(
    Notification,
    type=TEXT | st.none(),
    changes_since=TEXT | st.none(),
    channel_id=TEXT | st.none(),
    callback_url=TEXT | st.none(),
    calendar_ids=st.just(()),
    only_managed=st.booleans(),
    is_json=st.booleans(),
)
VERDICTS = st.builds(Verdict, state=st.sampled_from(SignatureState), secret_label=TEXT | st.none())


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Any delivery: with what its body says, or with something else that it might say."""
    request = draw(REQUESTS)
    notification = draw(st.just(parse_notification(request.body)) | PLAIN_NOTIFICATIONS)
    return Delivery(request, draw(VERDICTS), notification, draw(st.integers(100, 599)), draw(TEXT))


def delivery(
    type_: str = "change", state: SignatureState = SignatureState.VALID, body: bytes = b"{}", context: str = "uk"
) -> Delivery:
    """Return a delivery that nobody has recorded yet."""
    request = ReceivedRequest(datetime(2026, 4, 19, tzinfo=UTC), "POST", "/r", ((b"Host", b"x"),), body)
    return Delivery(request, Verdict(state, "current"), Notification(type=type_, is_json=True), 200, context)


def numbers(found: Sequence[Delivery]) -> list[int | None]:
    """Return the numbers alone."""
    return [each.id for each in found]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(batch=st.lists(deliveries(), min_size=1, max_size=4))
def test_round_trip(new_place: Callable[[], HistoryPlace], batch: list[Delivery]) -> None:
    """A delivery that is read is equal to the one that was recorded, to the last byte and microsecond."""
    with open_history(new_place()) as history:
        recorded = history.record(batch)

        assert history.latest(10) == recorded
        assert [each.request for each in recorded] == [each.request for each in batch]
        assert numbers(recorded) == list(range(1, len(batch) + 1))


def test_line_feed(history: History) -> None:
    """A header line that no HTTP message can hold is refused rather than stored as something else."""
    wrong = delivery()
    headers = ((b"A", b"b\nC"),)
    request = ReceivedRequest(wrong.request.received_at, "POST", "/", headers, b"")

    with pytest.raises(ValueError, match="line feed"):
        history.record([Delivery(request, wrong.verdict, wrong.notification, 200, "uk")])
    assert history.record([wrong]) == history.latest(10)


def test_big_batch(history: History) -> None:
    """A batch of any size is one transaction, numbered in its order."""
    recorded = history.record([delivery(body=b"%d" % number) for number in range(100)])

    assert numbers(recorded) == list(range(1, 101))
    assert history.latest(1000) == recorded
    assert history.record([]) == []


def test_finding(history: History) -> None:
    """The newest come last, as many as asked for, and only those that fit."""
    types = ["verification", "change", "change", "profile_disconnected"]
    history.record([delivery(type_) for type_ in types])
    history.record([delivery("change", SignatureState.INVALID)])

    assert numbers(history.latest(2)) == [4, 5]
    assert numbers(history.latest(10, Criteria(type="change"))) == [2, 3, 5]
    assert numbers(history.latest(2, Criteria(type="change"))) == [3, 5]
    assert numbers(history.latest(10, Criteria(signature=SignatureState.INVALID))) == [5]
    assert numbers(history.latest(10, Criteria("change", SignatureState.VALID))) == [2, 3]
    assert history.latest(10, Criteria(type="' OR 1=1 --")) == []


def test_one(history: History) -> None:
    """One delivery is found by its number or as the last; there is none for any other number."""
    assert history.last() is None
    first, second = history.record([delivery(), delivery("verification")])

    assert (history.get(1), history.last()) == (first, second)
    assert [history.get(number) for number in (0, 3, -1, 10**30)] == [None] * 4


def test_between(history: History) -> None:
    """A range is read in order and in chunks, whatever is missing in it."""
    history.record([delivery() for _ in range(10)])
    history._database.write("DELETE FROM deliveries WHERE id IN (4, 5, 10)", ())

    assert [numbers(part) for part in history.between(2, 9, chunk=3)] == [[2, 3, 6], [7, 8, 9]]
    assert list(history.between(11, 20)) == []


def test_numbers_are_not_reused(history: History) -> None:
    """The number of a delivery that was removed never names another one."""
    history.record([delivery(), delivery()])
    history._database.write("DELETE FROM deliveries", ())

    assert numbers(history.record([delivery()])) == [3]


def test_events(history: History) -> None:
    """Events stay with each delivery that they were read for, byte for byte, until they are read again."""
    history.record([delivery(), delivery(), delivery()])
    history.attach_events([1, 2], b'{"events": [ ]}')
    history.attach_events([2], b"{}")

    assert [history.events_of(number) for number in (1, 2, 3)] == [b'{"events": [ ]}', b"{}", None]


def test_private(path: Path) -> None:
    """Notifications are no one else's business: only the user may enter the folder and read the files."""
    previous = os.umask(0)
    try:
        with open_history(path) as history:
            history.record([delivery()])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (path.parent, *path.parent.iterdir())}
    finally:
        os.umask(previous)

    assert modes == {"state": 0o700, "history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}


def test_read_only(path: Path) -> None:
    """A history that is only read is neither made nor changed; one that is not there yet is empty."""
    with open_history(path, read_only=True) as reading:
        assert reading.last() is None
    assert not path.parent.exists()

    with open_history(path) as writing, open_history(path, read_only=True) as reading:
        recorded = writing.record([delivery()])
        assert reading.latest(10) == recorded
        with pytest.raises(HistoryUnavailable, match="readonly"):
            reading.record([delivery()])


def test_not_made_yet(path: Path) -> None:
    """A file whose tables another process is about to make reads as empty."""
    path.parent.mkdir()
    path.touch()

    with open_history(path, read_only=True) as reading:
        assert reading.latest(10) == []


@pytest.mark.usefixtures("waits_for_writers")
def test_reading_while_writing(history: History, place: HistoryPlace) -> None:
    """A reader in another thread sees whole batches, in order, while they are written."""
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        with open_history(place, read_only=True) as reading:
            while not done.is_set():
                found = numbers(reading.latest(10_000))
                assert found == list(range(1, len(found) + 1))
                seen.append(len(found))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(100):
        history.record([delivery()] * 10)
    done.set()
    reader.join()

    assert seen == sorted(seen)
    assert all(count % 10 == 0 for count in seen)


@pytest.mark.usefixtures("waits_for_writers")
def test_two_writers(place: HistoryPlace) -> None:
    """Two listeners share a history: each gets the numbers of its own deliveries."""
    recorded: dict[str, list[Delivery]] = {"uk": [], "de": []}

    def write(context: str, writing: History) -> None:
        with writing:
            for _ in range(30):
                recorded[context] += writing.record([delivery(context=context)] * 3)

    writers = [threading.Thread(target=write, args=(context, open_history(place))) for context in recorded]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with open_history(place, read_only=True) as history:
        found = history.latest(1000)
    assert len(found) == 180
    for context, own in recorded.items():
        assert [each for each in found if each.context == context] == own


def test_newer_format(path: Path) -> None:
    """A history that a later release has written is left alone, and the hint says how to go on."""
    open_history(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {CURRENT_VERSION + 1}")
    connection.close()

    for read_only in (False, True):
        with pytest.raises(HistoryUnavailable, match="newer cronofy") as caught:
            open_history(path, read_only=read_only)
        assert "pip install --upgrade" in (caught.value.hint or "")
        assert open_files(path) == set()


def test_newer_delivery(history: History) -> None:
    """A single delivery in an unknown format is named instead of misread."""
    history.record([delivery()])
    history._database.write("UPDATE deliveries SET format = 2", ())

    with pytest.raises(HistoryUnavailable, match="#1 was recorded by a newer cronofy"):
        history.last()


def test_full(file_history: History) -> None:
    """On a full disk nothing of a batch is recorded, the hint asks for room, and with room it goes on."""
    (pages,) = connection_of(file_history).execute("PRAGMA page_count").fetchone()
    connection_of(file_history).execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(HistoryUnavailable, match="full") as caught:
        file_history.record([delivery(), delivery(body=b"x" * 100_000)])
    assert f"free some space for {path_of(file_history)}" == caught.value.hint
    assert file_history.last() is None

    connection_of(file_history).execute("PRAGMA max_page_count = 1000000")
    assert numbers(file_history.record([delivery()])) == [1]


def test_locked(file_history: History, path: Path) -> None:
    """A history that another program holds is waited for, a second, and the hint names the file."""
    with open_history(path) as other:
        connection_of(other).execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryUnavailable, match="locked") as caught:
            file_history.record([delivery()])
    assert str(path) in (caught.value.hint or "")
    assert numbers(file_history.record([delivery()])) == [1]


@pytest.mark.parametrize("read_only", [False, True])
def test_no_database(path: Path, read_only: bool) -> None:
    """A file that is something else is not touched, and the hint says to move it away."""
    path.parent.mkdir()
    path.write_bytes(b"my only copy\n" * 100)

    with pytest.raises(HistoryUnavailable, match="not a database") as caught:
        open_history(path, read_only=read_only)
    assert f"move {path} away" in (caught.value.hint or "")
    assert path.read_bytes() == b"my only copy\n" * 100


def test_no_folder(tmp_path: Path) -> None:
    """A place where nothing can be made is named."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(HistoryUnavailable, match="cannot be opened") as caught:
        open_history(tmp_path / "file" / "history.db")
    assert str(tmp_path / "file" / "history.db") in (caught.value.hint or "")


def test_light(path: Path) -> None:
    """Listing deliveries imports neither msgspec nor asyncio nor the server: it starts quickly."""
    open_history(path).close()
    program = (
        "import sys, pathlib; from cronofy_cli.adapters.history import open_history;"
        "open_history(pathlib.Path(sys.argv[1]), read_only=True).latest(5);"
        "print(sorted({'msgspec', 'asyncio', 'httptools', 'json', 'httpx'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])

    assert done.stdout == "[]\n"


def test_another_program_leaves_a_history_that_is_in_use_whole(path: Path) -> None:
    """Opened twice in one program, the history keeps its locks: another one that comes and goes takes nothing away."""
    with open_history(path) as first, open_history(path):
        first.record([delivery()])
        come_and_go = "import sys; from pathlib import Path; from cronofy_cli.adapters.history import open_history\n"
        come_and_go += "with open_history(Path(sys.argv[1])) as history: history.prune_all_but(1)"
        subprocess.run([sys.executable, "-c", come_and_go, path], check=True)
        first.record([delivery()])
        in_use = path.with_name(f"{path.name}-wal").stat().st_ino
        with open_history(path, read_only=True) as reading:
            assert numbers(reading.latest(10)) == [1, 2]
        assert path.with_name(f"{path.name}-wal").stat().st_ino == in_use
