"""What a running ngrok tunnel tells: sessions, addresses, ends."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import open_client
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.errors import NotSignedIn, Unreachable
from tests.adapters.tunnels.support import post, runs
from tests.open_files import open_files
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent
    from tests.adapters.tunnels.support import Events, Machine, Upstream


def signal_agent(events: Events, number: int) -> None:
    """Send a signal to the agent that was started last."""
    os.kill(events.agent_pid, number)


def test_a_killed_agent_is_noticed(machine: Machine, events: Events, listener: Upstream) -> None:
    """The end of the agent is told, and the tunnel is no longer alive."""
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        signal_agent(events, signal.SIGKILL)
        event = events.wait_for(TunnelEventKind.AGENT_ENDED)

        assert "ended with exit code -9" in event.detail
        assert (tunnel.is_alive(), tunnel.public_url) == (False, None)


def test_an_agent_that_dies_by_itself_is_replaced(machine: Machine, events: Events, listener: Upstream) -> None:
    """After the agent's end, stop() and start() give a tunnel that leads to the listener again."""
    machine.set(FAKE_NGROK_SCENARIO="dies")
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        signal_agent(events, signal.SIGUSR1)
        events.wait_for(TunnelEventKind.AGENT_ENDED)
        machine.set(FAKE_NGROK_SCENARIO="ok")
        tunnel.stop()

        assert post(tunnel.start(listener.port))[0] == 202


def test_a_session_lost_and_back(machine: Machine, events: Events, listener: Upstream) -> None:
    """A lost session is told, the tunnel lives on, and its return is told: the same address leads here again."""
    with machine.ngrok(events) as tunnel:
        url = tunnel.start(listener.port)
        signal_agent(events, signal.SIGUSR1)
        events.wait_for(TunnelEventKind.SESSION_LOST)
        status, headers = post(url)
        refusal = tunnel.explain_answer(status, headers)

        assert tunnel.is_alive()
        assert isinstance(refusal, Unreachable)
        assert (refusal.docs or "").endswith("err_ngrok_3200")

        signal_agent(events, signal.SIGUSR1)
        events.wait_for(TunnelEventKind.SESSION_BACK)

        assert post(url)[0] == 202
        assert events.kinds[1:] == [TunnelEventKind.SESSION_LOST, TunnelEventKind.SESSION_BACK]


def test_an_address_that_changes(
    machine: Machine, events: Events, listener: Upstream, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """When a session comes back under another address, the new one is told and is the tunnel's from then on.

    What has looked after the address lets go of the agent's API at the end.
    """
    machine.set(FAKE_NGROK_SCENARIO="address_changes")
    with machine.ngrok(events) as tunnel:
        open_before = open_files()
        before = tunnel.start(listener.port)
        signal_agent(events, signal.SIGUSR1)
        events.wait_for(TunnelEventKind.SESSION_LOST)
        signal_agent(events, signal.SIGUSR1)
        event = events.wait_for(TunnelEventKind.URL_CHANGED)

        assert event.public_url is not None
        assert event.public_url == tunnel.public_url != before
        assert post(event.public_url)[0] == 202
        tunnel.stop()
        # The listener's own connections end on its threads.
        wait_until(lambda: open_files() <= open_before)


@pytest.mark.parametrize("version", ["3.39.10", "3.19.1"])
def test_an_endpoint_that_is_closed_by_others(
    machine: Machine, events: Events, listener: Upstream, version: str
) -> None:
    """Whoever closes our endpoint through the agent's API ends the tunnel, and that is told."""
    machine.set(FAKE_NGROK_VERSION=version)
    kind = "endpoints" if version == "3.39.10" else "tunnels"
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        api = f"http://127.0.0.1:{machine.web_port}/api/{kind}"
        with open_client(api) as client:
            [endpoint] = client.get(api).json()[kind]
            client.delete(f"{api}/{endpoint['name']}")
        event = events.wait_for(TunnelEventKind.AGENT_ENDED)

        assert "no longer has the endpoint" in event.detail
        assert not tunnel.is_alive()


def test_stop_from_the_callback(machine: Machine, events: Events, listener: Upstream) -> None:
    """The callback may stop the tunnel."""

    def stop_at_the_end(event: TunnelEvent) -> None:
        if event.kind is TunnelEventKind.AGENT_ENDED:
            tunnel.stop()
        events(event)

    with machine.ngrok(stop_at_the_end) as tunnel:
        tunnel.start(listener.port)
        signal_agent(events, signal.SIGKILL)
        events.wait_for(TunnelEventKind.AGENT_ENDED)

        assert machine.leftovers() == []


def test_an_interrupt_while_starting(machine: Machine, events: Events) -> None:
    """A start that is interrupted, as by Ctrl-C, leaves no agent."""
    machine.set(FAKE_NGROK_SCENARIO="silent")

    def interrupt(event: TunnelEvent) -> None:
        events(event)
        raise KeyboardInterrupt

    with machine.ngrok(interrupt) as tunnel:
        with pytest.raises(KeyboardInterrupt):
            tunnel.start(9)
        assert machine.leftovers() == []
        assert not runs(events.agent_pid)

    assert events.kinds == [TunnelEventKind.AGENT_STARTED]


def test_nothing_listens_here(machine: Machine, events: Events) -> None:
    """An answer from ngrok because nobody listens on this machine is told apart from the listener's own."""
    with machine.ngrok(events) as tunnel:
        url = tunnel.start(free_port())
        status, headers = post(url)
        refusal = tunnel.explain_answer(status, headers)

        assert status == 502
        assert refusal is not None
        assert "nothing answers it on this machine" in refusal.message
        assert (refusal.docs or "").endswith("err_ngrok_8012")


def test_answers_from_behind_are_the_listeners_own(machine: Machine, events: Events, listener: Upstream) -> None:
    """What the listener answers says nothing about the tunnel."""
    with machine.ngrok(events) as tunnel:
        status, headers = post(tunnel.start(listener.port))

        assert tunnel.explain_answer(status, headers) is None


def test_errors_do_not_outlive_their_start(machine: Machine, events: Events, listener: Upstream) -> None:
    """A start that failed does not stand in the way of one that can work."""
    machine.set(FAKE_NGROK_SCENARIO="revoked_token")
    with machine.ngrok(events) as tunnel:
        with pytest.raises(NotSignedIn):
            tunnel.start(listener.port)
        machine.set(FAKE_NGROK_SCENARIO="ok")

        assert post(tunnel.start(listener.port))[0] == 202
