"""From what the user wrote to a forwarder: the options' values are checked here, and here alone.

`listen --help` imports this module, so what sends is imported only when something is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.forwarding.late import SEND_ALL
from cronofy_cli.outbound.settings import DEFAULT_TIMEOUT, forwarding_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.listen.forwarding.app_ack import AppAck
    from cronofy_cli.listen.forwarding.forwarder import Forwarder
    from cronofy_cli.listen.forwarding.late import LateRule
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target


@dataclass(frozen=True, slots=True)
class ForwardingOptions:
    """The values as they stand on the command line."""

    target: str | None = None
    """TARGET: where everything goes."""
    forward: Sequence[str] = ()
    """--forward, each a target that may name its types."""
    header: Sequence[str] = ()
    insecure: bool = False
    timeout: str = DEFAULT_TIMEOUT
    """--forward-timeout; 0 is no limit."""
    retries: int = 0
    concurrency: int = 8
    max_in_flight: int = 1
    """--max-in-flight."""
    policy: SignaturePolicy = SignaturePolicy.STRICT
    chosen: DeliveryFilter = EVERYTHING
    """--only, --channel and --where."""
    late: LateRule = SEND_ALL
    """--backlog."""


def parse_targets(options: ForwardingOptions) -> tuple[Target, ...]:
    """Return where to forward to, TARGET first; nothing when the user named nothing.

    Raises:
        WrongUsage: one is no target, or is named twice.
    """
    from cronofy_cli.outbound.target import parse_route, parse_target

    targets = [parse_target(options.target)] if options.target is not None else []
    targets += [parse_route(text) for text in options.forward]
    for index, target in enumerate(targets):
        if target in targets[:index]:
            raise WrongUsage(f"{target.url} is named twice", hint="leave one of them out")
    return tuple(targets)


def check_options(options: ForwardingOptions, *, app_answers: bool) -> None:
    """Refuse what cannot be meant, before anything is built.

    Raises:
        WrongUsage: an option cannot be meant, or there is no target that could decide our answers.
    """
    targets = parse_targets(options)
    if app_answers:
        _deciding_first(targets)
    _sending(options)


def _deciding_first(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    if not targets:
        raise WrongUsage("--ack app needs an app to ask", hint="name it: cronofy listen 3000/hook --ack app")
    return targets


def _sending(options: ForwardingOptions) -> SenderSettings:
    return forwarding_settings(options.timeout, options.header, insecure=options.insecure)


def build_forwarder(
    options: ForwardingOptions, history: HistoryPlace, calls: ForwarderCalls, clock: Callable[[], datetime]
) -> Forwarder | None:
    """Return a forwarder that is not started yet; None when there is nowhere to forward to.

    Raises:
        WrongUsage: an option cannot be meant.
    """
    from cronofy_cli.listen.forwarding.forwarder import Forwarder, ForwarderSettings

    settings = ForwarderSettings(
        targets=parse_targets(options),
        sending=_sending(options),
        policy=options.policy,
        retries=options.retries,
        concurrency=options.concurrency,
        max_in_flight=options.max_in_flight,
        chosen=options.chosen,
        late=options.late,
    )
    return Forwarder(settings, history, calls, clock) if settings.targets else None


def build_app_ack(
    options: ForwardingOptions, history: HistoryPlace, calls: ForwarderCalls, clock: Callable[[], datetime]
) -> tuple[AppAck, Forwarder | None]:
    """Return what lets the first target decide our answers (`--ack app`), and a forwarder for the other ones.

    Raises:
        WrongUsage: there is no target that could decide, or an option cannot be meant.
    """
    from cronofy_cli.listen.forwarding.app_ack import AppAck
    from cronofy_cli.listen.forwarding.forwarder import Forwarder, ForwarderSettings

    targets = _deciding_first(parse_targets(options))
    sending = _sending(options)
    ack = AppAck(targets[0], sending, history, calls, clock, concurrency=options.concurrency, chosen=options.chosen)
    others = ForwarderSettings(
        targets[1:],
        sending,
        options.policy,
        options.retries,
        options.concurrency,
        options.max_in_flight,
        options.chosen,
        options.late,
    )
    return ack, Forwarder(others, history, calls, clock) if others.targets else None
