"""The parts that forward behind `listen`, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.listen.forward import Forwarding, described, forwarding_for
from cronofy_cli.listen.forwarding.in_turn import ReportsInTurn
from cronofy_cli.listen.forwarding.options import ForwardingOptions
from cronofy_cli.listen.forwarding.tally import Tally, Totals
from cronofy_cli.outbound.target import parse_route, parse_target
from tests.outbound.app import running_app
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError

URL = "http://localhost:3000/hook"


@dataclass
class FakePart:
    """Something that forwards, and writes down what is asked of it."""

    name: str
    asked: list[str]
    targets: list[str]

    def start(self) -> None:
        """Begin."""
        self.asked.append(f"start {self.name}")

    def stop(self, *arguments: object) -> None:
        """End."""
        self.asked.append(f"stop {self.name} {arguments[:1]}")

    def targets_of(self, _delivery: Delivery) -> list[str]:
        """Where a delivery goes."""
        return self.targets

    def decide(self, delivery: Delivery, _answer: object) -> None:
        """Ask the application."""
        self.asked.append(f"ask {self.name} about #{delivery.id}")

    def hand_on(self, _deliveries: object) -> None:
        """Forward without an answer."""

    def __call__(self, _deliveries: object) -> None:
        """Forward."""


def parts(*, has_forwarder: bool, has_ack: bool) -> tuple[Forwarding, Any, Any, list[str]]:
    """Return forwarding with some of its parts, and what they are asked."""
    asked: list[str] = []
    forwarder: Any = FakePart("forwarder", asked, ["http://b/"]) if has_forwarder else None
    ack: Any = FakePart("ack", asked, ["http://a/"]) if has_ack else None
    in_turn = ReportsInTurn(lambda _report: None)
    return Forwarding(forwarder, ack, Tally([]), lambda: None, in_turn), forwarder, ack, asked


@pytest.mark.parametrize("has_forwarder", [True, False])
@pytest.mark.parametrize("has_ack", [True, False])
def test_parts(has_forwarder: bool, has_ack: bool) -> None:
    """With --ack app the first target decides; the others, and what was made up, are forwarded beside it."""
    forwarding, forwarder, ack, asked = parts(has_forwarder=has_forwarder, has_ack=has_ack)

    forwarding.start()
    forwarding.stop()

    others = [forwarder] if has_forwarder else []
    assert forwarding.sinks == [*([forwarding.in_turn.shown] if has_ack else []), *others]
    assert forwarding.hand_on == [*([ack.hand_on] if has_ack else []), *others]
    assert (forwarding.decide is not None) == has_ack
    if forwarding.decide is not None:
        forwarding.decide(make_delivery(7), lambda _status: None)
    assert forwarding.targets_of(make_delivery()) == [
        *(["http://a/"] if has_ack else []),
        *(["http://b/"] if has_forwarder else []),
    ]
    assert asked == [
        *(["start forwarder"] if has_forwarder else []),
        *(["start ack"] if has_ack else []),
        *(["stop ack ()"] if has_ack else []),
        *(["stop forwarder (10.0,)"] if has_forwarder else []),
        *(["ask ack about #7"] if has_ack else []),
    ]


@dataclass
class FakeLive:
    """What is printed."""

    reports: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def forwarded(self, report: Any) -> None:
        """An attempt is over."""
        self.reports.append(report.forward.delivery_id)

    def remark(self, text: str) -> None:
        """Something to know."""
        self.remarks.append(text)

    def waiting(self, _waiting: object) -> None:
        """Something waits."""

    def target_back(self, _back: object) -> None:
        """A target is back."""

    def trouble(self, error: CronofyError) -> None:
        """Something failed."""
        raise error

    def may_send(self, *_: object) -> bool:
        """Nobody is there to ask."""
        return False

    def held(self, _backlog: object) -> None:
        """Nothing is sent."""


def unexpected(error: CronofyError) -> None:
    """Nothing fails."""
    raise error


def built(folder: Path, options: ForwardingOptions, live: Any, *, app_answers: bool = False) -> Forwarding:
    """Return what the options ask for."""
    clock = lambda: datetime.now(UTC)  # noqa: E731
    return forwarding_for(options, folder / "history.db", live, unexpected, clock, app_answers=app_answers)


def test_nothing_to_forward_to(tmp_path: Path) -> None:
    """Without a target nothing is forwarded, and there are no numbers at the end."""
    forwarding = built(tmp_path, ForwardingOptions(), FakeLive())

    assert (forwarding.forwarder, forwarding.ack, forwarding.tally.targets) == (None, None, ())


def test_who_answers(tmp_path: Path) -> None:
    """With --ack app the first target is asked and the others are only forwarded to; all of them count."""
    options = ForwardingOptions("3000/hook", forward=("change=4000",))
    own = built(tmp_path, options, FakeLive())
    asked = built(tmp_path, options, FakeLive(), app_answers=True)

    targets = (URL, "http://localhost:4000/")
    assert (own.ack, own.tally.targets, asked.tally.targets) == (None, targets, targets)
    assert own.targets_of(make_delivery()) == [*targets]
    assert asked.forwarder is not None
    assert asked.forwarder.targets_of(make_delivery()) == ["http://localhost:4000/"]
    assert asked.ack is not None
    assert asked.ack.targets_of(make_delivery()) == [URL]
    alone = built(tmp_path, ForwardingOptions("3000/hook"), FakeLive(), app_answers=True)
    assert alone.forwarder is None


def test_what_is_counted_and_printed(tmp_path: Path) -> None:
    """Each attempt is printed and counted."""
    live = FakeLive()
    with running_app() as app, open_history(tmp_path / "history.db") as history:
        forwarding = built(tmp_path, ForwardingOptions(str(app.port)), live)
        recorded = history.record([make_delivery(0)] * 2, targets_of=forwarding.targets_of)
        forwarding.tally.receive(recorded)
        forwarding.start()
        for sink in forwarding.sinks:
            sink(recorded)
        forwarding.stop()
        totals = forwarding.tally.totals(history)

    assert (live.reports, live.remarks) == ([1, 2], [])
    assert totals == Totals(received=2, forwarded=2, failed=0, waiting=0)


def test_the_end_has_to_wait(tmp_path: Path) -> None:
    """That the application takes its time at the end is said, with how long, and how to end at once."""
    live = FakeLive()

    built(tmp_path, ForwardingOptions(str(free_port())), live).on_wait()

    assert live.remarks == [
        " waiting up to 10 s for the application to take the rest; Ctrl-C again ends at once, and nothing is lost"
    ]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: parse_target("3000/hook"), URL),
        (lambda: parse_route(f"change={URL}"), f"{URL} (change)"),
    ],
)
def test_a_target_in_words(made: Callable[[], Any], text: str) -> None:
    """A target that gets only some types names them."""
    assert described(made()) == text
