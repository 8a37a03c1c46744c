"""What the history on this machine holds: the newest deliveries, their forwards, what is wrong with signatures that do
not match, and when listeners could receive nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.probe import PROBE_CHANNEL_ID
from cronofy_cli.core.signature import HEADER, SignatureState
from cronofy_cli.why.evidence import CHANGES_OF_S, HistoryEvidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret

MOST_DELIVERIES: Final = 300
"""Of all channels."""
_OF_THE_ASKED_CHANNEL: Final = 50
_WITH_FORWARDS: Final = 30
_MOST_DIAGNOSES: Final = 4
"""One can take a second."""
_TO_EXPLAIN: Final = frozenset({SignatureState.INVALID, SignatureState.UNSIGNED})


def read_history(
    history: History,
    now: datetime,
    channel_id: str | None,
    client_secrets: Sequence[ClientSecret],
    other_secrets: Callable[[], ForeignSecrets],
) -> HistoryEvidence:
    """Return what was received recently, and of an asked channel also what is older.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    from cronofy_cli.adapters.history import RECEIVED, Criteria

    found = history.latest(MOST_DELIVERIES, RECEIVED)
    if channel_id is not None:
        known = {delivery.id for delivery in found}
        of_channel = history.latest(_OF_THE_ASKED_CHANNEL, Criteria(channel=channel_id, is_received=True))
        found = [*(each for each in of_channel if each.id not in known), *found]
    deliveries = tuple(each for each in found if not _is_made_here(history, each))
    return HistoryEvidence(
        deliveries,
        _forwards(history, deliveries),
        _diagnoses(deliveries, client_secrets, other_secrets),
        tuple(history.gaps(now - timedelta(seconds=CHANGES_OF_S))),
    )


def _is_made_here(history: History, delivery: Delivery) -> bool:
    """Whether `doctor`, this command or `listen` made it up: it says nothing about Cronofy."""
    return delivery.notification.channel_id == PROBE_CHANNEL_ID or history.is_reconstructed(delivery.id or 0)


def _forwards(history: History, deliveries: Sequence[Delivery]) -> tuple[Forward, ...]:
    newest: dict[str | None, list[Delivery]] = {}
    for delivery in deliveries:
        newest.setdefault(delivery.notification.channel_id, []).append(delivery)
    chosen = [delivery for each in newest.values() for delivery in each[-_WITH_FORWARDS:]]
    found = [forward for each in chosen[-_WITH_FORWARDS * 3 :] for forward in history.forwards.of(each.id or 0)]
    # A replay can go anywhere: it says nothing about where notifications are forwarded to.
    return tuple(forward for forward in found if not forward.is_replay)


def _diagnoses(
    deliveries: Iterable[Delivery],
    client_secrets: Sequence[ClientSecret],
    other_secrets: Callable[[], ForeignSecrets],
) -> dict[int, Finding]:
    """Examine the newest delivery of each channel, where its signature does not match."""
    newest = {delivery.notification.channel_id: delivery for delivery in deliveries}
    failed = [each for each in newest.values() if each.verdict.state in _TO_EXPLAIN][-_MOST_DIAGNOSES:]
    if not failed:
        return {}
    from cronofy_cli.core.autopsy import examine

    foreign = other_secrets()
    return {
        delivery.id: examine(
            delivery.request.header(HEADER),
            delivery.request.body,
            client_secrets,
            headers=delivery.request.headers,
            other_secrets=foreign.others,
            removed_secrets=foreign.removed,
        )
        for delivery in failed
        if delivery.id is not None
    }
