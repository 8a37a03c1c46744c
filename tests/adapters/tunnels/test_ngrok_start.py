"""Starting and stopping ngrok: the real pyngrok, and a stand-in for the agent behind its process boundary."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.interface import TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok import own_agent
from cronofy_cli.adapters.tunnels.ngrok.agent_log import AgentLog
from cronofy_cli.adapters.tunnels.processes import is_running
from cronofy_cli.errors import CronofyError, NotAllowed, NotSignedIn, Unreachable, WrongUsage
from tests.adapters.tunnels.support import WAIT_LIMIT_S, command_lines, post, runs
from tests.fakes.ngrok_setup import FAKES, TOKEN
from tests.open_files import open_files

if TYPE_CHECKING:
    from pyngrok.log import NgrokLog

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent
    from tests.adapters.tunnels.support import Events, Machine, Upstream


def test_requests_arrive_unchanged(machine: Machine, events: Events, listener: Upstream) -> None:
    """Every byte of a body, and every header as it is spelled, comes through the address that start() returns."""
    body = b'{"notification":{"type":"change"},  "x":"\xc3\xa9"}\n'
    with machine.ngrok(events) as tunnel:
        url = tunnel.start(listener.port)
        status, _ = post(f"{url}/r/secret?x=1", body, **{"Cronofy-HMAC-SHA256": "a=,b=", "x-lower": "1"})

        assert not url.endswith("/")
        assert (tunnel.public_url, status) == (url, 202)
        [arrival] = listener.arrivals
        assert (arrival.target, arrival.body) == ("/r/secret?x=1", body)
        assert {("Cronofy-HMAC-SHA256", "a=,b="), ("x-lower", "1")} <= set(arrival.headers)


def test_the_token_stands_nowhere(machine: Machine, events: Events, listener: Upstream) -> None:
    """A running agent has the token in no argument and no variable, and the file that had it is gone."""
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)

        assert TOKEN not in command_lines()
        assert not any(TOKEN in path.read_text() for path in machine.leftovers())
        environment = Path(f"/proc/{events.agent_pid}/environ").read_text()
        assert TOKEN not in environment
        assert "CRONOFY_" not in environment


def test_a_token_of_the_environment_stays_off_the_command_line(
    machine: Machine, events: Events, listener: Upstream
) -> None:
    """pyngrok would put NGROK_AUTHTOKEN into the arguments by itself; it does not get to."""
    machine.set(NGROK_AUTHTOKEN=TOKEN)
    with machine.ngrok(events, token=None) as tunnel:
        tunnel.start(listener.port)

        assert TOKEN not in command_lines()
        assert TOKEN not in Path(f"/proc/{events.agent_pid}/environ").read_text()


def test_the_configuration_is_private_while_it_exists(machine: Machine) -> None:
    """While the agent starts, the file with the token is readable by its owner only, and so is its folder."""
    machine.set(FAKE_NGROK_SCENARIO="silent")
    modes: list[tuple[int, int]] = []

    def look(_event: TunnelEvent) -> None:
        [path] = machine.data_folder.rglob("ngrok.yml")
        modes.append((stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)))

    with machine.ngrok(look, limit_s=0.5) as tunnel, pytest.raises(Unreachable):
        tunnel.start(9)

    assert modes == [(0o600, 0o700)]


def test_stop_leaves_nothing(machine: Machine, events: Events, listener: Upstream) -> None:
    """stop() ends the agent and may be called again; nothing is told as if it were an accident."""
    with machine.ngrok(events) as tunnel:
        tunnel.stop()
        tunnel.start(listener.port)
        pid = events.agent_pid
        assert tunnel.is_alive()
        tunnel.stop()
        tunnel.stop()

        assert not runs(pid)
        assert (tunnel.is_alive(), tunnel.public_url) == (False, None)
        assert events.kinds == [TunnelEventKind.AGENT_STARTED]


def test_the_agent_is_announced_for_the_journal(machine: Machine, events: Events, listener: Upstream) -> None:
    """The process is told with what tells it apart from all others, before the address is known."""
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        agent = events.wait_for(TunnelEventKind.AGENT_STARTED).agent

        assert agent is not None
        assert agent.name == "ngrok"
        assert is_running(agent)


def test_start_again(machine: Machine, events: Events, listener: Upstream) -> None:
    """A tunnel that was stopped can be started anew, and leads to the listener again."""
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        tunnel.stop()

        assert post(tunnel.start(listener.port))[0] == 202


def test_no_descriptor_is_kept(machine: Machine, events: Events, listener: Upstream) -> None:
    """However often a tunnel is started, this process holds no open file that it did not before."""
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        tunnel.stop()
        before = open_files()
        tunnel.start(listener.port)
        tunnel.stop()

    assert open_files() <= before


FAILURES = [
    ("malformed_token", NotSignedIn, "is not one; an API key", "cronofy tunnel token", "err_ngrok_105"),
    ("revoked_token", NotSignedIn, "reset or revoked", "cronofy tunnel token", "err_ngrok_107"),
    ("session_limit", NotAllowed, "as many agents as its plan allows", "stop another one", "err_ngrok_108"),
    ("endpoint_in_use", Unreachable, "already online", "--domain", "err_ngrok_334"),
    ("domain_not_yours", NotAllowed, "another ngrok account", "--domain", "err_ngrok_320"),
    ("unknown_error", Unreachable, "ERR_NGROK_9999: Something that no one", "err_ngrok_9999", "err_ngrok_9999"),
    ("offline", Unreachable, "cannot reach ngrok: failed to dial", "ngrok diagnose", "errors/"),
    ("crash", Unreachable, "the ngrok agent failed", "ngrok diagnose", "errors/"),
    ("bad_configuration", Unreachable, "yaml: line 3", "ngrok diagnose", "errors/"),
    ("silent", Unreachable, "the ngrok agent was not ready within 1 s, and does not say why", "ngrok diagnose", None),
]


@pytest.mark.parametrize(("scenario", "kind", "message", "hint", "docs"), FAILURES, ids=[each[0] for each in FAILURES])
def test_each_failure_has_its_own_sentence(
    machine: Machine,
    events: Events,
    scenario: str,
    kind: type[CronofyError],
    message: str,
    hint: str,
    docs: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A start that fails says what to do, quotes no token, and leaves nothing running."""
    machine.set(FAKE_NGROK_SCENARIO=scenario)
    if scenario == "offline":
        _limit_comes_with_its_words(monkeypatch)
    limit_s = 1.0 if scenario == "silent" else WAIT_LIMIT_S
    with machine.ngrok(events, limit_s=limit_s) as tunnel:
        with pytest.raises(kind) as caught:
            tunnel.start(9)
        assert machine.leftovers() == []
        assert not any(runs(call["pid"]) for call in machine.calls("ngrok"))

    error = caught.value
    assert message in error.message
    assert hint in (error.hint or "")
    assert (error.docs or "").endswith(docs or "")
    assert TOKEN not in f"{error.message}{error.hint}{error.docs}"
    assert error.__cause__ is None
    assert error.__context__ is None


def _limit_comes_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the limit be over once the agent has said what is wrong: one that is offline goes on trying until then."""
    said = threading.Event()

    class Heard(AgentLog):
        def __call__(self, log: NgrokLog) -> None:
            super().__call__(log)
            if self.last_error:
                said.set()

    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + (2 * WAIT_LIMIT_S if said.is_set() else 0.0))
    monkeypatch.setattr(own_agent, "AgentLog", Heard)
    monkeypatch.setattr(own_agent, "time", clock)


def test_a_token_that_is_none_is_not_quoted(machine: Machine, events: Events) -> None:
    """What was wrongly taken for a token is a secret too: ngrok quotes it, we do not."""
    machine.set(FAKE_NGROK_SCENARIO="unknown_error")
    with machine.ngrok(events, token="my-api-key-my-api-key") as tunnel, pytest.raises(NotSignedIn) as caught:
        tunnel.start(9)

    assert "my-api-key" not in f"{caught.value.message}{caught.value.hint}"


def test_without_a_token(machine: Machine, events: Events) -> None:
    """Without an authtoken no agent is started: the error says where to take one from."""
    with machine.ngrok(events, token=None) as tunnel, pytest.raises(NotSignedIn) as caught:
        tunnel.start(9)

    assert "cronofy tunnel token" in (caught.value.hint or "")
    assert machine.calls() == []


def test_nothing_reaches_a_logger(machine: Machine, events: Events, caplog: pytest.LogCaptureFixture) -> None:
    """The agent's lines, which quote the token, reach no handler of the program's."""
    machine.set(FAKE_NGROK_SCENARIO="revoked_token")
    with (
        caplog.at_level(logging.DEBUG),
        machine.ngrok(events) as tunnel,
        pytest.raises(NotSignedIn),
    ):
        tunnel.start(9)

    assert [record for record in caplog.records if record.name.startswith("pyngrok")] == []


@pytest.mark.parametrize("version", ["3.0.2", "3.19.1"])
def test_an_agent_without_endpoints(machine: Machine, events: Events, listener: Upstream, version: str) -> None:
    """An agent before 3.30, with which pyngrok would wait for ever, works through the older API."""
    machine.set(FAKE_NGROK_VERSION=version)
    with machine.ngrok(events) as tunnel:
        assert post(tunnel.start(listener.port))[0] == 202


def test_an_agent_that_is_too_old(machine: Machine, events: Events) -> None:
    """Version 2 is refused before it is started."""
    machine.set(FAKE_NGROK_VERSION="2.3.41")
    with machine.ngrok(events) as tunnel, pytest.raises(Unreachable, match="version 3 is needed"):
        tunnel.start(9)

    assert machine.calls() == []


@pytest.mark.parametrize("version", ["3.39.10", "3.19.1"])
def test_a_domain(machine: Machine, events: Events, listener: Upstream, version: str) -> None:
    """The address that is asked for is the one that is had, with either API."""
    machine.set(FAKE_NGROK_VERSION=version)
    with machine.ngrok(events, domain="https://My-Hooks.ngrok.app/") as tunnel:
        url = tunnel.start(listener.port)

        assert url == "https://my-hooks.ngrok.app"
        assert post(machine.loopback_of(url))[0] == 202


@pytest.mark.parametrize("domain", ["", "localhost", "http://x.ngrok.app", "x.ngrok.app/path", "-x.ngrok.app", "a b.c"])
def test_what_is_no_domain(machine: Machine, events: Events, domain: str) -> None:
    """What cannot be a domain is refused at once."""
    with pytest.raises(WrongUsage) as caught, machine.ngrok(events, domain=domain):
        pass

    assert caught.value.message == f"'{domain}' is not a domain"
    assert caught.value.hint == "give one such as --domain name.ngrok.app"


def test_an_agent_that_does_not_listen(machine: Machine, events: Events, listener: Upstream) -> None:
    """An agent that ignores the request to end is ended all the same."""
    machine.set(FAKE_NGROK_SCENARIO="stubborn")
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)
        pid = events.agent_pid
        tunnel.stop()

    assert not runs(pid)


def test_a_proxy_of_the_environment(machine: Machine, events: Events, listener: Upstream) -> None:
    """A proxy that the environment names is not asked for the agent's API on this machine."""
    machine.set(http_proxy="http://127.0.0.1:9", no_proxy="internal.example")
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)

        assert tunnel.is_alive()
        assert os.environ["no_proxy"] == "internal.example"


def test_stop_from_another_thread(machine: Machine, events: Events) -> None:
    """stop() ends a start that still waits, and not for its limit."""
    machine.set(FAKE_NGROK_SCENARIO="silent")
    with machine.ngrok(events, limit_s=600.0) as tunnel:

        def stop() -> None:
            events.wait_for(TunnelEventKind.AGENT_STARTED)
            tunnel.stop()

        stopper = threading.Thread(target=stop)
        stopper.start()
        with pytest.raises(CronofyError) as caught:
            tunnel.start(9)
        stopper.join()

    assert "not ready within" not in caught.value.message


def test_what_a_crash_left_is_removed(machine: Machine, events: Events, listener: Upstream) -> None:
    """A folder that an ended process left behind, with a token in it, is removed at the next start."""
    dead, living = (machine.data_folder / "tunnels" / name for name in ("ngrok-4194305-x", "ngrok-1-x"))
    for folder in (dead, living):
        folder.mkdir(parents=True)
        (folder / "ngrok.yml").write_text(TOKEN)
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)

        assert (dead.exists(), living.exists()) == (False, True)
    (living / "ngrok.yml").unlink()


def test_a_data_folder_that_cannot_be_written(machine: Machine, events: Events) -> None:
    """Where our files cannot be written, the error names the folder."""
    machine.data_folder.write_text("in the way")
    with machine.ngrok(events) as tunnel, pytest.raises(CronofyError, match="data/tunnels cannot be written") as caught:
        tunnel.start(9)
    assert caught.value.hint == "set CRONOFY_DATA_DIR to a folder of yours"
    machine.data_folder.unlink()


def test_the_stand_in_can_be_run(machine: Machine) -> None:
    """The stand-ins are executable, as git keeps them."""
    assert all(os.access(FAKES / name, os.X_OK) for name in ("ngrok", "cloudflared"))


@pytest.mark.parametrize("version", ["3.39.10", "3.19.1"])
def test_bodies_stay_out_of_the_inspector(machine: Machine, events: Events, listener: Upstream, version: str) -> None:
    """With either API the agent is asked not to keep what goes through it, and to lead to this machine's listener."""
    machine.set(FAKE_NGROK_VERSION=version)
    with machine.ngrok(events) as tunnel:
        tunnel.start(listener.port)

    (asked,) = machine.asked()
    assert asked["inspect"] is False
    assert asked.get("addr", asked.get("upstream", {}).get("url")) == f"http://127.0.0.1:{listener.port}"
