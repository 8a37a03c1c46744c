"""A session that is kept ready: what is lost is repaired, reported, kept, and what was missed is read."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.errors import Unreachable
from cronofy_cli.listen.changes.catch_up import CatchUp, Reconstruction
from cronofy_cli.listen.changes.change_detector import ChangeDetector
from cronofy_cli.listen.changes.reader import ChangeReader, read_pages
from cronofy_cli.listen.changes.recorder import ChangeRecorder
from cronofy_cli.listen.channels import ChannelCalls
from cronofy_cli.listen.recovery import RecoveryLoop
from cronofy_cli.listen.session import new_callback_path
from cronofy_cli.listen.watchdog import Pace, Watchdog
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.in_process import run_main
from tests.listen.test_session import SECRETS, Plan, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import Gap
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.session import Session
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

LIMIT_S = 60.0
QUICK = Pace(tick_s=0.01, channel_check_s=0.5, first_pause_s=0.01)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
now = partial(datetime.now, UTC)


class Heard:
    """Who is told, by the keeper and by the announcement: everything in order."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.gaps: list[Gap] = []
        self.reads: list[ChangeRead] = []
        self._changed = threading.Condition()

    def remark(self, text: str) -> None:
        """Keep what is said to people."""
        self._step(text.strip())

    def trouble(self, error: CronofyError) -> None:
        """Keep what went wrong."""
        self._step(error.message)

    def tick(self, name: str, detail: str) -> None:
        """Keep a step."""
        self._step(f"{name}: {detail}")

    def gap(self, gap: Gap) -> None:
        """Keep a gap."""
        self.gaps.append(gap)
        self._step("gap")

    def withdraw(self, reason: str) -> None:
        """It is not ready any more."""
        self._step(f"withdrawn: {reason}")

    def renew(self) -> None:
        """It is ready again."""
        self._step("renewed")

    def read(self, read: ChangeRead) -> None:
        """Keep what was read."""
        self.reads.append(read)
        self._step("read")

    def wait_for(self, step: str) -> None:
        """Wait until something was told."""
        with self._changed:
            assert self._changed.wait_for(lambda: step in self.steps, LIMIT_S), self.steps

    def _step(self, step: str) -> None:
        with self._changed:
            self.steps.append(step)
            self._changed.notify_all()


@pytest.fixture
def setting(simulator: SimulatorServer, tmp_path: Path) -> Iterator[Setting]:
    """A simulator, and a history of its own."""
    with ApiClient(data_center_at(simulator.url), ACCESS_TOKEN) as api:
        yield Setting(api, tmp_path)


@pytest.fixture
def plan() -> Plan:
    """A session that Cronofy reaches at the listener's own address."""
    return Plan(new_callback_path())


@contextmanager
def kept(setting: Setting, session: Session, heard: Heard, max_offline_s: float = 60.0) -> Iterator[None]:
    """Keep a session ready."""
    environment = {"CRONOFY_DATA_DIR": os.devnull}
    reader = ChangeReader(
        partial(read_pages, setting.api, "Etc/UTC"),
        ChangeDetector(partial(open_event_cache, "uk", "acc_1", environment), lambda _: None),
        ChangeRecorder(setting.open_history, heard.read, heard.trouble, clock=partial(datetime.now, UTC)),
        heard,
        heard.trouble,
    )
    made_up = Reconstruction(SECRETS, "simulator", now)
    loop = RecoveryLoop(
        session,
        heard,
        heard,
        open_history=setting.open_history,
        max_offline_s=max_offline_s,
        on_given_up=partial(heard.remark, "given up"),
        catch_up=CatchUp(reader, made_up.delivery, EVERYTHING.wants),
    )
    watchdog = Watchdog(
        loop, events=SimpleQueue(), clock=now, max_offline_s=max_offline_s, on_failed=heard.trouble, pace=QUICK
    )
    reader.start()
    watchdog.start()
    try:
        yield
    finally:
        assert watchdog.stop(LIMIT_S)
        assert reader.stop(LIMIT_S)


def test_a_channel_that_somebody_closed(setting: Setting, plan: Plan, cli: Cli) -> None:
    """It is replaced; the gap is told and kept, and what was changed meanwhile is read and shown."""
    heard = Heard()
    with setting.session(plan) as session, kept(setting, session, heard):
        assert session.channel is not None
        first = session.channel.channel_id
        # The next look is held up, so that the edit comes before the channel is missed.
        run_main(cli, "simulator", "faults", "add", "/v1/channels", "--method", "get", "--delay", "30s")
        endpoints.close_channel(setting.api, first)
        run_main(cli, "simulator", "edit", "add", "Missed")
        run_main(cli, "simulator", "faults", "clear")
        heard.wait_for("read")
        assert session.channel.channel_id != first
        assert setting.open_channels() == [session.channel.channel_id]

    reason = f"the channel {first} is gone: Cronofy or another program closed it"
    assert heard.steps == [
        f"withdrawn: {reason}",
        f"not ready: {reason}; trying to recover",
        "gap",
        "renewed",
        "read",
    ]
    with setting.open_history() as history:
        assert history.gaps(BEGINNING) == heard.gaps
    [read] = heard.reads
    assert (read.delivery_ids, read.is_reconstructed) == ((), True)
    assert read.missed is not None
    assert read.missed.notification.channel_id == session.channel.channel_id
    assert [b'"Missed"' in event for event in read.events] == [True]
    assert setting.open_channels() == []


def test_the_api_is_gone_for_good(setting: Setting, plan: Plan, simulator: SimulatorServer) -> None:
    """When nothing helps within the limit it gives up, and it is never called ready again."""
    heard = Heard()
    with setting.session(plan) as session, kept(setting, session, heard, max_offline_s=0.2):
        simulator.stop()
        heard.wait_for("given up")

    assert "gave up: for 0 s no notification could arrive" in heard.steps
    assert heard.steps[0].startswith("withdrawn: ")
    assert not {"gap", "renewed"} & set(heard.steps)


class Astray(ChannelCalls):
    """The API's calls, with one channel that posts to somewhere else."""

    def __init__(self, api: ApiClient) -> None:
        super().__init__(api)
        self.created = 0

    def create(self, callback_url: str) -> Channel:
        """Create a channel; the second one never reaches the listener."""
        self.created += 1
        return super().create(f"{callback_url}/astray" if self.is_astray else callback_url)

    @property
    def is_astray(self) -> bool:
        """Whether the newest channel never reaches the listener."""
        return self.created == 2

    def cut(self, limit_s: float) -> float:
        """Do not wait long for a verification that never comes."""
        return 0.1 if self.is_astray else limit_s


def test_a_recovery_that_failed_half_way(setting: Setting, plan: Plan) -> None:
    """A channel whose verification never came is not taken for a good one, and is closed by the next recovery."""
    calls = Astray(setting.api)
    pause = threading.Event().wait
    with setting.session(replace(plan, cut=calls.cut), calls) as session:
        assert session.channel is not None
        endpoints.close_channel(setting.api, session.channel.channel_id)
        with pytest.raises(Unreachable, match="no verification arrived within 0 s"):
            session.recover(pause)
        session.recover(pause)
        session.recover(pause)
        assert calls.created == 3
        assert setting.open_channels() == [session.channel.channel_id]

    assert setting.open_channels() == []


def test_the_end_after_a_recovery_that_failed(setting: Setting, plan: Plan) -> None:
    """Whatever recoveries have opened is closed at the end."""
    calls = Astray(setting.api)
    with setting.session(replace(plan, cut=calls.cut), calls) as session:
        assert session.channel is not None
        endpoints.close_channel(setting.api, session.channel.channel_id)
        with pytest.raises(Unreachable):
            session.recover(threading.Event().wait)
        assert len(setting.open_channels()) == 1

    assert setting.open_channels() == []
