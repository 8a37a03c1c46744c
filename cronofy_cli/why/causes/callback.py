"""Causes that lie at the callback URL, as a live probe found them. The words are those of `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.obstacle import Problem
from cronofy_cli.core.checks import CheckState
from cronofy_cli.why.answer import Cause, Code, Likelihood

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.checks import Check
    from cronofy_cli.core.checks import Evidence as Seen
    from cronofy_cli.why.evidence import Evidence

_CODES: Final[dict[str, Code]] = {
    "not_public": Code.CALLBACK_NOT_PUBLIC,
    Problem.UNKNOWN_NAME: Code.CALLBACK_UNKNOWN_NAME,
    Problem.CONNECTION_REFUSED: Code.CALLBACK_UNREACHABLE,
    Problem.CONNECT_TIMEOUT: Code.CALLBACK_UNREACHABLE,
    Problem.NO_ROUTE: Code.CALLBACK_UNREACHABLE,
    Problem.NOT_TLS: Code.CALLBACK_TLS,
    Problem.HANDSHAKE_TIMEOUT: Code.CALLBACK_TLS,
    Problem.HANDSHAKE_FAILED: Code.CALLBACK_TLS,
    Problem.OLD_PROTOCOL: Code.CALLBACK_TLS,
    Problem.INCOMPLETE_CHAIN: Code.CALLBACK_TLS,
    Problem.UNTRUSTED_ROOT: Code.CALLBACK_TLS,
    Problem.SELF_SIGNED: Code.CALLBACK_TLS,
    Problem.EXPIRED: Code.CALLBACK_TLS,
    Problem.NOT_YET_VALID: Code.CALLBACK_TLS,
    Problem.WRONG_HOST: Code.CALLBACK_TLS,
    Problem.WEAK_CERTIFICATE: Code.CALLBACK_TLS,
    Problem.UNTRUSTED: Code.CALLBACK_TLS,
    Problem.ANSWER_TIMEOUT: Code.CALLBACK_TIMEOUT,
    Problem.BROKEN_OFF: Code.CALLBACK_NO_ANSWER,
    Problem.NOT_HTTP: Code.CALLBACK_NO_ANSWER,
    "redirect": Code.CALLBACK_REDIRECTS,
    "no_handler": Code.CALLBACK_NO_HANDLER,
    "server_error": Code.CALLBACK_FAILS,
    "slow": Code.CALLBACK_SLOW,
    "refuses_right_signature": Code.CALLBACK_REFUSES_SIGNATURE,
}
_ON_THE_WAY: Final = frozenset({Code.CALLBACK_UNKNOWN_NAME, Code.CALLBACK_UNREACHABLE})
"""What stands in the way from here need not stand in Cronofy's, if this machine has no way out of its own."""
_OF_AN_ANSWER: Final = frozenset({Code.CALLBACK_REDIRECTS, Code.CALLBACK_NO_HANDLER, Code.CALLBACK_FAILS})
"""What the handler did with the probe. Without a client secret that was no notification of Cronofy's."""


def fails(evidence: Evidence) -> Iterator[Cause]:
    """Cronofy does not reach the handler, or the handler does not answer as Cronofy wants."""
    for url, subject in _subjects(evidence):
        for check in evidence.checks_of(url):
            code = _CODES.get(check.cause)
            if code is not None and check.needs_attention:
                yield Cause(
                    code,
                    _likelihood(evidence, check, code),
                    f"{check.finding}: {check.meaning}",
                    check.remedy,
                    (("callback_url", url), ("problem", check.cause), *_seen(check)),
                    subject,
                )


def _seen(check: Check) -> Seen:
    return tuple((name, value) for name, value in check.evidence if name != "channel_id")


def _subjects(evidence: Evidence) -> list[tuple[str, str]]:
    """Return each callback URL with its channels; the asked address without any if none posts there."""
    ids: dict[str, list[str]] = {}
    for channel in evidence.examined:
        ids.setdefault(channel.callback_url, []).append(channel.channel_id)
    if not ids and evidence.question.url is not None:
        ids[evidence.question.url] = []
    return [(url, " ".join(channel_ids)) for url, channel_ids in ids.items()]


def _likelihood(evidence: Evidence, check: Check, code: Code) -> Likelihood:
    if check.state is CheckState.WARNING or (code in _ON_THE_WAY and evidence.asker.is_behind_proxy):
        return Likelihood.POSSIBLE
    if code in _OF_AN_ANSWER and not evidence.asker.has_client_secret:
        return Likelihood.LIKELY
    return Likelihood.CERTAIN
