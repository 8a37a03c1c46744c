"""The stand-in for cloudflared's quick tunnels. It prints what cloudflared prints, and really forwards.

`FAKE_CLOUDFLARED_SCENARIO`: ok, offline, rate_limited, silent, never_connected. `FAKE_CLOUDFLARED_CALLS` as with the
stand-in for ngrok. At SIGUSR1 it loses its connection to the edge, and has it back at the next.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.ngrok_edge import Answer, Edge

if TYPE_CHECKING:
    from collections.abc import Sequence

LIFE_LIMIT_S = 300
FAILURES = {
    "offline": 'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: '
    "lookup api.trycloudflare.com on 127.0.0.53:53: no such host",
    "rate_limited": "failed to unmarshal quick Tunnel: status code 429 Too Many Requests error code: 1015",
}
REGISTERED = (
    "Registered tunnel connection connIndex=0 connection=ab event=0 ip=198.51.100.7 location=lhr01 protocol=quic"
)
TERMINATED = 'Connection terminated error="there are no free edge addresses left to resolve to" connIndex=0'


class _Edge:
    """Whether the connection stands; how the edge answers when not."""

    is_connected = False

    def refuse(self, was_tried: bool) -> Answer:
        return Answer(502 if was_tried else 530, (("Server", "cloudflare"), ("CF-RAY", "0-LHR")), b"error code: 1033")


def main(arguments: Sequence[str]) -> int:
    """Do what a command line asks."""
    scenario = os.environ.get("FAKE_CLOUDFLARED_SCENARIO", "ok")
    signal.alarm(LIFE_LIMIT_S)
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    _note_call(arguments)
    _say("INF", "Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to ...")
    if scenario in FAILURES:
        _say("ERR", FAILURES[scenario])
        return 1
    edge = _Edge()
    if scenario != "silent":
        _announce(arguments[arguments.index("--url") + 1], edge, connects=scenario == "ok")
    while signal.sigwait(signals) == signal.SIGUSR1:
        edge.is_connected = not edge.is_connected
        _say("INF" if edge.is_connected else "ERR", REGISTERED if edge.is_connected else TERMINATED)
    _say("INF", "Initiating graceful shutdown due to signal terminated ...")
    return 0


def _announce(upstream: str, edge: _Edge, *, connects: bool) -> None:
    address = Edge(upstream, lambda: edge.is_connected, edge.refuse).url
    _say("INF", f"+{'-' * 94}+")
    _say("INF", "|  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |")
    _say("INF", f"|  {address:<90}  |")
    _say("INF", f"+{'-' * 94}+")
    if connects:
        edge.is_connected = True
        _say("INF", REGISTERED)


def _say(level: str, message: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sys.stderr.write(f"{stamp} {level} {message}\n")
    sys.stderr.flush()


def _note_call(arguments: Sequence[str]) -> None:
    if path := os.environ.get("FAKE_CLOUDFLARED_CALLS"):
        call = {"pid": os.getpid(), "arguments": list(arguments), "environment": sorted(os.environ)}
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(call) + "\n")
