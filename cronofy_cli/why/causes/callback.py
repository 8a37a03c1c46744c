"""Causes that lie at the callback URL, as a live probe found them, in the words that `doctor` uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.failure import Failure
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.checks import Check, Facts
    from cronofy_cli.why.evidence import Evidence

_CODES: Final[dict[str, CauseCode]] = {
    "not_public": CauseCode.CALLBACK_NOT_PUBLIC,
    Failure.NAME_NOT_RESOLVED: CauseCode.CALLBACK_NAME_NOT_RESOLVED,
    Failure.CONNECTION_REFUSED: CauseCode.CALLBACK_UNREACHABLE,
    Failure.CONNECTION_TIMED_OUT: CauseCode.CALLBACK_UNREACHABLE,
    Failure.HOST_UNREACHABLE: CauseCode.CALLBACK_UNREACHABLE,
    **{failure: CauseCode.CALLBACK_TLS for failure in Failure if failure.is_tls},
    Failure.ANSWER_TIMED_OUT: CauseCode.CALLBACK_TIMEOUT,
    Failure.CONNECTION_CLOSED: CauseCode.CALLBACK_NO_RESPONSE,
    Failure.NOT_HTTP: CauseCode.CALLBACK_NO_RESPONSE,
    "redirect": CauseCode.CALLBACK_REDIRECTS,
    "no_handler": CauseCode.CALLBACK_NO_HANDLER,
    "server_error": CauseCode.CALLBACK_FAILS,
    "slow": CauseCode.CALLBACK_SLOW,
    "rejects_correct_signature": CauseCode.CALLBACK_REJECTS_SIGNATURE,
}
_ON_THE_WAY: Final = frozenset({CauseCode.CALLBACK_NAME_NOT_RESOLVED, CauseCode.CALLBACK_UNREACHABLE})
"""What stops a probe from here need not stop Cronofy, if this machine has no direct connection."""
_OF_A_RESPONSE: Final = frozenset(
    {CauseCode.CALLBACK_REDIRECTS, CauseCode.CALLBACK_NO_HANDLER, CauseCode.CALLBACK_FAILS}
)
"""How the handler responded to the probe. Without a client secret it was not signed as Cronofy signs."""


def fails(evidence: Evidence) -> Iterator[ProbableCause]:
    """Cronofy does not reach the handler, or the handler does not respond as Cronofy expects."""
    for url, subject in _subjects(evidence):
        for check in evidence.checks_of(url):
            code = _CODES.get(check.code)
            if code is not None and check.needs_attention:
                yield ProbableCause(
                    code,
                    _likelihood(evidence, check, code),
                    f"{check.finding}: {check.meaning}",
                    check.hint,
                    (("callback_url", url), *_facts(check)),
                    subject,
                )


def _facts(check: Check) -> Facts:
    return tuple((name, value) for name, value in check.evidence if name != "channel_id")


def _subjects(evidence: Evidence) -> list[tuple[str, str]]:
    """Return each callback URL with its channels; the asked address without any if none posts there."""
    ids: dict[str, list[str]] = {}
    for channel in evidence.examined:
        ids.setdefault(channel.callback_url, []).append(channel.channel_id)
    if not ids and evidence.question.url is not None:
        ids[evidence.question.url] = []
    return [(url, " ".join(channel_ids)) for url, channel_ids in ids.items()]


def _likelihood(evidence: Evidence, check: Check, code: CauseCode) -> Likelihood:
    if check.state is CheckState.WARNING or (code in _ON_THE_WAY and evidence.access.is_behind_proxy):
        return Likelihood.POSSIBLE
    if code in _OF_A_RESPONSE and not evidence.access.has_client_secret:
        return Likelihood.LIKELY
    return Likelihood.CERTAIN
