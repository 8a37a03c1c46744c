"""What waits for an application that comes back: bounded, asked about, marked and never lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.forwarding.late import LateRule, parse_rule
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_forwarder
from tests.listen.forwarding.following import Following, now
from tests.outbound.app import running_app
from tests.ports import free_port
from tests.samples import make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.listen.forwarding.forwarder import Forwarder
    from cronofy_cli.listen.forwarding.late import LateBacklog

WAITING = 12


def body(number: int) -> bytes:
    """Return a body that can be told apart."""
    return b'{"notification":{"type":"change"},"number":%d}' % number


class Comeback:
    """An application that is away while deliveries come, and then is back."""

    def __init__(self, folder: Path, rule: LateRule, *, answer: bool = False) -> None:
        self.port = free_port()
        self.following = Following(folder / "history.db")
        self.asked: list[LateBacklog] = []
        self.held: list[LateBacklog] = []

        def may_send(backlog: LateBacklog, _is_over: object) -> bool:
            self.asked.append(backlog)
            return answer

        calls = replace(self.following.calls, may_send=may_send, held=self.held.append)
        options = ForwardingOptions(str(self.port), late=rule)
        forwarder = build_forwarder(options, self.following.history_file, calls, now)
        assert forwarder is not None
        self.forwarder: Forwarder = forwarder

    def received(self) -> list[bytes]:
        """Return what the application has got: what had waited, and one delivery that came afterwards."""
        with self.forwarder:
            self.forwarder(self.following.record([make_delivery(0, body(number)) for number in range(WAITING)]))
            self.following.await_reports(1)
            with running_app(port=self.port) as app:
                self.following.wait(lambda: bool(self.following.backs))
                self.forwarder(self.following.record([make_delivery(0, body(WAITING))]))
                self.following.wait(lambda: self.following.reports[-1].forward.delivery_id == WAITING + 1)
                return [each.body for each in app.received]


EVERYTHING = [body(number) for number in range(WAITING + 1)]
ONLY_THE_NEW_ONE = [body(WAITING)]


@pytest.mark.parametrize(
    ("rule", "answer", "received", "times_asked"),
    [
        (LateRule(), False, EVERYTHING, 0),
        (LateRule(WAITING), False, EVERYTHING, 0),
        (LateRule(WAITING - 1), False, ONLY_THE_NEW_ONE, 0),
        (LateRule(0), False, ONLY_THE_NEW_ONE, 0),
        (LateRule(WAITING - 1, asks=True), False, ONLY_THE_NEW_ONE, 1),
        (LateRule(WAITING - 1, asks=True), True, EVERYTHING, 1),
    ],
)
def test_what_is_sent(rule: LateRule, answer: bool, received: list[bytes], times_asked: int, tmp_path: Path) -> None:
    """Up to the bound all is sent in order; above it nothing that waited, unless the answer is yes; then it goes on."""
    comeback = Comeback(tmp_path, rule, answer=answer)

    assert comeback.received() == received
    assert len(comeback.asked) == times_asked
    assert [backlog.count for backlog in comeback.held] == ([] if received == EVERYTHING else [WAITING])


def test_what_is_late_is_marked(tmp_path: Path) -> None:
    """What had to wait is marked in its line, what came afterwards is not."""
    comeback = Comeback(tmp_path, LateRule())
    comeback.received()

    sent = [report for report in comeback.following.reports if report.forward.attempt.succeeded]
    assert [report.is_late for report in sent] == [True] * WAITING + [False]


def test_what_is_held_is_not_lost(tmp_path: Path) -> None:
    """It stays what is still to be sent: a replay finds it."""
    comeback = Comeback(tmp_path, LateRule(0))
    comeback.received()

    with open_history(comeback.following.history_file, read_only=True) as history:
        delivered = [number for number in range(1, WAITING + 2) if _was_taken(history.forwards.of(number))]
    assert delivered == [WAITING + 1]


def _was_taken(forwards: list[Forward]) -> bool:
    return any(forward.attempt.succeeded for forward in forwards)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (None, LateRule(100, asks=True)),
        ("send", LateRule()),
        ("skip", LateRule(0)),
        ("250", LateRule(250)),
    ],
)
def test_the_option(text: str | None, rule: LateRule) -> None:
    """Without it up to 100 are sent, and more are asked about."""
    assert parse_rule(text) == rule


def test_what_the_option_does_not_take() -> None:
    """Anything else is named, with what it takes."""
    with pytest.raises(WrongUsage, match="--backlog does not take 'many'"):
        parse_rule("many")
