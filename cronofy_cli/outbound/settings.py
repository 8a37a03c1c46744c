"""How to send: plain values, which cost nothing to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.notifications.deliveries import Headers

DEFAULT_TIMEOUT: Final = "30s"


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """How to send to one target."""

    limit_s: float | None = 30.0
    """How long a target may take; None waits without a limit, as for a breakpoint."""
    headers: Headers = ()
    """Added to what is forwarded."""
    insecure: bool = False
    """Whether any certificate is taken."""
    is_trial: bool = False
    """Whether the target is tried as Cronofy would: each request over a connection of its own, through the proxy of the
    environment if it is not on this machine, and an answer that does not end within the limit is none.

    Else a connection is kept for the next request, and the status counts as soon as it is there.
    """


def trial_settings(*, insecure: bool, limit_s: float | None = None) -> SenderSettings:
    """Return how `trigger` and `check handler` send: they wait as long as Cronofy does, unless `limit_s` is given."""
    from cronofy_cli.core.attempt import CRONOFY_LIMIT_S

    return SenderSettings(limit_s=limit_s or CRONOFY_LIMIT_S, insecure=insecure, is_trial=True)


def forwarding_settings(timeout: str, header: Iterable[str] = (), *, insecure: bool = False) -> SenderSettings:
    """Return how `listen` and `deliveries replay` send, by the values of their options; a timeout of 0 is no limit.

    Raises:
        WrongUsage: a header or the time limit cannot be meant.
    """
    from cronofy_cli.core.durations import parse_duration
    from cronofy_cli.outbound.headers import parse_extra_headers

    has_limit = timeout.strip() not in {"0", "0s"}
    return SenderSettings(
        limit_s=parse_duration(timeout, option="--forward-timeout") if has_limit else None,
        headers=parse_extra_headers(header),
        insecure=insecure,
    )
