"""Waiting for the verification of a channel."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import Unreachable, WorkerFailed
from cronofy_cli.listen.channels import ChannelCalls, RunChannel, VerificationWatch
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.listen.reporting import Told
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer

URL = "http://127.0.0.1:1/r/own"
"""Where nothing listens: the simulator does post to the channels that are opened."""
OPEN = ((False, f"{URL}/else"), (False, URL), (True, URL))


def verification(callback_url: str | None = URL) -> bytes:
    """Return the body of a verification."""
    channel = {"callback_url": callback_url} if callback_url else {}
    return json.dumps({"notification": {"type": "verification"}, "channel": channel}).encode()


def test_one_that_came_before_anybody_waited() -> None:
    """It may arrive before the call that creates the channel has returned, and is not lost."""
    watch = VerificationWatch()
    watch([make_delivery(1, CHANGE), make_delivery(2, verification())])

    arrived = watch.wait(URL, 0)

    assert arrived is not None
    assert arrived.id == 2


def test_one_that_comes_while_it_is_waited_for() -> None:
    """The waiting ends as soon as it is here."""
    with ThreadPoolExecutor(1) as pool:
        # Many times, so that it comes in most of them while it is waited for.
        for _ in range(50):
            watch = VerificationWatch()
            waiting = pool.submit(watch.wait, URL, 60)
            watch([make_delivery(7, verification())])
            arrived = waiting.result(60)
            assert arrived is not None
            assert arrived.id == 7


def test_none_comes() -> None:
    """At the limit there is none; those of other channels, and without an address, do not count."""
    watch = VerificationWatch()
    watch([make_delivery(1, verification("https://example.com/r/other")), make_delivery(2, verification(None))])

    assert watch.wait(URL, 0.01) is None


def test_one_with_a_wrong_signature() -> None:
    """Its verdict is for whoever waits to judge: it did arrive."""
    watch = VerificationWatch()
    watch([make_delivery(1, verification(), SignatureState.INVALID, 401)])

    arrived = watch.wait(URL, 0)

    assert arrived is not None
    assert arrived.verdict.state is SignatureState.INVALID


def test_nothing_can_come_any_more() -> None:
    """If what receives has failed, the waiting ends with that at once, also for whoever waits later."""
    watch = VerificationWatch()
    failed = WorkerFailed("listener failed")
    failing = threading.Thread(target=watch.fail, args=(failed,))
    failing.start()

    for _ in range(2):
        with pytest.raises(WorkerFailed, match="listener failed"):
            watch.wait(URL, 60)


def test_one_that_was_not_verified(simulator: SimulatorServer) -> None:
    """It is not right before its verification has come, nor when that of its successor does not come."""
    notes: Any = SimpleNamespace(note_callback_url=str, note_channel=str, note_refused=str)
    with ApiClient(data_center_at(simulator.url, name="simulator"), ACCESS_TOKEN) as api:
        watch, told = VerificationWatch(), Told()
        channel = RunChannel(ChannelCalls(api), notes, told, watch, verification_limit_s=0.0)
        found = [channel.is_right(URL)]
        with pytest.raises(Unreachable, match="no verification arrived within 0 s") as caught:
            channel.create(URL, 4040)
        found.append(channel.is_right(URL))
        assert channel.use_open(URL)
        found.append(channel.is_right(URL))
        with pytest.raises(Unreachable):
            channel.create(URL, 4040)
        found.append(channel.is_right(URL))

    assert found == [False, False, True, False]
    assert caught.value.hint == f"check that {URL} leads to 127.0.0.1:4040 from the internet"


def test_an_interrupt_while_it_is_closed() -> None:
    """The second Ctrl-C ends at once, and says what is left to do by hand."""

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    current: Any = SimpleNamespace(channel_id="chn_7", callback_url=URL)
    calls: Any = SimpleNamespace(close=interrupted)
    notes: Any = None
    told = Told()
    channel = RunChannel(calls, notes, told, VerificationWatch(), options=("--data-center", "uk"))
    channel.current = current

    with pytest.raises(KeyboardInterrupt):
        channel.leave(keep=False)

    [trouble] = told.troubles
    assert trouble.message == "interrupted before chn_7 was closed"
    assert trouble.hint == "close the channel by hand: cronofy channels close chn_7 --data-center uk"


@pytest.mark.parametrize(
    ("only_managed", "callback_url", "found"), [(False, URL, 1), (True, URL, 2), (False, f"{URL}/other", None)]
)
def test_a_channel_that_is_open(
    only_managed: bool, callback_url: str, found: int | None, simulator: SimulatorServer
) -> None:
    """It is used if it posts to the same URL with the same filters, and no verification is waited for."""
    with ApiClient(data_center_at(simulator.url, name="simulator"), ACCESS_TOKEN) as api:
        there = [ChannelCalls(api, only_managed=managed).create(url) for managed, url in OPEN]
        notes, told = cast("Any", None), Told()
        channel = RunChannel(ChannelCalls(api, only_managed=only_managed), notes, told, VerificationWatch())

        assert channel.use_open(callback_url) == (found is not None)
        assert channel.current == (None if found is None else there[found])
        assert channel.is_right(callback_url) == (found is not None)
        assert len(ChannelCalls(api).list_open()) == len(there)
    assert told.ticks == ([] if found is None else [("channel", f"{there[found].channel_id}, open already")])
