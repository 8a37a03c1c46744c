"""Letting the simulator send: what it reports is ours only if it is the first attempt at what was asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.simulator.control import SimulatorControl
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.failure import Failure
from cronofy_cli.outbound.simulator_push import push
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.outbound.simulator_push import Pushed

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Simulated:
    """What a simulator answers: the channels that are pushed to, then its list of attempts each time it is asked."""

    channels: Sequence[str]
    attempts: list[list[dict[str, object]]] = field(default_factory=list)

    def pushed(self, limit_s: float) -> list[Pushed]:
        """Push a change, and return what became of it; every answer must have been asked for."""
        with scripted_server() as server, ApiClient(data_center_at(server.url), "tok") as client:
            before, *later = self.attempts or [[]]
            server.answer(json={"deliveries": before}, only_for="GET /simulator/deliveries")
            server.answer(json={"channel_ids": list(self.channels)}, only_for="POST /simulator/push")
            for listed in later:
                server.answer(json={"deliveries": listed}, only_for="GET /simulator/deliveries")
            found = list(push(SimulatorControl(client), "change", {"reason": "x"}, limit_s=limit_s))
            (sent,) = [request for request in server.requests if request.method == "POST"]
            assert json.loads(sent.body) == {"type": "change", "fields": {"reason": "x"}}
        return found


def made(channel_id: str, **fields: object) -> dict[str, object]:
    """Return an attempt as the simulator lists it."""
    url = f"https://app.example.com/{channel_id}"
    plain = {"type": "change", "attempt": 1, "at": AT.isoformat(), "duration_ms": 12.5, "status": 200}
    return {"channel_id": channel_id, "callback_url": url, **plain, **fields}


def test_the_first_attempt_at_each_channel() -> None:
    """Attempts from before, of another type, later ones and those at other channels are not what was asked for."""
    old = made("chn_1", duration_ms=1.0)
    others = [old, made("chn_1", type="verification"), made("chn_1", attempt=2), made("chn_3")]
    simulated = Simulated(
        ("chn_1", "chn_2"),
        [[old], others, [*others, made("chn_2", status=None, reason="no answer within 5 s"), made("chn_1")]],
    )

    failed, succeeded = simulated.pushed(60)

    assert (failed.target, succeeded.target) == ("https://app.example.com/chn_2", "https://app.example.com/chn_1")
    assert (failed.attempt.failure, failed.attempt.reason) == (
        Failure.NOT_DELIVERED,
        "not delivered: no answer within 5 s",
    )
    assert (succeeded.attempt.status, succeeded.attempt.started_at, succeeded.attempt.duration_ms) == (200, AT, 12.5)


def test_a_channel_without_an_attempt() -> None:
    """At the limit each channel that nothing was sent to is named, in order; the simulator is not asked any more."""
    pushed = Simulated(("chn_2", "chn_1")).pushed(0)

    assert [each.target for each in pushed] == ["chn_1", "chn_2"]
    assert {each.attempt.reason for each in pushed} == {"not delivered: no attempt was made"}
    assert {each.attempt.failure for each in pushed} == {Failure.NOT_DELIVERED}
    assert {each.attempt.status for each in pushed} == {None}


class Silent(SimulatorControl):
    """A simulator that never attempts anything, and counts how often it is asked."""

    asked = 0

    def push(self, *_: object) -> tuple[str, ...]:
        """There is one channel."""
        return ("chn_1",)

    def attempts(self) -> tuple[bytes, ...]:
        """Nothing was attempted."""
        self.asked += 1
        return ()


def test_the_simulator_has_a_rest_between_two_questions() -> None:
    """It is asked a few times in a second, and not as fast as it can answer."""
    with ApiClient(data_center_at("http://127.0.0.1:1"), "tok") as client:
        control = Silent(client)
        [pushed] = push(control, "change", {}, limit_s=0.3)

    assert pushed.target == "chn_1"
    assert 2 <= control.asked <= 8


def test_no_channel() -> None:
    """Where no channel is open nothing becomes of it, and nothing is waited for."""
    assert Simulated(()).pushed(60) == []
