"""What a handler's answers mean: is it there, is it quick enough, and does it look at signatures.

Cronofy counts 200-299 within 5 seconds as success; whether it follows redirects is not documented (docs:
/developers/push-notifications/). Looking at signatures is the handler's own choice, and the only thing that tells
Cronofy's notifications from anybody's (docs: /developers/push-notifications/authentication/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe import Posting
from cronofy_cli.adapters.callback_probe.obstacle import Obstacle
from cronofy_cli.adapters.callback_probe.posting import Answered
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.doctor.callback_words import WORDS

if TYPE_CHECKING:
    from cronofy_cli.adapters.callback_probe import Limits
    from cronofy_cli.adapters.callback_probe.target import Target

Answers = Mapping[Posting, Answered | Obstacle]
"""What the handler answered to each posting."""

ANSWER: Final = "callback_answer"
SIGNATURE: Final = "callback_signature"
SIGNED: Final = "callback_signed"
_NOT_THERE: Final = frozenset({404, 405, 410})
_REFUSE: Final = "answer 401 unless the signature matches; to see which it is: cronofy verify --help"


def check_answer(answers: Answers, target: Target, limits: Limits) -> Check:
    """Judge the answer to an unsigned notification: whether there is a handler, and how long it takes."""
    answer = answers[Posting.UNSIGNED]
    if isinstance(answer, Obstacle):
        return _no_answer(ANSWER, answer, target)
    return _judge(answer, target, limits, None if _takes_signed(answers) else _trouble(answer))


def check_one(posting: Posting, answer: Answered | Obstacle, target: Target, limits: Limits) -> Check:
    """Judge the answer to the one notification that was posted. A refusal of an unsigned one is no trouble."""
    if isinstance(answer, Obstacle):
        return _no_answer(ANSWER, answer, target)
    trouble = _trouble(answer)
    if posting is Posting.SIGNED and trouble is None and not _is_success(answer):
        return check_signed(answer, target)
    return _judge(answer, target, limits, trouble)


def check_signature(answers: Answers, url: str) -> Check:
    """Judge whether what Cronofy did not sign is refused."""
    unsigned, wrong = answers[Posting.UNSIGNED], answers.get(Posting.WRONG_SIGNATURE)
    if isinstance(unsigned, Obstacle) or wrong is None or isinstance(wrong, Obstacle):
        return skipped(SIGNATURE, "the handler did not answer", subject=url)
    if unsigned.status == wrong.status and _trouble(wrong) and not _takes_signed(answers):
        return skipped(SIGNATURE, f"{wrong.status} to everything: no handler looked at it", subject=url)
    evidence = (("unsigned", str(unsigned.status)), ("wrong_signature", str(wrong.status)))
    if not _is_refusal(wrong):
        return Check(
            SIGNATURE,
            CheckState.FAILED,
            f"a wrong signature is answered {wrong.status}, not refused",
            url,
            "accepts_wrong_signature" if _is_success(wrong) else "wrong_signature_not_refused",
            "whoever knows the address can pass for Cronofy",
            _REFUSE,
            evidence,
        )
    if not _is_refusal(unsigned):
        return Check(
            SIGNATURE,
            CheckState.WARNING,
            f"a wrong signature is refused with {wrong.status}, but none at all is answered {unsigned.status}",
            url,
            "accepts_unsigned" if _is_success(unsigned) else "unsigned_not_refused",
            "whoever knows the address may pass for Cronofy by leaving the signature out",
            _REFUSE,
            evidence,
        )
    finding = f"a wrong signature is refused with {wrong.status}"
    return passed(SIGNATURE, finding, subject=url, evidence=evidence)


def check_signed(answer: Answered | Obstacle, target: Target) -> Check:
    """Judge the answer to a correctly signed notification."""
    if isinstance(answer, Obstacle):
        return _no_answer(SIGNED, answer, target)
    evidence = (("status", str(answer.status)),)
    if _is_success(answer):
        finding = f"a correctly signed verification is answered {answer.status}"
        return passed(SIGNED, finding, subject=target.url, evidence=evidence)
    return Check(
        SIGNED,
        CheckState.FAILED,
        f"a correctly signed verification is answered {answer.status}",
        target.url,
        "refuses_right_signature",
        "Cronofy's own notifications fail the same way, and are sent again until the channel is closed",
        "give the handler the same client secret, and let it check the raw body: cronofy verify --help",
        evidence,
    )


def _judge(answer: Answered, target: Target, limits: Limits, trouble: tuple[str, str, str] | None) -> Check:
    finding = f"{answer.status} after {answer.elapsed_ms:.0f} ms"
    evidence = [("status", str(answer.status)), ("elapsed_ms", f"{answer.elapsed_ms:.0f}")]
    if answer.location is not None:
        evidence.append(("location", answer.location))
    if trouble is not None:
        state, (cause, meaning, remedy) = CheckState.FAILED, trouble
    elif answer.elapsed_ms > limits.slow_s * 1000:
        state, cause = CheckState.WARNING, "slow"
        meaning = f"Cronofy waits {limits.answer_s:g} seconds; on a busy day the handler will not keep to that"
        remedy = "answer first and do the work afterwards, from a queue"
    else:
        return passed(ANSWER, finding, subject=target.url, evidence=tuple(evidence))
    return Check(ANSWER, state, finding, target.url, cause, meaning, remedy, tuple(evidence))


def _trouble(answer: Answered) -> tuple[str, str, str] | None:
    """Return cause, meaning and remedy of an answer that no working handler gives."""
    if answer.status // 100 == 3:
        return (
            "redirect",
            "Cronofy wants 200-299; a redirect is not one, and need not be followed",
            f"create the channel with the final address: {answer.location or 'see the Location header'}",
        )
    if answer.status in _NOT_THERE:
        return (
            "no_handler",
            "nothing takes a POST at this path, so every notification fails",
            "correct the path of the callback URL, or the route of the application",
        )
    if answer.status // 100 == 5:
        return (
            "server_error",
            "the handler, or a proxy before it, fails; Cronofy sends the notification again",
            "look into the server's log; a handler must survive what it does not know",
        )
    return None


def _no_answer(name: str, obstacle: Obstacle, target: Target) -> Check:
    words = WORDS[obstacle.problem].about(target)
    evidence = (("detail", obstacle.detail),)
    state, cause = CheckState.FAILED, obstacle.problem
    return Check(name, state, words.finding, target.url, cause, words.meaning, words.remedy, evidence)


def _takes_signed(answers: Answers) -> bool:
    """Whether a signed notification was accepted: then even 404 to the others is a refusal, of a handler that hides."""
    signed = answers.get(Posting.SIGNED)
    return signed is not None and not isinstance(signed, Obstacle) and _is_success(signed)


def _is_success(answer: Answered) -> bool:
    return answer.status // 100 == 2


def _is_refusal(answer: Answered) -> bool:
    return answer.status // 100 == 4
