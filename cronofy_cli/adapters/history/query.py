"""What may be asked of the history, as conditions of an SQL query. Values are always parameters, never text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.rows import to_micros
from cronofy_cli.core.signature import SignatureState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

Parameter = str | int | bytes
Condition = tuple[str, tuple[Parameter, ...]]
"""A fragment, and the values that its `?` stand for."""


class ForwardState(StrEnum):
    """What became of a delivery's forwards."""

    FORWARDED = "forwarded"
    """Every target that it was sent to has taken it."""
    FAILED = "failed"
    """A target refused it or gave no answer, and has not taken it since."""
    NOT_FORWARDED = "not-forwarded"
    """It was not sent to any target."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which deliveries are wanted. What is None does not matter."""

    type: str | None = None
    signature: SignatureState | None = None
    channel: str | None = None
    since: datetime | None = None
    """Received at this moment or later."""
    until: datetime | None = None
    """Received before this moment."""
    status: int | None = None
    """Answered so by us, or by a target that it was forwarded to."""
    forward: ForwardState | None = None
    tag: str | None = None
    search: str | None = None
    """In the body or the headers, in this spelling. It has no index: the newest are looked at first."""

    def conditions(self) -> Iterator[Condition]:
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
        if self.status is not None:
            yield _status(self.status)
        if self.forward is not None:
            yield _FORWARD_STATES[self.forward], ()
        if self.search is not None:
            yield _search(self.search)

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


def where(conditions: Sequence[Condition]) -> tuple[str, list[Parameter]]:
    """Return the WHERE clause (empty without conditions) and its parameters."""
    if not conditions:
        return "", []
    clause = "WHERE " + " AND ".join(condition for condition, _ in conditions)
    return clause, [value for _, values in conditions for value in values]


_SENT: Final = "EXISTS (SELECT 1 FROM forwards WHERE delivery_id = deliveries.id)"
_OWED: Final = (
    "(SELECT failed.delivery_id FROM forwards AS failed WHERE failed.succeeded = 0 AND NOT EXISTS ("
    "SELECT 1 FROM forwards AS later WHERE later.delivery_id = failed.delivery_id AND later.target = failed.target "
    "AND later.succeeded = 1 AND later.id > failed.id))"
)
_FORWARD_STATES: Final = {
    ForwardState.FORWARDED: f"{_SENT} AND id NOT IN {_OWED}",
    ForwardState.FAILED: f"id IN {_OWED}",
    ForwardState.NOT_FORWARDED: f"NOT {_SENT}",
}


def _signature(state: SignatureState) -> Condition:
    if state is SignatureState.VALID:
        return "+signature = ?", (state.value,)
    # SQLite takes the partial index only when the query repeats its condition.
    return "signature <> 'valid' AND signature = ?", (state.value,)


def _status(status: int) -> Condition:
    if 200 <= status < 300:
        sent = "EXISTS (SELECT 1 FROM forwards WHERE delivery_id = deliveries.id AND status = ?)"
        return f"(+answer_status = ? OR {sent})", (status, status)
    own = "SELECT id FROM deliveries WHERE answer_status <> 200 AND answer_status = ?"
    targets = "SELECT delivery_id FROM forwards WHERE succeeded = 0 AND status = ?"
    return f"id IN ({own} UNION {targets})", (status, status)


def _search(text: str) -> Condition:
    import json

    plain = text.encode("utf-8", "surrogateescape")
    # A body may write the same text with escapes, which may or may not be made of slashes too.
    escaped = json.dumps(text)[1:-1].encode()
    spellings = tuple(dict.fromkeys((plain, escaped, escaped.replace(b"/", b"\\/"))))
    parts = [f"instr({column}, ?) > 0" for column in ("body", "headers") for _ in spellings]
    return f"({' OR '.join(parts)})", (*spellings, *spellings)
