"""Forwarding behind `listen`: the parts that its options ask for, and what is printed about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.listen.forwarding.in_turn import ReportsInTurn
from cronofy_cli.listen.forwarding.options import build_app_ack, build_forwarder, parse_targets
from cronofy_cli.listen.forwarding.reports import ForwarderCalls
from cronofy_cli.listen.forwarding.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.app_ack import AppAck
    from cronofy_cli.listen.forwarding.forwarder import Forwarder
    from cronofy_cli.listen.forwarding.options import ForwardingOptions
    from cronofy_cli.listen.forwarding.reports import ForwardReport
    from cronofy_cli.listen.view import LiveOutput
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.receiver.recorder import AnswerDecider

DRAIN_LIMIT_S = 10.0
"""How long the end of a run waits for deliveries to be forwarded. What is left can be replayed."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What forwards, and what asks the application for the answer to Cronofy. Either may be missing."""

    forwarder: Forwarder | None
    ack: AppAck | None
    tally: Tally
    on_wait: Callable[[], None]
    """Is called when the end has to wait for the application."""
    in_turn: ReportsInTurn
    """What holds the reports of `ack` back until their deliveries were shown."""

    @property
    def sinks(self) -> list[Callable[[Sequence[Delivery]], None]]:
        """What gets the deliveries after they were shown."""
        return [*([] if self.ack is None else [self.in_turn.shown]), *self._others]

    @property
    def hand_on(self) -> list[Callable[[Sequence[Delivery]], None]]:
        """What forwards a delivery that did not come from the listener."""
        return [*([] if self.ack is None else [self.ack.hand_on]), *self._others]

    @property
    def _others(self) -> list[Callable[[Sequence[Delivery]], None]]:
        return [] if self.forwarder is None else [self.forwarder]

    @property
    def decide(self) -> AnswerDecider | None:
        """What answers Cronofy with the application's own status."""
        if self.ack is None:
            return None
        ask, expect = self.ack.decide, self.in_turn.expect

        def decide(delivery: Delivery, answer: Callable[[int | None], None]) -> None:
            expect(delivery)
            ask(delivery, answer)

        return decide

    def targets_of(self, delivery: Delivery) -> list[str]:
        """Return where a delivery is forwarded to."""
        asked = [] if self.ack is None else self.ack.targets_of(delivery)
        return asked if self.forwarder is None else [*asked, *self.forwarder.targets_of(delivery)]

    @property
    def unwritten(self) -> list[Forward]:
        """The results that are not in the history yet."""
        parts = [part for part in (self.forwarder, self.ack) if part is not None]
        return [forward for part in parts for forward in part.unwritten]

    def start(self) -> None:
        """Begin to forward.

        Raises:
            HistoryUnavailable: the history cannot be opened.
        """
        for part in (self.forwarder, self.ack):
            if part is not None:
                part.start()

    def hand_over(self) -> None:
        """Send nothing more, wait for what is being sent, and end: another process sends the rest."""
        if self.forwarder is not None:
            self.forwarder.pause()
        self.stop()

    def take_over(self, owed: Sequence[Delivery]) -> None:
        """Forward what another process was still to send."""
        if self.forwarder is not None:
            self.forwarder(owed)

    def stop(self) -> None:
        """Forward what waits, for a while, and end."""
        if self.ack is not None:
            self.ack.stop()
            self.in_turn.end()
        if self.forwarder is not None:
            self.forwarder.stop(DRAIN_LIMIT_S, self.on_wait)


def forwarding_for(
    options: ForwardingOptions,
    history: HistoryPlace,
    live: LiveOutput,
    on_failed: OnFailed,
    clock: Callable[[], datetime],
    *,
    app_answers: bool,
    on_report: Callable[[ForwardReport], None] | None = None,
    leads: Callable[[], bool] | None = None,
) -> Forwarding:
    """Return what the options ask for, not started yet. `on_report` hears of each attempt at once.

    With `leads`, nothing is sent while that is not so, and nothing that another process has sent.

    Raises:
        WrongUsage: an option cannot be meant.
    """
    in_turn = ReportsInTurn(live.forwarded)
    tally = Tally([target.url for target in parse_targets(options)])

    def report(report: ForwardReport) -> None:
        tally.count(report.forward)
        if on_report is not None:
            on_report(report)
        in_turn.reported(report)

    def wait() -> None:
        live.remark(
            f" waiting up to {DRAIN_LIMIT_S:.0f} s for the application to take the rest; "
            "Ctrl-C again ends at once, and nothing is lost"
        )

    calls = ForwarderCalls(
        report, live.waiting, live.target_back, live.trouble, on_failed, live.may_send, live.held, leads
    )
    if app_answers:
        ack, others = build_app_ack(options, history, calls, clock)
        return Forwarding(others, ack, tally, wait, in_turn)
    return Forwarding(build_forwarder(options, history, calls, clock), None, tally, wait, in_turn)


def described(target: Target) -> str:
    """Return a target's address, with the types if it gets only some."""
    only = f" ({', '.join(sorted(target.types))})" if target.types else ""
    return f"{target.url}{only}"
