"""One delivery with all that is known of it, and the diagnosis of its signature."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.replay_verdict import replay_verdict
from cronofy_cli.core.signature import HEADER, NOT_FROM_CRONOFY
from cronofy_cli.errors import CronofyError, NotFound
from cronofy_cli.inspector.changes import read_document
from cronofy_cli.inspector.documents import DetailDocument
from cronofy_cli.inspector.rows import gap_document, rows_of
from cronofy_cli.outbound.advice import forward_advice
from cronofy_cli.output.documents.deliveries import ShownDelivery
from cronofy_cli.output.documents.signatures import VerifyDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.adapters.history import AppResult, Forward, Gap, History
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.replay_verdict import ReplayVerdict
    from cronofy_cli.core.signature import ClientSecret, SignatureState
    from cronofy_cli.inspector.around import Around

_NEAR: Final = timedelta(minutes=30)
"""How long before a delivery a gap may have ended to be of interest."""


def delivery_of(history: History, number: int) -> Delivery:
    """Return a delivery by its number.

    Raises:
        NotFound: there is none.
        HistoryUnavailable: the store cannot be read.
    """
    found = history.get(number)
    if found is None:
        raise NotFound(
            f"there is no delivery #{number}", hint="it was removed: by 'deliveries prune', or with all others"
        )
    return found


def detail(history: History, number: int, around: Around) -> DetailDocument:
    """Return all that is known of a delivery.

    Raises:
        NotFound: there is none.
        HistoryUnavailable: the store cannot be read.
    """
    found = delivery_of(history, number)
    forwards = history.forwards.of(number)
    results = history.forwards.results([number]).get(number, ())
    hints = [forward_advice(forward, found.verdict.state) for forward in forwards]
    events, context = history.events_of(number), found.context
    now = around.now()
    assert now.tzinfo is not None
    return DetailDocument(
        row=rows_of(history, [found], now)[0],
        shown=ShownDelivery.with_all(
            found,
            tags=history.tags.of(number),
            is_reconstructed=history.is_reconstructed(number),
            results=results,
            forwards=zip(forwards, hints, strict=True),
            events=None,
            times=history.times_of(number),
        ),
        read=None if events is None else read_document(events, now, partial(around.events_around, data_center=context)),
        verdicts=tuple(_verdicts(forwards, found.verdict.state)),
        owed=tuple(history.forwards.owed(number)),
        targets=targets_of(found, results),
        size=len(found.request.body),
        zone=around.tzid,
        gaps=tuple(map(gap_document, _gaps_before(history, found))),
    )


def targets_of(delivery: Delivery, results: Sequence[AppResult]) -> tuple[str, ...]:
    """Return where a delivery was to be forwarded to. What a file names is no target of ours."""
    return () if delivery.imported is not None else tuple(result.target for result in results)


def signature_document(delivery: Delivery, around: Around) -> VerifyDocument:
    """Return the verdict on a signature; of one that is not right with its diagnosis, which can take a second."""
    verdict = delivery.verdict
    if verdict.state not in NOT_FROM_CRONOFY:
        return VerifyDocument(verdict.state, verdict.secret_label)
    from cronofy_cli.core.autopsy import examine

    secrets = known_secrets(around)
    foreign = around.other_secrets(secrets)
    request = delivery.request
    finding = examine(
        request.header(HEADER),
        request.body,
        secrets,
        headers=request.headers,
        other_secrets=foreign.others,
        removed_secrets=foreign.removed,
    )
    return VerifyDocument.of(verdict.state, finding)


def known_secrets(around: Around) -> Sequence[ClientSecret]:
    """Return the client secrets to sign with; none when nothing is signed in."""
    try:
        return around.client_secrets()
    except CronofyError:
        return ()


def _verdicts(forwards: Sequence[Forward], signature: SignatureState) -> Iterator[ReplayVerdict | None]:
    last: dict[str, Attempt] = {}
    for forward in forwards:
        before = last.get(forward.target)
        yield replay_verdict(before, forward.attempt, signature) if forward.is_replay else None
        last[forward.target] = forward.attempt


def _gaps_before(history: History, delivery: Delivery) -> list[Gap]:
    moment = delivery.request.received_at
    return [gap for gap in history.gaps(moment - _NEAR) if gap.started <= moment]
