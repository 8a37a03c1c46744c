"""The checks of one callback URL: the whole way to its handler, and how that responds to what Cronofy did not sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import skipped
from cronofy_cli.doctor.runner import CheckGroup, GroupResult
from cronofy_cli.evidence.callback_response import RESPONSE, check_response, check_signature, check_signed
from cronofy_cli.evidence.callback_way import REACHABLE, check_not_public, check_way

if TYPE_CHECKING:
    from cronofy_cli.core.checks import Check
    from cronofy_cli.evidence.callback import Callback, Prober

_STEPS: Final = 9
"""At most: a look-up, a connection, three handshakes, three responses, and one to spare."""


def callback_group(prober: Prober, callback: Callback) -> CheckGroup:
    """Return the checks of one callback URL as a group."""
    limits = prober.limits
    limit_s = _STEPS * max(limits.connect_s, limits.handshake_s, limits.answer_s)
    return CheckGroup(
        REACHABLE, lambda: GroupResult(check_callback(prober, callback)), limit_s=limit_s, subject=callback.url
    )


def check_callback(prober: Prober, callback: Callback) -> tuple[Check, ...]:
    """Say how each step of the way went, up to the one that failed."""
    from cronofy_cli.adapters.callback_probe import Posting

    if callback.channel_ids and callback.is_out_of_reach:
        return (check_not_public(callback),)
    report = prober.probe(callback, tuple(Posting))
    way = check_way(report, callback, now=prober.clock())
    responses = report.responses
    if not responses:
        return (*way, skipped(RESPONSE, "Cronofy does not get as far as the handler", subject=callback.url))
    return (
        *way,
        check_response(responses, report.target, prober.limits),
        check_signature(responses, callback.url),
        *([check_signed(responses[Posting.SIGNED], report.target)] if Posting.SIGNED in responses else []),
    )
