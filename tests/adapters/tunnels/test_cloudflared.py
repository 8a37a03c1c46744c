"""Quick tunnels of cloudflared, against a stand-in that prints what cloudflared prints and really forwards."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.cloudflared import Cloudflared, status
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind, TunnelOptions
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import Unreachable
from tests.adapters.tunnels.support import post, runs
from tests.fakes.ngrok_setup import FAKES
from tests.golden_errors import compare_errors
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.tunnels.interface import Tunnel
    from tests.adapters.tunnels.support import Events, Machine, Upstream

BOX = "2026-08-20T10:00:00Z INF |  https://calm-lake-demo.trycloudflare.com                          |"
REGISTERED = "2026-08-20T10:00:01Z INF Registered tunnel connection connIndex={} connection=ab ip=198.51.100.7"

GOLDEN = Path(__file__).parent / "golden"
LONG_S = 60.0
"""A limit that nothing here comes near to."""


@pytest.fixture
def tunnel(machine: Machine, events: Events) -> Iterator[Tunnel]:
    """Have a quick tunnel that is stopped at the end."""
    options = TunnelOptions(os.environ, machine.data_folder, limit_s=LONG_S)
    chosen = choose_tunnel(TunnelChoice.CLOUDFLARED, options, events)
    yield chosen
    chosen.stop()


def test_requests_arrive_unchanged(tunnel: Tunnel, listener: Upstream) -> None:
    """Bytes and spelled headers come through the address in the box."""
    url = tunnel.start(listener.port)

    assert post(f"{url}/r/x", b"\x00\xff", **{"Cronofy-HMAC-SHA256": "a="})[0] == 202
    [arrival] = listener.arrivals
    assert (arrival.target, arrival.body) == ("/r/x", b"\x00\xff")
    assert ("Cronofy-HMAC-SHA256", "a=") in arrival.headers
    assert (tunnel.public_url, tunnel.is_alive()) == (url, True)


def test_stop_leaves_nothing(machine: Machine, tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """stop() ends cloudflared, which knew none of our secrets; a new start gives another tunnel."""
    tunnel.start(listener.port)
    pid = events.agent_pid
    tunnel.stop()
    tunnel.stop()

    assert not runs(pid)
    assert (tunnel.is_alive(), tunnel.public_url) == (False, None)
    assert events.kinds == [TunnelEventKind.AGENT_STARTED]
    assert not any(name.startswith("CRONOFY_") for name in machine.calls("cloudflared")[0]["environment"])
    assert post(tunnel.start(listener.port))[0] == 202


@pytest.mark.parametrize(
    ("scenario", "limit_s", "message", "hint"),
    [
        ("offline", LONG_S, "cannot reach Cloudflare: failed to request quick Tunnel", "7844"),
        ("rate_limited", LONG_S, "gives out no more quick tunnels", "wait some minutes"),
        ("silent", 0.7, "was not connected within the limit", "run it by hand"),
        ("never_connected", 0.7, "was not connected within the limit", "run it by hand"),
    ],
)
def test_each_failure_has_its_own_sentence(
    machine: Machine, events: Events, scenario: str, limit_s: float, message: str, hint: str
) -> None:
    """A start that fails ends when it is known to, or else at its limit, and leaves nothing running."""
    machine.set(FAKE_CLOUDFLARED_SCENARIO=scenario)
    options = TunnelOptions(os.environ, machine.data_folder, limit_s=limit_s)
    failing = choose_tunnel(TunnelChoice.CLOUDFLARED, options, events)
    with pytest.raises(Unreachable, match=message) as caught:
        failing.start(9)

    assert hint in (caught.value.hint or "")
    assert not failing.is_alive()


def test_a_connection_lost_and_back(tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """A lost connection to the edge is told and explained; its return is told."""
    url = tunnel.start(listener.port)
    os.kill(events.agent_pid, signal.SIGUSR1)
    events.wait_for(TunnelEventKind.SESSION_LOST)
    refusal = tunnel.explain_answer(*post(url))

    assert refusal is not None
    assert "no connection to the tunnel" in refusal.message
    assert tunnel.is_alive()
    os.kill(events.agent_pid, signal.SIGUSR1)
    events.wait_for(TunnelEventKind.SESSION_BACK)
    assert tunnel.explain_answer(*post(url)) is None


def test_a_killed_program_is_noticed(tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """The program's end is told."""
    tunnel.start(listener.port)
    os.kill(events.agent_pid, signal.SIGKILL)
    event = events.wait_for(TunnelEventKind.AGENT_ENDED)

    assert event.detail == "cloudflared ended with exit code -9"
    assert not tunnel.is_alive()


def test_nothing_listens_here(tunnel: Tunnel) -> None:
    """Cloudflare's 502 is told apart from one of the listener's own."""
    refusal = tunnel.explain_answer(*post(tunnel.start(free_port())))

    assert refusal is not None
    assert "nothing answers it on this machine" in refusal.message
    assert tunnel.explain_answer(502, {"server": "nginx"}) is None
    assert tunnel.explain_answer(404, {"server": "cloudflare"}) is None


@pytest.mark.parametrize("scheme", ["cloudflare", "Cloudflare-Nginx"])
def test_answers_of_cloudflare_itself(scheme: str) -> None:
    """What Cloudflare answers in our place is told, and what to do: each in its own sentence."""
    answers = [(str(status), Cloudflared({}).explain_answer(status, {"server": scheme})) for status in (530, 502)]
    told = [(status, error) for status, error in answers if error is not None]

    compare_errors("cloudflared-answers.txt", told, GOLDEN)


@pytest.mark.parametrize(
    ("lines", "ended", "said"),
    [
        (["2026-08-20T10:00:00Z ERR failed to request quick Tunnel: 429 Too Many Requests", "x"], True, "no-more"),
        (["2026-08-20T10:00:00Z ERR error code: 1015"], True, "no-more"),
        (["2026-08-20T10:00:00Z ERR dial tcp: lookup x: no such host"], True, "offline"),
        (
            ["2026-08-20T10:00:00Z FTL I/O timeout", "2026-08-20T10:00:00Z WRN dial tcp: lookup x: no such host"],
            True,
            "offline",
        ),
        (["network is unreachable", "2026-08-20T10:00:00Z INF dial tcp: lookup x: no such host"], False, "offline"),
        (["connection refused", "dial tcp: lookup x: no such host"], False, "offline"),
        (["TLS handshake timeout", "dial tcp: lookup x: no such host"], False, "offline"),
        (["2026-08-20T10:00:00Z ERR it rains"], True, "gave-up"),
        ([], False, "silent"),
    ],
)
def test_words(lines: list[str], ended: bool, said: str) -> None:
    """What is said of each reason is kept word for word."""
    compare_errors(f"cloudflared-{said}.txt", [(said, Cloudflared({}).explain(lines, ended))], GOLDEN)


@pytest.mark.parametrize(
    "line", ["Lost connection with the edge", "Retrying connection in 2s", "Connection terminated"]
)
def test_a_connection_that_goes(line: str) -> None:
    """However cloudflared says that its connection is gone, it is taken for gone."""
    dialect = Cloudflared({})
    dialect.read(BOX)
    dialect.read(REGISTERED.format(0))

    assert not dialect.read(f"2026-08-20T10:00:02Z WRN {line} connIndex=0").is_connected


def test_the_name_is_left_alone_at_first(tunnel: Tunnel) -> None:
    """The facts say that a new name must not be looked up at once."""
    assert tunnel.facts.settle_s >= 10


def test_ready_means_registered() -> None:
    """The address alone is not enough, and one of several connections is."""
    dialect = Cloudflared({})

    assert dialect.read(BOX).public_url == "https://calm-lake-demo.trycloudflare.com"
    assert not dialect.read(BOX).is_connected
    assert dialect.read(REGISTERED.format(0)).is_connected
    assert dialect.read(REGISTERED.format(1)).is_connected
    assert dialect.read("2026 WRN Serve tunnel error error=x connIndex=0").is_connected
    assert not dialect.read("2026 INF Unregistered tunnel connection connIndex=1").is_connected


def test_status(machine: Machine) -> None:
    """The status tells where cloudflared is, or how to install it."""
    here, missing = status(TunnelOptions(os.environ, Path())), status(TunnelOptions({"PATH": "/nowhere"}, Path()))

    assert (here.is_usable, here.detail) == (True, str(FAKES / "cloudflared"))
    assert not missing.is_usable
    assert "install cloudflared" in (missing.hint or "")


def test_not_installed(machine: Machine, events: Events) -> None:
    """Without cloudflared the error says how to install it."""
    absent = choose_tunnel(TunnelChoice.CLOUDFLARED, TunnelOptions({"PATH": "/nowhere"}, machine.data_folder), events)
    with pytest.raises(Unreachable, match="cloudflared is not installed"):
        absent.start(9)


def test_a_program_that_cannot_be_run(machine: Machine, events: Events, tmp_path: Path) -> None:
    """A program that the system cannot run is named."""
    broken = tmp_path / "bin" / "cloudflared"
    broken.parent.mkdir()
    broken.write_text("#!/nowhere/sh\n")
    broken.chmod(0o700)
    failing = choose_tunnel(
        TunnelChoice.CLOUDFLARED, TunnelOptions({"PATH": str(broken.parent)}, machine.data_folder), events
    )
    with pytest.raises(Unreachable, match=r"cloudflared gave up: .*No such file"):
        failing.start(9)
