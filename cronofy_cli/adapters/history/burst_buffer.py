"""Where the deliveries of a burst lie first: durable in one row, and moved to the table of deliveries a little later.

A row of its own costs each delivery more than reading and checking it does, and in a burst the senders wait for it. The
numbers are given here already. Deliveries are moved in the order of their numbers, and none is recorded past those that
lie here, so whoever reads the table of deliveries sees all of them up to some number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

from cronofy_cli.adapters.history.rows import from_micros, to_micros
from cronofy_cli.core.notifications.deliveries import Arrival, Delivery, Headers, ReceivedRequest
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from msgspec import Raw

    from cronofy_cli.adapters.history.sqlite_database import SqliteDatabase

ARRIVAL_FORMAT: Final = 1
"""How the arrivals of a row are encoded: MessagePack of an array of arrays, in the order of `_packed`."""

_Packed = tuple[int, str, bytes, Headers, bytes, str, str | None, int, str]
"""An arrival: moment, method, target, headers, body, verdict, its secret, answer, data center."""


class Recorded(Sequence[Delivery]):
    """Deliveries that were recorded under consecutive numbers. Each is read when it is asked for."""

    __slots__ = ("_arrivals", "_first_id")

    def __init__(self, arrivals: Sequence[Arrival], first_id: int) -> None:
        self._arrivals = arrivals
        self._first_id = first_id

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """The same without their notifications, which takes no reading."""
        return self._arrivals

    def __len__(self) -> int:
        return len(self._arrivals)

    @overload
    def __getitem__(self, index: int) -> Delivery: ...

    @overload
    def __getitem__(self, index: slice) -> list[Delivery]: ...

    def __getitem__(self, index: int | slice) -> Delivery | list[Delivery]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._arrivals[index].read(self._first_id + index % len(self))

    def __iter__(self) -> Iterator[Delivery]:
        return (arrival.read(number) for number, arrival in enumerate(self._arrivals, self._first_id))


def unread(deliveries: Sequence[Delivery]) -> Sequence[Delivery] | Sequence[Arrival]:
    """Return deliveries for those who look at request and verdict alone, in the cheapest way."""
    return deliveries.arrivals if isinstance(deliveries, Recorded) else deliveries


class Inbox:
    """The table `inbox`. What it writes belongs to a transaction of the caller's.

    A row that cannot be read is set aside: it keeps its place under a negative format, so that nothing is lost and the
    rows behind it can be moved.
    """

    __slots__ = ("_database",)

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def next_id(self) -> int:
        """Return the number for the next delivery. AUTOINCREMENT remembers those that were removed."""
        newest = self._database.value("SELECT last_id FROM inbox ORDER BY last_id DESC LIMIT 1")
        given = self._database.value("SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'")
        return max(newest or 0, given or 0) + 1

    def oldest_id(self) -> int | None:
        """Return the lowest number that lies here to be moved."""
        oldest: int | None = self._database.value(
            "SELECT last_id - count + 1 FROM inbox WHERE format > 0 ORDER BY last_id LIMIT 1"
        )
        return oldest

    def damaged(self) -> int:
        """Return how many deliveries were set aside."""
        count: int = self._database.value("SELECT coalesce(sum(count), 0) FROM inbox WHERE format <= 0")
        return count

    def forget_damaged(self, last_id: int) -> None:
        """Remove what was set aside of the numbers up to `last_id`."""
        self._database.write("DELETE FROM inbox WHERE format <= 0 AND last_id <= ?", (last_id,))

    def put(self, arrivals: Sequence[Arrival]) -> int:
        """Add arrivals, and return the number of the first one."""
        from msgspec.msgpack import encode

        first_id = self.next_id()
        packed = encode([_packed(arrival) for arrival in arrivals])
        row = (first_id + len(arrivals) - 1, len(arrivals), ARRIVAL_FORMAT, bytearray(packed))
        self._database.connection.execute(
            "INSERT INTO inbox (last_id, count, format, arrivals) VALUES (?, ?, ?, ?)", row
        )
        return first_id

    def take(self) -> list[Delivery]:
        """Remove the oldest row and return what it held; what cannot be read of it is set aside.

        Raises:
            HistoryUnavailable: a later release has written it in a way that is not known here.
        """
        last_id, count, encoding, packed = self._database.connection.execute(
            "SELECT last_id, count, format, arrivals FROM inbox WHERE format > 0 ORDER BY last_id LIMIT 1"
        ).fetchone()
        read = _read_row(last_id, count, encoding, packed)
        if len(read) == count:
            self._database.connection.execute("DELETE FROM inbox WHERE last_id = ?", (last_id,))
        else:
            self._database.connection.execute(
                "UPDATE inbox SET format = ?, count = ? WHERE last_id = ?", (-encoding, count - len(read), last_id)
            )
        return read

    def look(self) -> Iterator[tuple[list[Delivery], int]]:
        """Yield what can be read of each row and how many it holds, and leave it where it is.

        Raises:
            HistoryUnavailable: the store cannot be read, or a later release has written a row.
        """
        sql = "SELECT last_id, count, format, arrivals FROM inbox WHERE format > 0 ORDER BY last_id"
        for row in self._database.rows(sql):
            yield _read_row(*row), row[1]


def _read_row(last_id: int, count: int, encoding: int, packed: bytes) -> list[Delivery]:
    """Return the deliveries of a row; those that cannot be read are missing."""
    if encoding > ARRIVAL_FORMAT:
        raise HistoryUnavailable(
            f"the deliveries up to #{last_id} were recorded by a newer cronofy",
            hint="upgrade with `pip install --upgrade cronofy-cli`",
        )
    arrivals = _decoded(packed)
    if len(arrivals) != count:
        return []
    numbered = enumerate(arrivals, last_id - count + 1)
    return [delivery for number, raw in numbered if (delivery := _read_arrival(raw, number)) is not None]


def _decoded(packed: bytes) -> list[Raw]:
    from msgspec import DecodeError, Raw
    from msgspec.msgpack import decode

    try:
        return decode(packed, type=list[Raw])
    except (DecodeError, TypeError):
        return []


def _read_arrival(raw: Raw, number: int) -> Delivery | None:
    from msgspec import DecodeError
    from msgspec.msgpack import decode

    try:
        return _unpacked(decode(raw, type=_Packed)).read(number)
    except (DecodeError, ValueError, OverflowError):
        # Other types, a verdict that does not exist, text that is not UTF-8, a year that no calendar has.
        return None


def _packed(arrival: Arrival) -> _Packed:
    request = arrival.request
    return (
        to_micros(request.received_at),
        request.method,
        request.target.encode("utf-8", "surrogateescape"),
        request.headers,
        request.body,
        arrival.verdict.state.value,
        arrival.verdict.secret_label,
        arrival.answer_status,
        arrival.context,
    )


def _unpacked(packed: _Packed) -> Arrival:
    received_at, method, target, headers, body, state, secret_label, answer_status, context = packed
    request = ReceivedRequest(
        from_micros(received_at), method, target.decode("utf-8", "surrogateescape"), headers, body
    )
    return Arrival(request, Verdict(SignatureState(state), secret_label), answer_status, context)
