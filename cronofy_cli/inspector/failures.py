"""What needs a look, by its reason: which failures there are, how many of each, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.signature import NOT_FROM_CRONOFY
from cronofy_cli.inspector.documents import FailureDocument, FailuresDocument
from cronofy_cli.inspector.filters import LOOK
from cronofy_cli.inspector.listing import matching
from cronofy_cli.inspector.rows import rows_of

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.inspector.documents import RowDocument
    from cronofy_cli.inspector.filters import Filter

_MOST: Final = 2_000
"""The newest ones that are looked at."""
_AT_ONCE: Final = 200


@dataclass(slots=True)
class _Group:
    latest: RowDocument
    first: RowDocument
    count: int = 1


def failures(history: History, wanted: Filter, now: datetime) -> FailuresDocument:
    """Return the failures among the newest deliveries that fit and need a look, the most frequent first.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    groups: dict[tuple[str, str], _Group] = {}
    looked_at = 0
    found: list[Delivery] = []
    for delivery in history.newest_first(wanted.criteria._replace(needs_look=True), chunk=_AT_ONCE):
        found.append(delivery)
        looked_at += 1
        if len(found) == _AT_ONCE:
            _add(groups, rows_of(history, matching(found, wanted), now))
            found = []
        if looked_at == _MOST:
            break
    _add(groups, rows_of(history, matching(found, wanted), now))
    ordered = sorted(groups.items(), key=lambda item: -item[1].count)
    return FailuresDocument(
        tuple(
            FailureDocument(
                reason, search, group.count, group.first.received_at, group.latest.received_at, group.latest.id
            )
            for (reason, search), group in ordered
        ),
        is_more=looked_at == _MOST,
    )


def _add(groups: dict[tuple[str, str], _Group], rows: tuple[RowDocument, ...]) -> None:
    for row in rows:
        reason = _reason(row)
        if (group := groups.get(reason)) is None:
            groups[reason] = _Group(row, row)
        else:
            group.first = row
            group.count += 1


def _reason(row: RowDocument) -> tuple[str, str]:
    """Return why a delivery needs a look, and the search that finds its like."""
    if row.signature in NOT_FROM_CRONOFY:
        return "wrong signature" if row.signature == "invalid" else "not signed", f"signature:{row.signature}"
    if row.app is not None and not row.app_ok and not row.app_waiting:
        return f"your app: {row.app.replace('_', ' ')}", f"status:{row.app}"
    if row.response_status is None or not 200 <= row.response_status < 300:
        answered = "none" if row.response_status is None else str(row.response_status)
        return f"answered {'too late' if answered == 'none' else answered}", f"answered:{answered}"
    return "your app: answered after 5 s", f"is:{LOOK} status:forwarded"
