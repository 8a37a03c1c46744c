"""Forwarding by several processes with one history, of which one leads at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.forwards import Forwards
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_forwarder
from tests.adapters.history.samples import forward
from tests.listen.forwarding.following import Following, now
from tests.listen.forwarding.test_forwarder import numbered
from tests.outbound.app import running_app
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.forwarder import Forwarder


class Turns:
    """A forwarder of a process that may lead, and the history that it shares."""

    def __init__(self, folder: Path, port: int, leads: Callable[[], bool]) -> None:
        self.following = Following(folder / "history.db")
        self.url = f"http://localhost:{port}/"
        calls = replace(self.following.calls, leads=leads)
        made = build_forwarder(ForwardingOptions(str(port)), self.following.history_file, calls, now)
        assert made is not None
        self.forwarder: Forwarder = made

    def record(self, count: int) -> list[Delivery]:
        """Record deliveries that are to be forwarded."""
        with open_history(self.following.history_file, survives_power_cut=False) as history:
            deliveries = [make_delivery(0, body) for body in numbered(count)]
            return history.record(deliveries, targets_of=lambda _: [self.url])

    def owed(self) -> list[int]:
        """Return what is still to be forwarded."""
        with open_history(self.following.history_file, read_only=True) as history:
            return history.forwards.owed_to(self.url)


def test_what_another_process_has_sent(tmp_path: Path) -> None:
    """It is not sent again, whatever waits here; what was never to be forwarded to the target is not sent either."""
    with running_app() as app:
        turns = Turns(tmp_path, app.port, lambda: True)
        deliveries = turns.record(4)
        with open_history(turns.following.history_file) as history:
            history.forwards.record([forward(number, target=turns.url) for number in (1, 3)])
            deliveries += history.record([make_delivery(0)])
        with turns.forwarder as forwarder:
            forwarder(deliveries)
            turns.following.await_reports(2)

    assert [each.body for each in app.received] == [numbered(4)[1], numbered(4)[3]]
    assert turns.owed() == []


def test_a_process_that_does_not_lead(tmp_path: Path) -> None:
    """It sends nothing from then on, what waits is still to be sent, and the end waits for nothing."""
    leads = [True]
    with running_app() as app:
        turns = Turns(tmp_path, app.port, lambda: leads[0])
        deliveries = turns.record(3)
        with turns.forwarder as forwarder:
            forwarder(deliveries[:1])
            turns.following.await_reports(1)
            leads[0] = False
            forwarder(deliveries[1:])

    assert len(app.received) == 1
    assert (turns.owed(), turns.following.troubles, turns.following.failures) == ([2, 3], [], [])


def test_a_history_that_cannot_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it is not known whether another process has sent it, nothing is sent."""
    failures = [HistoryUnavailable("away"), HistoryUnavailable("still away")]
    owed = Forwards.owed

    def away_at_first(self: Forwards, delivery_id: int) -> list[str]:
        if failures:
            raise failures.pop()
        return owed(self, delivery_id)

    monkeypatch.setattr(Forwards, "owed", away_at_first)
    with running_app() as app:
        turns = Turns(tmp_path, app.port, lambda: True)
        deliveries = turns.record(1)
        with turns.forwarder as forwarder:
            forwarder(deliveries)
            turns.following.await_reports(1)

    assert (len(app.received), failures, turns.following.failures) == (1, [], [])
