"""A tunnel that is a running program: what follows from its lines and its end, whatever program it is."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.command_tunnel import KEPT_LINES, CommandTunnel, Reading
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind, TunnelFacts
from cronofy_cli.errors import Unreachable
from tests.adapters.tunnels.support import runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.adapters.tunnels.support import Events

URL = "https://x.test"
LIMIT_S = 60.0


class Shell:
    """A provider whose program is a script, which says an address, `up` and `down`."""

    facts = TunnelFacts("shell")

    def __init__(self, script: str) -> None:
        self.script = script
        self.explained: list[tuple[list[str], bool]] = []
        self._url: str | None = None
        self._is_up = False

    def command(self, port: int) -> list[str]:
        """Run the script with the port."""
        return ["/bin/sh", "-c", self.script, "sh", str(port)]

    def read(self, line: str) -> Reading:
        """Understand a word."""
        self._url = line if line.startswith("http") else self._url
        self._is_up = {"up": True, "down": False}.get(line, self._is_up)
        return Reading(self._url, self._is_up)

    def explain(self, lines: Sequence[str], ended: bool) -> Unreachable:
        """Keep what there was to explain it with."""
        self.explained.append((list(lines), ended))
        return Unreachable("it did not come up")

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> Unreachable | None:
        """Know one status."""
        return Unreachable(headers["x"]) if status == 530 else None


class Opened:
    """Makes tunnels, which are stopped at the end."""

    def __init__(self, on_event: Events) -> None:
        self._on_event = on_event
        self.shells: list[Shell] = []
        self.tunnels: list[CommandTunnel] = []

    def __call__(self, script: str, limit_s: float = LIMIT_S) -> CommandTunnel:
        """Return one whose program is a script."""

        def new() -> Shell:
            self.shells.append(Shell(script))
            return self.shells[-1]

        self.tunnels.append(CommandTunnel(new, os.environ, self._on_event, limit_s))
        return self.tunnels[-1]


@pytest.fixture
def opened(events: Events) -> Iterator[Opened]:
    """Have a maker of tunnels."""
    made = Opened(events)
    yield made
    for tunnel in made.tunnels:
        tunnel.stop()


def test_up_and_down(opened: Opened, events: Events, tmp_path: Path) -> None:
    """It is up when the program says so with an address; what is lost and comes back afterwards is told, and so is
    nothing else.
    """
    fifo = tmp_path / "words"
    os.mkfifo(fifo)
    tunnel = opened(f"echo down; echo {URL}; echo up; echo up; exec cat '{fifo}'")
    assert (tunnel.is_alive(), tunnel.public_url, tunnel.facts.name) == (False, None, "shell")

    assert tunnel.start(8080) == tunnel.public_url == URL
    assert tunnel.is_alive()
    with closing(fifo.open("w", buffering=1)) as words:
        for word in ("x", "down", "down", "up"):
            words.write(f"{word}\n")
        events.wait_for(TunnelEventKind.SESSION_BACK)
        kinds = [TunnelEventKind.AGENT_STARTED, TunnelEventKind.SESSION_LOST, TunnelEventKind.SESSION_BACK]
        assert events.kinds == kinds
        assert [event.detail for event in events.seen[1:]] == ["down", "up"]
    ended = events.wait_for(TunnelEventKind.AGENT_ENDED)

    assert ended.detail == "sh ended with exit code 0"
    assert not tunnel.is_alive()


def test_stopped(opened: Opened, events: Events) -> None:
    """Its end is no event then; it can be started again, which begins from nothing."""
    tunnel = opened(f"echo {URL}/$1; echo up; exec sleep 1000")
    tunnel.stop()

    for port in (1, 2):
        assert tunnel.start(port) == f"{URL}/{port}"
    pid = events.agent_pid
    tunnel.stop()
    tunnel.stop()

    assert (tunnel.is_alive(), tunnel.public_url, runs(pid)) == (False, None, False)
    assert events.kinds == [TunnelEventKind.AGENT_STARTED] * 2
    assert len(opened.shells) == 3


@pytest.mark.parametrize("word", [URL, "up"])
def test_it_gives_up(word: str, opened: Opened, events: Events) -> None:
    """A program that ends, or is up without an address, is explained by its last lines; its end is no event."""
    tunnel = opened(f"for each in $(seq 60); do echo $each; done; echo {word}; exit 7")

    with pytest.raises(Unreachable, match="it did not come up"):
        tunnel.start(1)

    [(lines, ended)] = opened.shells[-1].explained
    assert lines == [*map(str, range(61 - KEPT_LINES + 1, 61)), word]
    assert ended or word == "up"
    assert tunnel.public_url is None
    # One that has ended before it was looked at is not told as started either.
    assert set(events.kinds) <= {TunnelEventKind.AGENT_STARTED}


def test_the_limit(opened: Opened, events: Events) -> None:
    """A program that is not up in time is ended, and is said not to have ended by itself."""
    tunnel = opened(f"echo {URL}; exec sleep 1000", 0.3)

    with pytest.raises(Unreachable, match="it did not come up"):
        tunnel.start(1)

    [(_, ended)] = opened.shells[-1].explained
    assert not ended
    assert not runs(events.agent_pid)


def test_answers(opened: Opened) -> None:
    """What an answer means is known by the provider."""
    tunnel = opened("")

    refusal = tunnel.explain_answer(530, {"x": "told"})
    assert refusal is not None
    assert (refusal.message, tunnel.explain_answer(200, {})) == ("told", None)
