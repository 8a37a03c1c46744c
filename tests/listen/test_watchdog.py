"""The watchdog: what it notices, how it mends, and when it gives up."""

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
from cronofy_cli.listen.watchdog import NOTICED_LATE_S, SESSION_NOTICED_LATE_S, Mending, Pace, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.listen.watchdog import Gap

LIMIT_S = 5.0
QUICK = Pace(tick_s=0.01, channel_check_s=3600.0, first_pause_s=0.01, longest_pause_s=0.02)


class World:
    """A session that can break, clocks that can be turned, and what the watchdog told."""

    def __init__(self) -> None:
        self.events: SimpleQueue[TunnelEvent] = SimpleQueue()
        self.lost: list[str] = []
        self.gaps: list[Gap] = []
        self.troubles: list[CronofyError] = []
        self.given_up = 0
        self.recoveries = 0
        self.is_alive = True
        self.channel_trouble: CronofyError | None = None
        self.recovery_troubles: list[CronofyError] = []
        self.on_recover: Callable[[], None] = lambda: None
        self.slept = timedelta()
        self.changed = threading.Condition()

    def clock(self) -> datetime:
        """The clock on the wall, which goes on while the machine sleeps."""
        return datetime.now(UTC) + self.slept

    def check_channel(self) -> None:
        """Raise if the channel is gone."""
        if self.channel_trouble is not None:
            raise self.channel_trouble

    def recover(self) -> None:
        """Fail as often as was told, then mend everything."""
        with self.changed:
            self.recoveries += 1
            self.changed.notify_all()
        self.on_recover()
        if self.recovery_troubles:
            raise self.recovery_troubles.pop(0)
        self.is_alive, self.channel_trouble = True, None

    def on_trouble(self, error: CronofyError) -> None:
        """Keep what went wrong."""
        self.troubles.append(error)

    def on_lost(self, reason: str) -> None:
        """Keep why nothing arrives."""
        with self.changed:
            self.lost.append(reason)
            self.changed.notify_all()

    def on_gap(self, gap: Gap) -> None:
        """Keep a gap that is over."""
        with self.changed:
            self.gaps.append(gap)
            self.changed.notify_all()

    def on_given_up(self) -> None:
        """Count."""
        with self.changed:
            self.given_up += 1
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until what was told fulfils a condition."""
        with self.changed:
            assert self.changed.wait_for(condition, LIMIT_S), (self.lost, self.gaps, self.troubles)


@contextmanager
def watched(world: World, pace: Pace = QUICK, max_offline_s: float = 60.0) -> Iterator[Watchdog]:
    """Have a watchdog look after the world."""
    watchdog = Watchdog(
        Mending(lambda: world.is_alive, world.check_channel, world.recover),
        events=world.events,
        clock=world.clock,
        on_trouble=world.on_trouble,
        on_lost=world.on_lost,
        on_gap=world.on_gap,
        on_given_up=world.on_given_up,
        max_offline_s=max_offline_s,
        pace=pace,
    )
    watchdog.start()
    try:
        yield watchdog
    finally:
        watchdog.stop()


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
    before = world.clock()
    with watched(world):
        world.events.put(TunnelEvent(kind))
        world.wait_for(lambda: world.gaps)

    [gap] = world.gaps
    assert (world.lost, gap.reason, world.recoveries) == ([reason], reason, 1)
    assert abs((gap.started - before).total_seconds() + noticed_late_s) < 1
    assert gap.seconds >= noticed_late_s


def test_a_tunnel_that_is_gone_without_a_word(world: World) -> None:
    """A tunnel that does not exist any more is noticed though nothing told of it."""
    with watched(world):
        world.is_alive = False
        world.wait_for(lambda: world.gaps)

    assert world.lost == ["the tunnel is gone"]


def test_a_machine_that_slept(world: World) -> None:
    """A clock on the wall that runs ahead of the monotonic one tells of sleep; the gap is as long as that."""
    with watched(world):
        world.slept = timedelta(hours=1)
        world.wait_for(lambda: world.gaps)

    assert world.lost == ["this machine slept"]
    assert world.gaps[0].seconds == pytest.approx(3600 + NOTICED_LATE_S, abs=2)


def test_a_channel_that_somebody_closed(world: World) -> None:
    """It is looked for now and then; the gap begins when it was last there, not when it was missed."""
    pace = Pace(tick_s=0.01, channel_check_s=0.3, first_pause_s=0.01)
    with watched(world, pace):
        world.channel_trouble = NotFound("the channel is gone")
        closed = world.clock()
        world.wait_for(lambda: world.gaps)

    assert world.lost == ["the channel is gone"]
    assert world.gaps[0].started <= closed


def test_nothing_is_wrong(world: World) -> None:
    """A session that came back, and looks that find everything in place, are no reason to mend."""
    checks: list[None] = []
    mending = Mending(lambda: True, lambda: checks.append(None), world.recover)
    watchdog = Watchdog(
        mending,
        events=world.events,
        clock=world.clock,
        on_trouble=world.on_trouble,
        on_lost=world.on_lost,
        on_gap=world.on_gap,
        on_given_up=world.on_given_up,
        max_offline_s=0.0,
        pace=Pace(tick_s=0.01, channel_check_s=0.02),
    )
    world.events.put(TunnelEvent(TunnelEventKind.SESSION_BACK))
    watchdog.start()
    deadline = time.monotonic() + LIMIT_S
    while len(checks) < 3 and time.monotonic() < deadline:
        world.changed.acquire()
        world.changed.wait(0.01)
        world.changed.release()
    watchdog.stop()

    assert len(checks) >= 3
    assert (world.lost, world.recoveries, world.given_up) == ([], 0, 0)


def test_it_tries_again(world: World) -> None:
    """Each failed attempt is told, and there is one gap for all of them."""
    world.recovery_troubles = [Unreachable("first"), Unreachable("second")]
    with watched(world):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.gaps)

    assert [error.message for error in world.troubles] == ["first", "second"]
    assert (len(world.lost), len(world.gaps), world.recoveries) == (1, 1, 3)


def test_what_happened_before_an_attempt_is_mended_by_it(world: World) -> None:
    """An agent that ended while the last one was missed is no second gap."""
    for kind in (TunnelEventKind.SESSION_LOST, TunnelEventKind.AGENT_ENDED):
        world.events.put(TunnelEvent(kind))
    with watched(world):
        world.wait_for(lambda: world.gaps)

    assert (len(world.lost), world.recoveries) == (1, 1)


def test_what_happens_during_an_attempt_is_looked_at(world: World) -> None:
    """A tunnel that is lost again while it is being mended is mended again."""

    def lose_it_again() -> None:
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
    world.on_recover = lambda: world.wait_for(may_go_on.is_set)
    with watched(world, max_offline_s=0.05):
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.given_up)
        with world.changed:
            may_go_on.set()
            world.changed.notify_all()

    assert (world.given_up, world.gaps) == (1, [])


def test_the_end_of_a_run_breaks_a_recovery_off(world: World) -> None:
    """What is being mended ends at its next pause, and nothing is told of it."""
    watchdogs: list[Watchdog] = []
    broken_off: list[str] = []

    def sleep() -> None:
        try:
            watchdogs[0].sleep(60)
        except CronofyError as error:
            broken_off.append(error.message)
            raise

    world.on_recover = sleep
    with watched(world) as watchdog:
        watchdogs.append(watchdog)
        world.events.put(TunnelEvent(TunnelEventKind.AGENT_ENDED))
        world.wait_for(lambda: world.recoveries)

    with pytest.raises(CronofyError, match="the run ends"):
        watchdog.sleep(60)
    assert len(broken_off) == 1
    assert (world.troubles, world.gaps, world.given_up) == ([], [], 0)
