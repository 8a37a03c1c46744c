"""One sentence of advice for a forward that did not go well, by its cause.

Pure, but for `runs_in_container`, which looks at this machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean
from cronofy_cli.outbound.answer_text import answer_header, answer_text
from cronofy_cli.outbound.failure import FailureKind

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.outbound.target import Target

CRONOFY_LIMIT_S: Final = 5.0
"""How long Cronofy waits for an answer (docs: /developers/push-notifications/)."""

_SHOWN_LINES: Final = 3
_SHOWN_WIDTH: Final = 160
_CONTAINER_HOST: Final = "host.docker.internal"
_CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))


def advice(forward: Forward, target: Target, *, in_container: bool = False) -> str | None:
    """Return what to look at; None when all is well."""
    if forward.failure is not None:
        return _for_failure(FailureKind(forward.failure), forward, target, in_container=in_container)
    assert forward.status is not None
    if not forward.succeeded:
        return _for_status(forward.status, forward, target)
    took_s = forward.duration.total_seconds()
    if took_s > CRONOFY_LIMIT_S:
        return (
            f"this took {took_s:.1f} s: Cronofy gives up after {CRONOFY_LIMIT_S:.0f} s and sends it again; "
            "answer first, then work"
        )
    return None


def first_lines(forward: Forward) -> tuple[str, ...]:
    """Return the first lines of an answer's body that say something, safe to show."""
    lines = (clean(line).strip() for line in answer_text(forward)[:8192].splitlines())
    return tuple(line[:_SHOWN_WIDTH] for line in [line for line in lines if line][:_SHOWN_LINES])


def runs_in_container() -> bool:
    """Whether this program runs in a container, where localhost is the container and not the user's machine."""
    return any(mark.exists() for mark in _CONTAINER_MARKS)


def _for_failure(kind: FailureKind, forward: Forward, target: Target, *, in_container: bool) -> str:
    at = target.authority
    if kind is FailureKind.REFUSED and in_container and target.is_loopback:
        return (
            f"nothing listens on port {target.port} in this container; "
            f"an app outside of it is {_CONTAINER_HOST}:{target.port}{target.path}"
        )
    if kind is FailureKind.NO_SUCH_HOST and target.host == _CONTAINER_HOST:
        return f"start the container with --add-host {_CONTAINER_HOST}:host-gateway"
    if kind is FailureKind.TLS and "WRONG_VERSION" in (forward.reason or ""):
        return f"what listens on {at} does not speak TLS: use http:// instead of https://"
    tried = "127.0.0.1 and ::1" if target.host == "localhost" else target.host
    return {
        FailureKind.REFUSED: f"nothing listens on port {target.port} of {tried}: is the app running?",
        FailureKind.NO_SUCH_HOST: f"there is no host {target.host}: is the name right?",
        FailureKind.UNREACHABLE: f"{at} cannot be reached: is the address right, and no firewall between?",
        FailureKind.TLS: "its certificate is not trusted: add --insecure for one that you made yourself",
        FailureKind.TIME_LIMIT: "the app hangs, or stands at a breakpoint: --forward-timeout 0 waits for it",
        FailureKind.CLOSED: "the app closed the connection without an answer: did it crash or restart?",
        FailureKind.NOT_HTTP: f"what listens on {at} does not speak HTTP: is the port right, and should it be https?",
    }[kind]


def _for_status(status: int, forward: Forward, target: Target) -> str:
    if status in _BY_STATUS:
        return _BY_STATUS[status].format(path=target.path)
    if 300 <= status < 400:
        where = _location(forward)
        return f"Cronofy takes a redirect for a failure: use the address it leads to{where}"
    if status >= 500:
        return "the app failed: its log says why"
    return "anything but 2xx is a failure to Cronofy, which sends it again"


_AUTHENTICATION: Final = "is the route behind a login? Cronofy sends a signature and no credentials"
_FORGERY: Final = "is the route under CSRF protection? Take it out: a notification carries no token"
_BY_STATUS: Final = {
    400: "is the signature checked on the raw body? One that was parsed and printed again does not match",
    401: _AUTHENTICATION,
    403: _AUTHENTICATION,
    404: "does the app have a route for POST {path}?",
    405: "does the route {path} take POST?",
    419: _FORGERY,
    422: _FORGERY,
}


def _location(forward: Forward) -> str:
    location = answer_header(forward, "Location")
    return f", {clean(location)}" if location else ""
