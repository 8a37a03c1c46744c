"""The watchdog: what it notices, what it has repaired, and when it gives up."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind
from cronofy_cli.errors import CronofyError, NotFound, Unreachable
from cronofy_cli.listen.watchdog import NOTICED_LATE_S, SESSION_NOTICED_LATE_S, Pace, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.history import Gap

LIMIT_S = 60.0
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUICK = Pace(tick_s=0.01, channel_check_s=3600.0, first_pause_s=0.01, longest_pause_s=0.02)


class World:
    """A session that can break, clocks that can be turned, and what the watchdog reported."""

    def __init__(self) -> None:
        self.events: SimpleQueue[TunnelEvent | None] = SimpleQueue()
        self.losses: list[str] = []
        self.gaps: list[Gap] = []
        self.troubles: list[CronofyError] = []
        self.times_given_up = 0
        self.ticks = 0
        self.recoveries = 0
        self.checks = 0
        self.is_up = True
        self.channel_trouble: CronofyError | None = None
        self.recovery_troubles: list[CronofyError] = []
        self.on_recover: Callable[[Callable[[float], object]], object] = lambda _: None
        self.on_tick: Callable[[], object] = lambda: None
        self.slept = timedelta()
        self.at: datetime | None = None
        """Where the clock on the wall stands still, but for sleep."""
        self.changed = threading.Condition()

    def clock(self) -> datetime:
        """The clock on the wall, which goes on while the machine sleeps."""
        return (self.at or datetime.now(UTC)) + self.slept

    def sleep_an_hour(self) -> None:
        """Be asleep, once: right after the watchdog has looked at its clocks."""
        self.on_tick = lambda: None
        self.slept = timedelta(hours=1)

    def is_alive(self) -> bool:
        """Whether the tunnel exists."""
        return self.is_up

    def look_around(self) -> None:
        """Count."""
        self.on_tick()
        with self.changed:
            self.ticks += 1
            self.changed.notify_all()

    def check_channel(self) -> None:
        """Raise if the channel is gone."""
        self.checks += 1
        if self.channel_trouble is not None:
            raise self.channel_trouble

    def recover(self, sleep: Callable[[float], object]) -> None:
        """Fail as often as there are troubles, then repair everything."""
        with self.changed:
            self.recoveries += 1
            self.changed.notify_all()
        self.on_recover(sleep)
        if self.recovery_troubles:
            raise self.recovery_troubles.pop(0)
        self.is_up, self.channel_trouble = True, None

    def trouble(self, error: CronofyError) -> None:
        """Keep what went wrong."""
        with self.changed:
            self.troubles.append(error)
            self.changed.notify_all()

    def lost(self, reason: str) -> None:
        """Keep why nothing arrives."""
        with self.changed:
            self.losses.append(reason)
            self.changed.notify_all()

    def over(self, gap: Gap) -> None:
        """Keep a gap that is over."""
        with self.changed:
            self.gaps.append(gap)
            self.changed.notify_all()

    def given_up(self) -> None:
        """Count."""
        with self.changed:
            self.times_given_up += 1
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until what was told fulfils a condition."""
        with self.changed:
            assert self.changed.wait_for(condition, LIMIT_S), (self.losses, self.gaps, self.troubles)


@contextmanager
def watched(
    world: World,
    pace: Pace = QUICK,
    max_offline_s: float = 60.0,
    since_boot: Callable[[], float] | None = None,
) -> Iterator[Watchdog]:
    """Have a watchdog look after the world."""
    watchdog = Watchdog(
        world,
        events=world.events,
        clock=world.clock,
        max_offline_s=max_offline_s,
        on_failed=world.trouble,
        pace=pace,
        since_boot=since_boot,
    )
    watchdog.start()
    try:
        yield watchdog
    finally:
        watchdog.stop(LIMIT_S)


@pytest.fixture
def world() -> World:
    """A session that is ready."""
    return World()


@pytest.mark.parametrize(
    ("kind", "reason", "noticed_late_s"),
    [
        (TunnelEventKind.AGENT_ENDED, "the tunnel's agent ended", NOTICED_LATE_S),
        (TunnelEventKind.SESSION_LOST, "the tunnel lost its session", SESSION_NOTICED_LATE_S),
        (TunnelEventKind.URL_CHANGED, "the public address changed", SESSION_NOTICED_LATE_S),
    ],
)
def test_what_a_tunnel_tells(world: World, kind: TunnelEventKind, reason: str, noticed_late_s: float) -> None:
    """It is mended, and the gap begins before it was noticed: the notice is late, and mail may be on its way."""
    world.at = NOON
    with watched(world):
        world.events.put(TunnelEvent(kind))
        world.wait_for(lambda: world.gaps)

    [gap] = world.gaps
    assert (world.losses, gap.reason, world.recoveries) == ([reason], reason, 1)
    assert gap.started == NOON - timedelta(seconds=noticed_late_s)
    assert gap.seconds == noticed_late_s


def test_a_tunnel_that_is_gone_without_a_word(world: World) -> None:
    """A tunnel that does not exist any more is noticed though nothing told of it."""
    with watched(world):
        world.is_up = False
        world.wait_for(lambda: world.gaps)

    assert world.losses == ["the tunnel is gone"]


def test_a_machine_that_slept(world: World) -> None:
    """The clock since its start goes on while the monotonic one stands still; the gap is as long as that."""
    world.at, world.on_tick = NOON, world.sleep_an_hour
    with watched(world, since_boot=lambda: time.monotonic() + world.slept.total_seconds()):
        world.wait_for(lambda: world.gaps)

    assert world.losses == ["this machine slept"]
    assert world.gaps[0].seconds == 3600 + NOTICED_LATE_S


def test_a_clock_that_was_set_forward(world: World) -> None:
    """It is not sleep: nothing is lost, repaired or reported."""
    with watched(world, since_boot=time.monotonic):
        world.slept = timedelta(days=3650)
        ticks = world.ticks
        world.wait_for(lambda: world.ticks > ticks + 2)

    assert (world.losses, world.recoveries) == ([], 0)


def test_a_machine_without_a_clock_since_its_start(world: World) -> None:
    """There the two cannot be told apart, which is what is said."""
    world.on_tick = world.sleep_an_hour
    with watched(world):
        world.wait_for(lambda: world.gaps)

    assert world.losses == ["this machine slept, or its clock was set forward"]


def test_a_channel_that_somebody_closed(world: World) -> None:
    """It is looked for now and then; the gap begins when it was last there, not when it was missed."""
    pace = Pace(tick_s=0.01, channel_check_s=0.3, first_pause_s=0.01)
    with watched(world, pace):
        world.channel_trouble = NotFound("the channel is gone")
        closed = world.clock()
        world.wait_for(lambda: world.gaps)

    assert world.losses == ["the channel is gone"]
    assert world.gaps[0].started <= closed


def test_nothing_is_wrong(world: World, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A session that came back, and looks that find everything in place, are no reason to mend."""
    world.events.put(TunnelEvent(TunnelEventKind.SESSION_BACK))
    with watched(world, Pace(tick_s=0.01, channel_check_s=0.02), max_offline_s=0.0):
        wait_until(lambda: world.checks >= 3)

    assert (world.losses, world.recoveries, world.times_given_up) == ([], 0, 0)


def test_it_tries_again(world: World) -> None:
    """Each failed attempt is told, and there is one gap for all of them."""
    world.recovery_troubles = [Unreachable("first"), Unreachable("second")]
    with watched(world):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.gaps)

    assert [error.message for error in world.troubles] == ["first", "second"]
    assert (len(world.losses), len(world.gaps), world.recoveries) == (1, 1, 3)


def test_what_happened_before_an_attempt_is_mended_by_it(world: World) -> None:
    """An agent that ended while the last one was missed is no second gap."""
    for kind in (TunnelEventKind.SESSION_LOST, TunnelEventKind.AGENT_ENDED):
        world.events.put(TunnelEvent(kind))
    with watched(world):
        world.wait_for(lambda: world.gaps)

    assert (len(world.losses), world.recoveries) == (1, 1)


def test_what_happens_during_an_attempt_is_looked_at(world: World) -> None:
    """A tunnel that is lost again while it is being mended is mended again."""

    def lose_it_again(_sleep: Callable[[float], object]) -> None:
        if world.recoveries == 1:
            world.events.put(TunnelEvent(TunnelEventKind.URL_CHANGED))

    world.on_recover = lose_it_again
    with watched(world):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: len(world.gaps) == 2)

    assert [gap.reason for gap in world.gaps] == ["the tunnel's agent ended", "the public address changed"]


def test_it_gives_up_in_the_middle_of_an_attempt(world: World) -> None:
    """The limit holds even if an attempt takes longer; what it mends too late is not called a recovery."""
    may_go_on = threading.Event()
    world.on_recover = lambda _: world.wait_for(may_go_on.is_set)
    with watched(world, max_offline_s=0.05):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.times_given_up)
        with world.changed:
            may_go_on.set()
            world.changed.notify_all()

    assert (world.times_given_up, world.gaps) == (1, [])


def test_a_recovery_that_hangs(world: World) -> None:
    """No thread of it keeps a program from ending: neither that which hangs nor that which counts the time."""
    before = set(threading.enumerate())
    may_go_on = threading.Event()
    world.on_recover = lambda _: may_go_on.wait(LIMIT_S)
    with watched(world):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.recoveries)
        threads = set(threading.enumerate()) - before
        may_go_on.set()

    assert [thread.daemon for thread in threads] == [True, True]


def test_the_end_of_a_run_breaks_a_recovery_off(world: World) -> None:
    """What is being mended ends at its next pause, and nothing is told of it."""
    world.on_recover = lambda sleep: sleep(3600)
    with watched(world) as watchdog:
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.recoveries)

    assert not watchdog.is_alive
    with pytest.raises(CronofyError, match="the run ends"):
        watchdog.sleep(3600)
    assert (world.troubles, world.gaps, world.times_given_up) == ([], [], 0)


def test_a_bug(world: World) -> None:
    """An exception that is not ours is reported: a run that is not watched any more is not ready."""

    def fail(_sleep: Callable[[float], object]) -> None:
        raise KeyError("x")

    world.on_recover = fail
    with watched(world):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.troubles)

    assert [error.message.partition(":")[0] for error in world.troubles] == ["watchdog failed"]
