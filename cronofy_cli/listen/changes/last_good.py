"""From when on an account's changes may not be known: what `listen --since last` begins with.

The history holds the deliveries of all accounts; an account's own are those that came to a path of its runs.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Criteria
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.listen.changes.read_request import seconds_of, wish_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

_LOOKED_AT: Final = 20_000
"""Deliveries, at most."""


def last_good_moment(history: History, data_center: str, paths: Collection[str]) -> str | None:
    """Return the moment from which on everything may be new; None when nothing was ever received for the account.

    It is that of the newest verified `change` whose events were read, or of an earlier one that came after it and whose
    events were not: its run was killed. Without any `change` it is when the newest notification came.
    """
    earliest: str | None = None
    newest: str | None = None
    for delivery in _verified(history, data_center, paths):
        newest = newest or to_utc_seconds(delivery.request.received_at)
        wish = wish_for(delivery)
        if wish is None or not wish.has_moment:
            continue
        earliest = min(earliest or wish.changes_since, wish.changes_since, key=lambda text: seconds_of(text) or 0.0)
        if delivery.id is not None and history.events_of(delivery.id) is not None:
            break
    return earliest or newest


def _verified(history: History, data_center: str, paths: Collection[str]) -> Iterator[Delivery]:
    criteria = Criteria(signature=SignatureState.VALID)
    for delivery in islice(history.newest_first(criteria), _LOOKED_AT):
        path = delivery.request.target.partition("?")[0]
        # A public address may have a path of its own in front.
        if delivery.context == data_center and path.endswith(tuple(paths)):
            yield delivery
