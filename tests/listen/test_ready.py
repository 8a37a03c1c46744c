"""Ready is said as long as it is true, whichever threads say and withdraw it."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.condition import Condition
from cronofy_cli.listen.ready import ReadyNotice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


LIMIT_S = 60.0


@dataclass
class FakeSession:
    """A session that can be held where it is asked for its channel."""

    callback_url: str = "https://example.com/r/1"
    port: int = 4040
    channel_id: str = "chn_1"
    asks: Callable[[], None] = lambda: None

    @property
    def channel(self) -> SimpleNamespace:
        """The channel."""
        self.asks()
        return SimpleNamespace(channel_id=self.channel_id)


@dataclass
class FakeLive:
    """What was said to people and programs."""

    said: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def ready(self, _document: object, sentence: str) -> None:
        """Take note of it."""
        self.said.append(sentence)

    def remark(self, text: str) -> None:
        """Take note of it."""
        self.remarks.append(text.strip())


def give(notice: ReadyNotice, session: Any, live: Any) -> None:
    """Say that a run is ready, whose newest delivery is number 7."""
    notice.give(session, live, 7)


def test_what_programs_read(tmp_path: Path) -> None:
    """The file says where and by whom notifications are received, as long as it is true."""
    file, live = tmp_path / "ready.json", FakeLive()
    health: Any = SimpleNamespace(url="http://127.0.0.1:9/healthz")
    notice = ReadyNotice(file, ("http://localhost:3000/hook", "http://localhost:4000/"), health)
    states = [notice.health]
    give(notice, FakeSession(), live)
    document = json.loads(file.read_bytes())
    states.append(notice.health)
    notice.withdraw()
    states.append(notice.health)
    assert not file.exists()
    notice.renew()
    states.append(notice.health)
    assert json.loads(file.read_bytes()) == document
    notice.end()

    assert document.pop("pid") == os.getpid()
    assert document == {
        "callback_url": "https://example.com/r/1",
        "channel_id": "chn_1",
        "port": 4040,
        "newest_delivery_id": 7,
        "health_url": "http://127.0.0.1:9/healthz",
    }
    assert states == ["not_ready", "ready", "not_ready", "ready"]
    assert live.said == 2 * [
        "Ready. Forwarding to http://localhost:3000/hook and http://localhost:4000/. Ctrl-C closes the channel."
    ]
    assert not file.exists()


def test_its_condition(tmp_path: Path) -> None:
    """It says why nothing can arrive, or is recorded, as long as that is so; what was recorded again is said."""
    live = FakeLive()
    notice = ReadyNotice(None)
    conditions = [notice.condition]
    give(notice, FakeSession(), live)
    full = CronofyError("the disk is full", hint="free some space")
    acts: list[Callable[[], None]] = [
        lambda: notice.recording(full),
        lambda: notice.withdraw("the tunnel is gone"),
        notice.renew,
        lambda: notice.recording(None),
    ]
    for act in acts:
        act()
        conditions.append(notice.condition)
    notice.end()

    assert conditions == [
        Condition(is_ready=False),
        Condition(is_ready=True, reason="the disk is full", hint="free some space"),
        Condition(is_ready=False, reason="the tunnel is gone"),
        Condition(is_ready=True, reason="the disk is full", hint="free some space"),
        Condition(is_ready=True),
    ]
    assert [condition.is_recording for condition in conditions] == [False, False, False, False, True]
    assert live.remarks == ["what arrives is recorded again"]


def test_withdrawn_before_it_is_given(tmp_path: Path) -> None:
    """A run that is not ready when it comes to saying so says nothing, until it is."""
    file, live = tmp_path / "ready.json", FakeLive()
    notice = ReadyNotice(file)
    notice.withdraw()

    give(notice, FakeSession(), live)
    assert (file.exists(), live.said, notice.is_ready) == (False, [], False)
    notice.renew()
    assert (file.exists(), live.said, notice.is_ready) == (True, ["Ready. Ctrl-C closes the channel."], True)
    notice.end()
    assert (file.exists(), notice.is_ready) == (False, False)


@pytest.mark.parametrize("given", [False, True])
def test_nothing_to_renew(given: bool, tmp_path: Path) -> None:
    """What failed, or has not begun, is not ready however often the watchdog finds the way free."""
    file, live = tmp_path / "ready.json", FakeLive()
    notice = ReadyNotice(file)
    if given:
        give(notice, FakeSession(), live)
        notice.fail()
    said = len(live.said)

    notice.renew()

    assert (file.exists(), len(live.said), notice.is_ready) == (False, said, False)


@pytest.mark.parametrize("takes_back", [ReadyNotice.withdraw, ReadyNotice.end])
@pytest.mark.parametrize("begins", ["give", "renew"])
def test_taken_back_while_it_is_said(begins: str, takes_back: Callable[[ReadyNotice], None], tmp_path: Path) -> None:
    """Whoever takes it back while another thread says it waits for that: no file of a run that is not ready stays."""
    is_asked, is_taken_back = threading.Event(), threading.Event()
    file, live, session = tmp_path / "ready.json", FakeLive(), FakeSession()
    notice = ReadyNotice(file)
    if begins == "renew":
        give(notice, session, live)
        notice.withdraw()

    def held() -> None:
        is_asked.set()
        is_taken_back.wait(0.2)

    session.asks = held
    with ThreadPoolExecutor(1) as pool:
        saying = pool.submit(give, notice, session, live) if begins == "give" else pool.submit(notice.renew)
        assert is_asked.wait(LIMIT_S)
        takes_back(notice)
        is_taken_back.set()
        saying.result(LIMIT_S)

    assert (file.exists(), notice.is_ready) == (False, False)
