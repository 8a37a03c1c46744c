"""A line of JSON for each delivery, with all that is kept beside it. `read_ndjson` reads such lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.output.deliveries import delivery_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cronofy_cli.adapters.history import AppResult, Forward, History
    from cronofy_cli.adapters.history.moments import DeliveryTimes
    from cronofy_cli.core.notifications.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Beside:
    """What is kept beside a delivery."""

    tags: tuple[str, ...]
    results: tuple[AppResult, ...]
    forwards: tuple[Forward, ...]
    events: bytes | None
    is_reconstructed: bool
    times: DeliveryTimes


def kept_beside(history: History, delivery: Delivery) -> Beside:
    """Return what the history keeps beside a delivery.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    number = delivery.id or 0
    return Beside(
        tags=tuple(history.tags.of(number)),
        results=history.forwards.results([number]).get(number, ()),
        forwards=tuple(history.forwards.of(number)),
        events=history.events_of(number),
        is_reconstructed=history.is_reconstructed(number),
        times=history.times_of(number),
    )


def delivery_lines(
    deliveries: Iterable[Delivery], beside: Callable[[Delivery], Beside] | None = None
) -> Iterator[bytes]:
    """Yield the lines, each with its end. Without `beside` they hold the deliveries alone."""
    for delivery in deliveries:
        yield (delivery_json(delivery) if beside is None else _whole(delivery, beside(delivery))) + b"\n"


def _whole(delivery: Delivery, kept: Beside) -> bytes:
    from cronofy_cli.core.json_lines import one_line
    from cronofy_cli.output.documents.deliveries import ShownDelivery

    document = ShownDelivery.with_all(
        delivery,
        tags=kept.tags,
        is_reconstructed=kept.is_reconstructed,
        results=kept.results,
        forwards=((forward, None) for forward in kept.forwards),
        events=kept.events,
        times=kept.times,
    )
    return one_line(document.encode())
