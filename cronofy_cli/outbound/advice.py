"""One sentence of advice for an attempt that did not go well, by its cause.

Pure, but for `runs_in_container`, which looks at this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.attempt import CRONOFY_LIMIT_S
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.text import clean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.refusal import refusal_advice
from cronofy_cli.outbound.target import parse_target

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.outbound.target import Target

_CONTAINER_HOST: Final = "host.docker.internal"
_CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the attempt."""

    signature: SignatureState = SignatureState.UNKNOWN
    """The verdict on what was sent."""
    in_container: bool = False
    """Whether this program runs in a container."""
    can_wait: bool = False
    """Whether `--forward-timeout` is an option of the command."""


NOTHING_KNOWN: Final = Circumstances()


def advice(attempt: Attempt, target: Target, known: Circumstances = NOTHING_KNOWN) -> str | None:
    """Return what to look at; None when all is well, or nothing is known about the failure."""
    if attempt.failure is not None:
        return _for_failure(attempt.failure, target, known)
    if attempt.succeeded:
        return _for_slowness(attempt.duration.total_seconds())
    return _for_status(attempt, target, known.signature)


def forward_advice(forward: Forward, signature: SignatureState) -> str | None:
    """Return the advice for a forward of the history."""
    try:
        target = parse_target(forward.target)
    except WrongUsage:  # another release knew more kinds of target
        return None
    return advice(forward.attempt, target, Circumstances(signature, in_container=runs_in_container(), can_wait=True))


def runs_in_container() -> bool:
    """Whether this program runs in a container, where localhost is the container and not the user's machine."""
    return any(mark.exists() for mark in _CONTAINER_MARKS)


def _for_failure(failure: Failure, target: Target, known: Circumstances) -> str | None:
    at = target.authority
    if failure is Failure.CONNECTION_REFUSED and known.in_container and target.is_loopback:
        return (
            f"nothing listens on port {target.port} in this container; "
            f"an app outside of it is {_CONTAINER_HOST}:{target.port}{target.path}"
        )
    if failure is Failure.NAME_NOT_RESOLVED and target.host == _CONTAINER_HOST:
        return f"start the container with --add-host {_CONTAINER_HOST}:host-gateway"
    if failure is Failure.ANSWER_TIMED_OUT and known.can_wait:
        return "the app hangs, or is stopped at a breakpoint: --forward-timeout 0 waits for it"
    tried = "127.0.0.1 and ::1" if target.host == "localhost" else target.host
    return {
        Failure.NAME_NOT_RESOLVED: f"there is no host {target.host}: is the name right?",
        Failure.CONNECTION_REFUSED: f"nothing listens on port {target.port} of {tried}: is the app running?",
        Failure.CONNECTION_TIMED_OUT: f"{at} does not respond: is the address right, or does a firewall block it?",
        Failure.HOST_UNREACHABLE: f"{at} cannot be reached: is the address right, and the network connected?",
        Failure.PROXY_FAILED: f"check HTTPS_PROXY, or exclude {target.host} in NO_PROXY",
        Failure.NOT_TLS: f"what listens on {at} does not speak TLS: use http:// instead of https://",
        Failure.TLS_TIMED_OUT: f"{at} does not answer the TLS handshake: is it the port for https?",
        Failure.TLS_FAILED: f"see what goes wrong: openssl s_client -connect {target.host}:{target.port}",
        Failure.TLS_TOO_OLD: "have the server offer TLS 1.2 or 1.3: Cronofy uses nothing older",
        Failure.CERTIFICATE_EXPIRED: "renew the certificate; to try without: --insecure",
        Failure.CERTIFICATE_WRONG_HOST: f"use a name that is in the certificate instead of {target.host}",
        Failure.ANSWER_TIMED_OUT: f"Cronofy waits {CRONOFY_LIMIT_S:.0f} s and sends it again: answer first, then work",
        Failure.CONNECTION_CLOSED: "the app closed the connection without an answer: did it crash or restart?",
        Failure.NOT_HTTP: f"what listens on {at} does not speak HTTP: is the port right, and should it be https?",
    }.get(failure) or (_untrusted() if failure.is_tls else None)


def _untrusted() -> str:
    return "its certificate is not trusted: add --insecure for one that you made yourself"


def _for_slowness(took_s: float) -> str | None:
    if took_s <= CRONOFY_LIMIT_S:
        return None
    return (
        f"this took {took_s:.1f} s: Cronofy waits {CRONOFY_LIMIT_S:.0f} s and sends it again; answer first, then work"
    )


def _for_status(attempt: Attempt, target: Target, signature: SignatureState) -> str:
    status = attempt.status or 0
    if 300 <= status < 400:
        where = f", {clean(attempt.location)}" if attempt.location else ""
        return f"Cronofy takes a redirect for a failure: use the address it leads to{where}"
    if status >= 500:
        return "the app failed: its log says why"
    if status == 404:
        return f"does the app have a route for POST {target.path}?"
    if status == 405:
        return f"does the route {target.path} take POST?"
    return refusal_advice(attempt, target, signature)
