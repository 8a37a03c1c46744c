"""What a handler's responses mean: is it there, is it fast enough, and does it check signatures.

Cronofy counts 200-299 within 5 seconds as success; whether it follows redirects is not documented (docs:
/developers/push-notifications/). Checking signatures is the handler's own choice, and the only thing that tells
Cronofy's notifications from anybody's (docs: /developers/push-notifications/authentication/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.callback_probe import Posting
from cronofy_cli.adapters.callback_probe.posting import Response
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.evidence.callback_words import failed_probe

if TYPE_CHECKING:
    from cronofy_cli.adapters.callback_probe import ProbeLimits
    from cronofy_cli.adapters.callback_probe.target import ProbeTarget

Responses = Mapping[Posting, Response | ProbeFailure]
"""How the handler responded to each posting."""

RESPONSE: Final = "callback_response"
SIGNATURE: Final = "callback_signature"
SIGNED: Final = "callback_signed"
_NOT_THERE: Final = frozenset({404, 405, 410})
_REJECT: Final = "respond with 401 unless the signature matches; for how it is made: cronofy verify --help"


def check_response(responses: Responses, target: ProbeTarget, limits: ProbeLimits) -> Check:
    """Judge the response to an unsigned notification: whether there is a handler, and how long it takes."""
    response = responses[Posting.UNSIGNED]
    if isinstance(response, ProbeFailure):
        return failed_probe(RESPONSE, response, target)
    return _judge(response, target, limits, None if _accepts_signed(responses) else _fault_of(response))


def check_one(posting: Posting, response: Response | ProbeFailure, target: ProbeTarget, limits: ProbeLimits) -> Check:
    """Judge the response to the one notification that was posted. Rejecting an unsigned one is no fault."""
    if isinstance(response, ProbeFailure):
        return failed_probe(RESPONSE, response, target)
    fault = _fault_of(response)
    if posting is Posting.SIGNED and fault is None and not _is_success(response):
        return check_signed(response, target)
    return _judge(response, target, limits, fault)


def check_signature(responses: Responses, url: str) -> Check:
    """Judge whether what Cronofy did not sign is rejected."""
    unsigned, wrong = responses[Posting.UNSIGNED], responses.get(Posting.WRONG_SIGNATURE)
    if isinstance(unsigned, ProbeFailure) or wrong is None or isinstance(wrong, ProbeFailure):
        return skipped(SIGNATURE, "the handler did not respond", subject=url)
    if unsigned.status == wrong.status and _fault_of(wrong) and not _accepts_signed(responses):
        return skipped(SIGNATURE, f"{wrong.status} to everything: no handler looked at it", subject=url)
    evidence = (("unsigned", str(unsigned.status)), ("wrong_signature", str(wrong.status)))
    if not _is_rejection(wrong):
        return Check(
            SIGNATURE,
            CheckState.FAILED,
            f"a wrong signature gets {wrong.status} instead of being rejected",
            url,
            "accepts_wrong_signature" if _is_success(wrong) else "wrong_signature_not_rejected",
            "anyone who knows the address can pretend to be Cronofy",
            _REJECT,
            evidence,
        )
    if not _is_rejection(unsigned):
        return Check(
            SIGNATURE,
            CheckState.WARNING,
            f"a wrong signature is rejected with {wrong.status}, but a missing one gets {unsigned.status}",
            url,
            "accepts_unsigned" if _is_success(unsigned) else "unsigned_not_rejected",
            "anyone who knows the address may pretend to be Cronofy by leaving the signature out",
            _REJECT,
            evidence,
        )
    return passed(SIGNATURE, f"a wrong signature is rejected with {wrong.status}", subject=url, evidence=evidence)


def check_signed(response: Response | ProbeFailure, target: ProbeTarget) -> Check:
    """Judge the response to a correctly signed notification."""
    if isinstance(response, ProbeFailure):
        return failed_probe(SIGNED, response, target)
    evidence = (("status", str(response.status)),)
    finding = f"a correctly signed verification gets {response.status}"
    if _is_success(response):
        return passed(SIGNED, finding, subject=target.url, evidence=evidence)
    return Check(
        SIGNED,
        CheckState.FAILED,
        finding,
        target.url,
        "rejects_correct_signature",
        "Cronofy's own notifications fail the same way, and are retried until the channel is closed",
        "give the handler the same client secret, and let it check the raw body: cronofy verify --help",
        evidence,
    )


class _Fault(NamedTuple):
    """What is wrong with a response that no working handler gives."""

    code: str
    meaning: str
    hint: str


def _judge(response: Response, target: ProbeTarget, limits: ProbeLimits, fault: _Fault | None) -> Check:
    finding = f"{response.status} after {response.duration_ms:.0f} ms"
    facts = [("status", str(response.status)), ("duration_ms", f"{response.duration_ms:.0f}")]
    if response.location is not None:
        facts.append(("location", response.location))
    state = CheckState.FAILED
    if fault is None and response.duration_ms > limits.slow_s * 1000:
        state = CheckState.WARNING
        fault = _Fault(
            "slow",
            f"Cronofy waits {limits.answer_s:g} seconds; under load the handler will take longer than that",
            "respond first and do the work afterwards, from a queue",
        )
    if fault is None:
        return passed(RESPONSE, finding, subject=target.url, evidence=tuple(facts))
    return Check(RESPONSE, state, finding, target.url, *fault, tuple(facts))


def _fault_of(response: Response) -> _Fault | None:
    if response.status // 100 == 3:
        return _Fault(
            "redirect",
            "Cronofy expects 200-299; it may not follow a redirect",
            f"create the channel with the final address: {response.location or 'see the Location header'}",
        )
    if response.status in _NOT_THERE:
        return _Fault(
            "no_handler",
            "nothing accepts a POST at this path, so every notification fails",
            "correct the path of the callback URL, or the route of the application",
        )
    if response.status // 100 == 5:
        return _Fault(
            "server_error",
            "the handler, or a proxy before it, fails; Cronofy sends the notification again",
            "check the server's log; a handler must accept notifications that it does not know",
        )
    return None


def _accepts_signed(responses: Responses) -> bool:
    """Whether a signed notification was accepted: then even 404 to the others is a rejection."""
    signed = responses.get(Posting.SIGNED)
    return isinstance(signed, Response) and _is_success(signed)


def _is_success(response: Response) -> bool:
    return response.status // 100 == 2


def _is_rejection(response: Response) -> bool:
    return response.status // 100 == 4
