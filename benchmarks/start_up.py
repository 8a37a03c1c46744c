"""How long a command takes from nothing to its end, against the interpreter that does nothing."""

from __future__ import annotations

import base64
import hmac
import urllib.request
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.pairs import Command, in_turn, median_ratio, timed
from benchmarks.processes import CLIENT_SECRET, listening, simulator
from benchmarks.report import Budget, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

ROUNDS = 40
STORED_DELIVERIES = 50
BODY = b'{"notification":{"type":"change","changes_since":"2026-11-21T09:24:16Z"},"channel":{"channel_id":"chn_1"}}'

AT_ONCE = Budget(1.5)
"""What is answered before the command tree is loaded."""
LOCAL = Budget(7.5)
"""Importing Typer takes six times of the bare interpreter."""
TAB = Budget(8)
"""The whole command tree's frame and one command's options; 100 ms on a machine that starts Python in 12.5."""
ONE_CALL = Budget(15)
"""Importing Typer and httpx takes twelve."""
SERVER = Budget(100)
"""Importing the MCP SDK takes fifty, once for each session of an agent; a hundred are the 1.5 s that are allowed."""


def measure(bench: Bench) -> Iterator[Finding]:
    """Time the commands in turn with `python -c pass`, a simulator and a history of deliveries being there."""
    with simulator(bench), listening(bench) as (_, callback_url):
        for _ in range(STORED_DELIVERIES):
            _post(callback_url)
        commands = _commands(bench)
        bare = Command((bench.programs.python, "-c", "pass"), bench.environment())
        programs = [bare, *(command for command, _ in commands.values())]
        rounds = in_turn(bench.rounds(ROUNDS), [partial(timed, program) for program in programs])
    bare_s, *all_s = ([usage.wall_s for usage in column] for column in zip(*rounds, strict=True))
    for (what, (_, budget)), ours_s in zip(commands.items(), all_s, strict=True):
        yield Finding(
            f"cronofy {what}",
            f"{median(ours_s) * 1000:.1f} ms",
            "python -c pass",
            f"{median(bare_s) * 1000:.1f} ms",
            median_ratio(ours_s, bare_s),
            budget,
        )


def signature_of(body: bytes) -> str:
    """Return the header's value for `body` under the client secret that everybody here uses."""
    return base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), body, "sha256")).decode()


def _commands(bench: Bench) -> dict[str, tuple[Command, Budget]]:
    body = bench.folder / "body.json"
    body.write_bytes(BODY)
    environment = bench.environment(CRONOFY_CLIENT_SECRET=CLIENT_SECRET)

    def command(*arguments: str) -> Command:
        return Command((bench.programs.cronofy, *arguments), environment)

    def tab(line: str) -> Command:
        asking = {"_CRONOFY_COMPLETE": "complete_bash", "_TYPER_COMPLETE_ARGS": line}
        return Command((bench.programs.cronofy,), environment | asking)

    return {
        "--version": (command("--version"), AT_ONCE),
        "--help": (command("--help"), AT_ONCE),
        "verify": (command("verify", str(body), "--signature", signature_of(BODY)), LOCAL),
        "deliveries list": (command("deliveries", "list"), LOCAL),
        "<TAB> for a verb": (tab("cronofy channels cl"), TAB),
        "<TAB> for a calendar": (tab("cronofy listen --calendar "), TAB),
        "channels list": (command("channels", "list", "--data-center", "simulator"), ONE_CALL),
        "mcp, until stdin ends": (command("mcp", "--data-center", "simulator"), SERVER),
    }


def _post(callback_url: str) -> None:
    request = urllib.request.Request(callback_url, BODY, {"Cronofy-HMAC-SHA256": signature_of(BODY)})
    urllib.request.urlopen(request, timeout=10).close()
