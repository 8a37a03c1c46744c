"""Causes that show in what was received: notifications arrive, and something goes wrong afterwards.

The newest delivery of a channel decides: what went wrong before it no longer does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.autopsy import Cause as SignatureCause
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.outbound.advice import forward_advice
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import HistoryEvidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence

_RECENT: Final = timedelta(hours=24)
_NOT_FROM_CRONOFY: Final = frozenset({SignatureState.INVALID, SignatureState.UNSIGNED})


def signature_rejected(evidence: Evidence) -> Iterator[ProbableCause]:
    """Notifications arrive and are rejected because their signature does not match."""
    for channel, newest in _newest(evidence):
        if newest.verdict.state not in _NOT_FROM_CRONOFY or _is_success(newest):
            continue
        known = evidence.history.diagnoses if isinstance(evidence.history, HistoryEvidence) else {}
        diagnosis = known.get(newest.id or 0)
        if diagnosis is not None and diagnosis.cause is SignatureCause.OTHER_CONTEXT_SECRET:
            continue
        lines = (diagnosis.cause.family, *diagnosis.evidence) if diagnosis else ()
        yield ProbableCause(
            CauseCode.SIGNATURE_REJECTED,
            _certainty(evidence, newest.request.received_at),
            f"notifications of {channel.channel_id} arrive and are rejected because of their signature"
            + (f": {diagnosis.explanation}" if diagnosis else ""),
            diagnosis.hint if diagnosis else f"find out what is wrong with it: cronofy verify --delivery {newest.id}",
            (("delivery", _described(newest)), *(("signature", line) for line in lines)),
            channel.channel_id,
        )


def responses_fail(evidence: Evidence) -> Iterator[ProbableCause]:
    """Notifications arrive, and the response is not a 2xx."""
    for channel, newest in _newest(evidence):
        if newest.verdict.state in _NOT_FROM_CRONOFY or _is_success(newest):
            continue
        yield ProbableCause(
            CauseCode.RESPONSES_FAIL,
            _certainty(evidence, newest.request.received_at),
            f"notifications of {channel.channel_id} arrive and the response is {newest.answer}: Cronofy "
            "counts them as failed, and sends them again",
            f"look at it: cronofy deliveries show {newest.id}",
            (("delivery", _described(newest)),),
            channel.channel_id,
        )


def forwards_fail(evidence: Evidence) -> Iterator[ProbableCause]:
    """Notifications arrive here, and the application that they are forwarded to does not accept them."""
    if not isinstance(evidence.history, HistoryEvidence):
        return
    for channel, _ in _newest(evidence):
        signatures = {delivery.id: delivery.verdict.state for delivery in evidence.deliveries_of(channel)}
        for failed in _failed([each for each in evidence.history.forwards if each.delivery_id in signatures]):
            attempt = failed.attempt
            yield ProbableCause(
                CauseCode.FORWARDS_FAIL,
                _certainty(evidence, attempt.started_at),
                f"notifications of {channel.channel_id} arrive here, and {failed.target} does not accept them: "
                + (attempt.reason or f"it responds with {attempt.status}"),
                _advice(failed, signatures[failed.delivery_id]),
                (
                    ("delivery", f"#{failed.delivery_id}"),
                    ("forward", f"{attempt.started_at:%Y-%m-%d %H:%M:%S} UTC, attempt {failed.number}"),
                    ("response", attempt.result),
                ),
                channel.channel_id,
            )


def _advice(failed: Forward, signature: SignatureState) -> str:
    replay = f"cronofy deliveries replay {failed.delivery_id}"
    words = forward_advice(failed, signature)
    return (
        f"{words}; then send it again: {replay}" if words else f"look at the application, then send it again: {replay}"
    )


def _newest(evidence: Evidence) -> Iterator[tuple[Channel, Delivery]]:
    """Yield each channel that is asked about with its newest delivery, if it has any."""
    for channel in evidence.examined:
        for delivery in evidence.deliveries_of(channel)[-1:]:
            yield channel, delivery


def _failed(forwards: Sequence[Forward]) -> list[Forward]:
    """Return the newest attempt at each target, if it has failed."""
    newest = {forward.target: forward for forward in sorted(forwards, key=lambda forward: forward.attempt.started_at)}
    return [forward for forward in newest.values() if not forward.attempt.succeeded]


def _is_success(delivery: Delivery) -> bool:
    return delivery.is_accepted


def _certainty(evidence: Evidence, moment: datetime) -> Likelihood:
    return Likelihood.CERTAIN if evidence.now - moment <= _RECENT else Likelihood.POSSIBLE


def _described(delivery: Delivery) -> str:
    received = f"{delivery.request.received_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"#{delivery.id} at {received}, {delivery.verdict.state}, response {delivery.answer}"
