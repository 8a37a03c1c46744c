"""What may be asked of the history, as conditions of an SQL query. Values are always parameters, never text."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.history.rows import to_micros
from cronofy_cli.core.signature import SignatureState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history.dialect import Dialect

Parameter = str | int | bytes
Condition = tuple[str, tuple[Parameter, ...]]
"""A fragment, and the values that its `?` stand for."""


class ForwardState(StrEnum):
    """What became of forwarding a delivery to where the run that received it forwards to."""

    FORWARDED = "forwarded"
    """Every target has taken it."""
    FAILED = "failed"
    """A target refused it or gave no answer, and has not taken it since."""
    WAITING = "waiting"
    """It is still to be sent to a target."""
    NOT_FORWARDED = "not-forwarded"
    """It was not sent to any target, or is still to be sent to one."""


StatusRange = tuple[int, int]
"""The first and the last status that fits."""


class Criteria(NamedTuple):
    """Which deliveries are wanted. What is None does not matter."""

    type: str | None = None
    signature: SignatureState | None = None
    channel: str | None = None
    since: datetime | None = None
    """Received at this moment or later."""
    until: datetime | None = None
    """Received before this moment."""
    status: StatusRange | None = None
    """The newest response of a target to which it was to be forwarded."""
    failure: str | None = None
    """Why such a target gave no response at last, as a code."""
    answered: StatusRange | None = None
    """What we answered Cronofy; `NO_ANSWER` stands for no answer in time."""
    forward: tuple[ForwardState, ...] = ()
    """Any of these."""
    is_received: bool = False
    """Received here, and not imported."""
    needs_look: bool = False
    """Not signed by Cronofy, not accepted here, or not accepted in time by an application it was to be forwarded to."""
    tag: str | None = None
    search: str | None = None
    """In the body, the headers, the events read, a response of the application or a tag, in this spelling.

    The condition alone looks at one delivery after the other; `search` says which ones are worth it.
    """

    def conditions(self, dialect: Dialect) -> Iterator[Condition]:
        """Yield what a delivery has to fulfil, all of it."""
        if self.type is not None:
            yield "type = ?", (self.type,)
        if self.channel is not None:
            yield "channel_id = ?", (self.channel,)
        if self.tag is not None:
            yield "id = (SELECT delivery_id FROM tags WHERE name = ?)", (self.tag,)
        if self.signature is not None:
            yield _signature(self.signature)
        yield from self._times()
        if self.is_received:
            yield "NOT EXISTS (SELECT 1 FROM imported WHERE delivery_id = deliveries.id)", ()
        if self.status is not None:
            yield _status(*self.status)
        if self.failure is not None:
            yield f"id IN ({_UNACCEPTED} AND tried.failure = ? AND {_IS_NEWEST})", (self.failure,)
        if self.answered is not None:
            yield _answered(*self.answered)
        if self.forward:
            yield " OR ".join(f"({_FORWARD_STATES[state]})" for state in self.forward).join("()"), ()
        if self.needs_look:
            yield _NEEDS_LOOK, ()
        if self.search is not None:
            yield _search(self.search, dialect)

    def _times(self) -> Iterator[Condition]:
        # Each plus turns an index down: the bounds come from that of times, the rows in the order of their numbers.
        if self.since is not None:
            micros = to_micros(self.since)
            yield "id >= (SELECT min(+id) FROM deliveries WHERE received_at >= ?)", (micros,)
            yield "+received_at >= ?", (micros,)
        if self.until is not None:
            micros = to_micros(self.until)
            yield "id <= (SELECT max(+id) FROM deliveries WHERE received_at < ?)", (micros,)
            yield "+received_at < ?", (micros,)


EVERYTHING = Criteria()
"""No condition at all."""

RECEIVED = Criteria(is_received=True)
"""All that was received here."""


def where(conditions: Sequence[Condition]) -> tuple[str, list[Parameter]]:
    """Return the WHERE clause (empty without conditions) and its parameters."""
    if not conditions:
        return "", []
    clause = "WHERE " + " AND ".join(condition for condition, _ in conditions)
    return clause, [value for _, values in conditions for value in values]


_SENT: Final = "EXISTS (SELECT 1 FROM forwards WHERE delivery_id = deliveries.id)"
_TRIED: Final = "EXISTS (SELECT 1 FROM forwards WHERE delivery_id = deliveries.id AND is_intended = 1)"
_AMONG_SENT: Final = "id BETWEEN (SELECT min(delivery_id) FROM forwards) AND (SELECT max(delivery_id) FROM forwards)"
"""So that a history of which little was forwarded is not searched in vain."""
_WAITING: Final = "id IN (SELECT delivery_id FROM owed)"
_UNACCEPTED: Final = (
    "SELECT tried.delivery_id FROM forwards AS tried WHERE tried.succeeded = 0 AND tried.is_intended = 1"
)
_IS_NEWEST: Final = (
    "NOT EXISTS (SELECT 1 FROM forwards AS later WHERE later.delivery_id = tried.delivery_id "
    "AND later.target = tried.target AND later.is_intended = 1 AND later.id > tried.id) "
    "AND NOT EXISTS (SELECT 1 FROM owed WHERE owed.delivery_id = tried.delivery_id AND owed.target = tried.target)"
)
_FAILED: Final = f"id IN ({_UNACCEPTED} AND {_IS_NEWEST})"
_FORWARD_STATES: Final = {
    ForwardState.FORWARDED: f"{_TRIED} AND NOT {_WAITING} AND NOT {_FAILED}",
    ForwardState.FAILED: _FAILED,
    ForwardState.WAITING: _WAITING,
    ForwardState.NOT_FORWARDED: f"NOT {_SENT} OR {_WAITING}",
}


_LOOKED_AT: Final = (
    "SELECT id FROM deliveries WHERE signature <> 'valid' AND signature IN ('invalid', 'unsigned')",
    "SELECT id FROM deliveries WHERE answer_status <> 200",
    f"{_UNACCEPTED} AND {_IS_NEWEST}",
    "SELECT delivery_id FROM forwards WHERE duration_us > 5000000 AND is_intended = 1",
)
_NEEDS_LOOK: Final = f"id IN ({' UNION '.join(_LOOKED_AT)})"


def _signature(state: SignatureState) -> Condition:
    if state is SignatureState.VALID:
        # The text that is added to it turns an index down, as the plus before a number does.
        return "signature || '' = ?", (state.value,)
    # SQLite takes the partial index only when the query repeats its condition.
    return "signature <> 'valid' AND signature = ?", (state.value,)


def _status(first: int, last: int) -> Condition:
    between = "tried.status BETWEEN ? AND ?"
    if first < 300 and last >= 200:
        tried = "SELECT 1 FROM forwards AS tried WHERE tried.delivery_id = deliveries.id AND tried.is_intended = 1"
        return f"{_AMONG_SENT} AND EXISTS ({tried} AND {between} AND {_IS_NEWEST})", (first, last)
    return f"id IN ({_UNACCEPTED} AND {between} AND {_IS_NEWEST})", (first, last)


def _answered(first: int, last: int) -> Condition:
    if first <= 200 <= last:
        return "+answer_status BETWEEN ? AND ?", (first, last)
    return "answer_status <> 200 AND answer_status BETWEEN ? AND ?", (first, last)


_IN_TAG: Final = "EXISTS (SELECT 1 FROM tags WHERE delivery_id = deliveries.id AND {})"
_IN_RESPONSE: Final = "EXISTS (SELECT 1 FROM forwards WHERE delivery_id = deliveries.id AND {})"
_IN_EVENTS: Final = (
    "EXISTS (SELECT 1 FROM delivery_events JOIN event_reads ON event_reads.id = event_read_id "
    "WHERE delivery_id = deliveries.id AND {})"
)


def spellings(text: str) -> tuple[bytes, ...]:
    """Return how a text may be written in a body: plain or with JSON's escapes, which may be made of slashes too."""
    import json

    plain = text.encode("utf-8", "surrogateescape")
    escaped = json.dumps(text)[1:-1].encode()
    return tuple(dict.fromkeys((plain, escaped, escaped.replace(b"/", b"\\/"))))


def tag_part(text: str) -> bytes:
    """Return the text as it may be in a tag. What is no text is in none."""
    return text.removeprefix("@").encode("utf-8", "surrogateescape")


def _search(text: str, dialect: Dialect) -> Condition:
    spelled = spellings(text)
    own = [dialect.in_bytes.format(column=column) for column in ("body", "headers")]
    tag = _IN_TAG.format(dialect.in_text.format(column="name"))
    response = _IN_RESPONSE.format(dialect.in_bytes.format(column="answer_body"))
    events = _IN_EVENTS.format(dialect.in_bytes.format(column="payload"))
    parts = [*(part for part in own for _ in spelled), tag, *(part for part in (response, events) for _ in spelled)]
    return f"({' OR '.join(parts)})", (*spelled * 2, tag_part(text), *spelled * 2)
