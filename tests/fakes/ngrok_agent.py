"""The stand-in for the ngrok agent: its command line, its log and its session.

What it is told to do comes from the environment: see `ngrok_scenarios`. A running one loses its session at SIGUSR1, and
has it back at the next.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.ngrok_api import AgentState, ApiServer
from tests.fakes.ngrok_scenarios import AUTHENTICATION_FAILURES, NO_SUCH_HOST, Orders, Scenario, error_text

if TYPE_CHECKING:
    from collections.abc import Sequence

LIFE_LIMIT_S = 300
"""A forgotten agent ends itself."""
DEFAULT_WEB_PORT = 4040
_TOKEN = re.compile(r"[A-Za-z0-9_]{20,}")
_lock = threading.Lock()


def main(arguments: Sequence[str]) -> int:
    """Do what a command line asks."""
    orders = Orders.of(os.environ)
    if not arguments or arguments[0] != "start":
        sys.stderr.write(f"ERROR:  unknown command: {' '.join(arguments)}\n")
        return 1
    _note_call(orders, arguments)
    return _start(orders, dict(zip(arguments[2::2], arguments[3::2], strict=False)))


def log(level: str, message: str, **values: str) -> None:
    """Write a line as the agent does with `--log stdout`."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")
    fields = {"t": stamp, "lvl": level, "msg": message, **values}
    with _lock:
        sys.stdout.write(" ".join(f"{name}={_quote(value)}" for name, value in fields.items()) + "\n")
        sys.stdout.flush()


def _start(orders: Orders, flags: dict[str, str]) -> int:
    signal.alarm(LIFE_LIMIT_S)
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before there are threads: they inherit it
    if orders.scenario is Scenario.CRASH:
        return 2
    if orders.scenario is Scenario.BAD_CONFIGURATION:
        sys.stderr.write("ERROR:  Error reading configuration file: yaml: line 3: did not find expected key\n")
        return 1
    options = _options(flags["--config"])
    state = AgentState(orders, log)
    port = _serve(state, options)
    log("info", "starting web service", obj="web", addr=f"127.0.0.1:{port}", allow_hosts="[]")
    if not _connect(state, flags.get("--authtoken") or str(options.get("authtoken", ""))):
        return 1
    return _stay(state, signals)


def _connect(state: AgentState, token: str) -> bool:
    """Have a session, or none; return whether the agent goes on."""
    scenario = state.orders.scenario
    if scenario is Scenario.SILENT:
        return True
    if scenario is Scenario.OFFLINE:
        log("eror", "failed to reconnect session", obj="tunnels.session", err=NO_SUCH_HOST)
        return True
    if code := _refusal(scenario, token):
        error = f"authentication failed: {error_text(code, token=token)}"
        log("eror", "failed to reconnect session", obj="tunnels.session", err=error)
        log("eror", "session closing", obj="tunnels.session", err=error)
        log("eror", "terminating with error", obj="app", err=error)
        log("crit", "command failed", err=error)
        sys.stderr.write("".join(f"ERROR:  {row}\n" for row in error.splitlines()))
        return False
    _session_back(state)
    return True


def _refusal(scenario: Scenario, token: str) -> str | None:
    if not token:
        return "ERR_NGROK_4018"
    if not _TOKEN.fullmatch(token):
        return "ERR_NGROK_105"
    return AUTHENTICATION_FAILURES.get(scenario)


def _session_back(state: AgentState) -> None:
    state.is_online = True
    log("info", "client session established", obj="tunnels.session")
    log("info", "tunnel session started", obj="tunnels.session")


def _toggle_session(state: AgentState) -> None:
    if not state.is_online:
        if state.orders.scenario is Scenario.ADDRESS_CHANGES:
            state.move()
        _session_back(state)
        return
    state.is_online = False
    log("warn", "failed to heartbeat, restarting session", obj="tunnels.session", err="heartbeat timeout")
    log("eror", "failed to reconnect session", obj="tunnels.session", err=NO_SUCH_HOST)


def _stay(state: AgentState, signals: set[signal.Signals]) -> int:
    while True:
        number = signal.sigwait(signals)
        if number == signal.SIGUSR1:
            if state.orders.scenario is Scenario.DIES:
                os._exit(1)
            _toggle_session(state)
        elif state.orders.scenario is not Scenario.STUBBORN:
            log("info", "received stop request", obj="app", stopReq="{err:<nil> restart:false}")
            return 0


def _serve(state: AgentState, options: dict[str, Any]) -> int:
    """Serve the API where the configuration says, else on the first free port from 4040 on."""
    if "web_addr" in options:
        return ApiServer(int(str(options["web_addr"]).rpartition(":")[2]), state).server_port
    for port in range(DEFAULT_WEB_PORT, DEFAULT_WEB_PORT + 10):
        with socket.socket() as probe:
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        if not taken:
            return ApiServer(port, state).server_port
    return ApiServer(0, state).server_port


def _options(path: str) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]  # pyngrok brings it

    with Path(path).open(encoding="utf-8") as file:
        content = yaml.safe_load(file)
    options: dict[str, Any] = content["agent"] if content["version"] == "3" else content
    return options


def _note_call(orders: Orders, arguments: Sequence[str]) -> None:
    if orders.calls_file:
        call = {"pid": os.getpid(), "arguments": list(arguments), "environment": sorted(os.environ)}
        with Path(orders.calls_file).open("a", encoding="utf-8") as file:
            file.write(json.dumps(call) + "\n")


def _quote(value: str) -> str:
    if value and not re.search(r'[\s"=\\]', value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"'
