"""The listener of a process that leads at times: what arrives goes to the run that leads, and to nobody otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cronofy_cli.listen.door import Door
from cronofy_cli.receiver.server import ListenerCalls
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery


class FakeRun:
    """What one run is told."""

    def __init__(self, target: str) -> None:
        self.said: list[object] = []
        self.calls = ListenerCalls(
            self.said.append, self.said.append, unexpected, self.decide, lambda _: [target], self.said.append
        )

    def decide(self, delivery: Delivery, answer: Callable[[int | None], None]) -> None:
        """The application answers."""
        self.said.append(delivery)
        answer(201)


def unexpected(error: object) -> None:
    """Nothing fails."""
    raise AssertionError(error)


def tell_all(door: Door) -> list[int | None]:
    """Have a listener say everything that it can, and return the answers of the application."""
    answers: list[int | None] = []
    calls, delivery = door.calls, make_delivery(1)
    deliveries: Sequence[Delivery] = [delivery]
    calls.recorded(deliveries)
    calls.trouble(Any)  # type: ignore[arg-type]  # it is only passed on
    calls.answered(Any)  # type: ignore[arg-type]  # it is only passed on
    assert calls.decide is not None
    calls.decide(delivery, answers.append)
    return answers


def test_before_any_run() -> None:
    """Nobody hears of anything, and nothing is to be forwarded; there is no answer of an application."""
    door = Door(unexpected, app_answers=True)

    assert (door.calls.serves(), tell_all(door)) == (False, [None])
    assert door.calls.targets_of is not None
    assert list(door.calls.targets_of(make_delivery(1))) == []


def test_from_run_to_run() -> None:
    """It is open while a run has it and leads; what is recorded goes to that run, and after its end still does."""
    door = Door(unexpected, app_answers=True)
    first, second, leads = FakeRun("http://a/"), FakeRun("http://b/"), [True]
    way_in = door.way_in(first.calls, lambda: leads[0])

    assert not door.is_open
    way_in.start()
    assert (door.is_open, door.calls.serves()) == (True, True)
    leads[0] = False
    assert (door.is_open, door.calls.serves()) == (False, False)
    leads[0] = True
    way_in.stop()
    assert not door.is_open
    assert tell_all(door) == [201]
    assert len(first.said) == 4
    door.way_in(second.calls, lambda: True).start()
    assert (door.is_open, tell_all(door), len(second.said), len(first.said)) == (True, [201], 4, 4)
    assert door.calls.targets_of is not None
    assert list(door.calls.targets_of(make_delivery(1))) == ["http://b/"]


def test_the_listener_answers() -> None:
    """Without --ack app the listener itself answers."""
    assert Door(unexpected, app_answers=False).calls.decide is None
