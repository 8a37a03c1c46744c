"""The start of a run fails at every step: the right exit code, one sentence with a hint, and nothing left behind."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.listen import channels, run, session, tunnel
from cronofy_cli.listen.stop import StopRequest
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.fakes.ngrok_setup import TOKEN, fakes_environment
from tests.in_process import run_main
from tests.listen.leavings import nothing_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import CodeType, FrameType

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli, Result

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="open files are looked up in /proc")


def listen(cli: Cli, *arguments: str | Path) -> Result:
    """Run `listen`, and find nothing left of it."""
    with nothing_left(cli):
        return run_main(cli, "listen", "--data-center", "simulator", *arguments)


def expect_failure(result: Result, exit_code: int, message: str, hint: str) -> None:
    """Find one sentence and its hint below the steps that were done, and nothing else but where to read more."""
    error = result.stderr[result.stderr.index("error: ") :].splitlines()
    assert result.exit_code == exit_code, result.stderr
    assert [line.partition(":")[0].strip() for line in error] in (["error", "hint"], ["error", "hint", "docs"])
    assert message in error[0]
    assert hint in error[1]


def program(cli: Cli, name: str) -> None:
    """Install a program that ends at once with exit code 1."""
    folder = cli.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\nexit 1\n")
    (folder / name).chmod(0o755)
    cli.environment["PATH"] = f"{folder}:{cli.environment['PATH']}"


TUNNELS = [
    (("ngrok",), 3, "ngrok", "cronofy tunnel install"),
    (("cloudflared",), 3, "cloudflared", ""),
    (("ssh", "--ssh-host", "127.0.0.1:1"), 3, "ssh", ""),
    (("ssh",), 2, "--tunnel ssh needs a host", "--ssh-host"),
    (("url",), 2, "--tunnel url needs the address", "--public-url"),
]


@pytest.mark.parametrize(("options", "exit_code", "message", "hint"), TUNNELS, ids=str)
def test_the_tunnel(
    options: tuple[str, ...], exit_code: int, message: str, hint: str, cli: Cli, simulator: SimulatorServer
) -> None:
    """A tunnel whose program ends at once, or that lacks an option."""
    program(cli, options[0])
    cli.environment["NGROK_AUTHTOKEN"] = TOKEN

    expect_failure(listen(cli, "--tunnel", *options), exit_code, message, hint)


@pytest.mark.parametrize(
    ("path", "status", "exit_code", "message"),
    [
        ("/v1/userinfo", 401, 4, "token"),
        ("/v1/channels", 403, 4, "does not allow"),
    ],
)
def test_the_api(path: str, status: int, exit_code: int, message: str, cli: Cli, simulator: SimulatorServer) -> None:
    """Cronofy does not know the token, or refuses the channel."""
    with nothing_left(cli):
        run_main(cli, "simulator", "faults", "add", path, "--status", str(status), "--times", "99")
        result = run_main(cli, "listen", "--data-center", "simulator")
        run_main(cli, "simulator", "faults", "clear")

    expect_failure(result, exit_code, message, "")


def test_the_signature(cli: Cli, simulator: SimulatorServer, tmp_path: Path) -> None:
    """A verification that another application's secret has signed."""
    context = {"CRONOFY_CLIENT_SECRET": "CRN_other", "CRONOFY_DATA_CENTER": simulator.url}
    cli.environment |= {**context, "CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN}
    with nothing_left(cli):
        result = run_main(cli, "listen")
        for name in (*context, "CRONOFY_ACCESS_TOKEN"):
            del cli.environment[name]

    expect_failure(result, 5, "its signature does not match", "--signature warn")


def take_place(file: Path) -> None:
    """Put a folder where a file would be written."""
    file.mkdir(parents=True)


@pytest.mark.parametrize(
    ("place", "exit_code", "message"),
    [("deliveries.db", 1, "the history cannot be"), ("callback-paths.json", 2, "cannot be written")],
)
def test_the_disk(place: str, exit_code: int, message: str, cli: Cli, simulator: SimulatorServer) -> None:
    """What has to be written cannot be."""
    take_place(cli.data / place)

    expect_failure(listen(cli), exit_code, message, "")


def test_ports(cli: Cli, simulator: SimulatorServer) -> None:
    """A port of the listener's, or of /healthz, that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        expect_failure(listen(cli, "--port", taken), 2, f"port {taken} is taken", "port 0")
        expect_failure(listen(cli, "--health-port", taken), 2, f"port {taken} cannot be used", "--health-port")


def test_the_ready_file(cli: Cli, simulator: SimulatorServer) -> None:
    """A ready file in a folder that does not exist."""
    expect_failure(listen(cli, "--ready-file", cli.folder / "none" / "ready"), 2, "there is no folder", "mkdir")


STEPS = (
    run.ListenRun._open,
    run.ListenRun._open_notes,
    run.ListenRun._open_session,
    run.ListenRun._open_notice,
    run.ListenRun._start,
    session.Session.open,
    session.Session._open_address,
    tunnel.PublicAddress.open,
    channels.RunChannel.create,
)
"""What opens something."""


class InterruptedAt:
    """Sends Ctrl-C at the n-th line of the steps, from inside; when they are over, where the end is waited for."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._codes: set[CodeType] = {step.__code__ for step in (*STEPS, StopRequest.wait)}
        self.was_ready = False
        self._was_sent = False

    def __enter__(self) -> InterruptedAt:
        sys.settrace(self._trace_calls)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _trace_calls(self, frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any] | None:
        return self._trace_lines if frame.f_code in self._codes else None

    def _trace_lines(self, frame: FrameType, event: str, _arg: Any) -> Callable[..., Any]:
        if event == "line" and not self._was_sent:
            self._left -= 1
            self.was_ready = frame.f_code is StopRequest.wait.__code__
            if self._left < 0 or self.was_ready:
                self._was_sent = True
                signal.raise_signal(signal.SIGINT)
        return self._trace_lines


@pytest.fixture
def fakes(cli: Cli) -> Cli:
    """The command line where the stand-in of ngrok is installed."""
    cli.environment |= {**fakes_environment(cli.folder), "NGROK_AUTHTOKEN": TOKEN}
    return cli


@pytest.mark.parametrize("options", [("none",), ("ngrok",)], ids=lambda options: str(options[0]))
def test_ctrl_c_between_any_two_steps(options: tuple[str, ...], fakes: Cli, simulator: SimulatorServer) -> None:
    """Whenever it comes, the run ends with 130 and no traceback, and everything that was started has ended."""
    for number in moments(1 if options == ("none",) else 12):
        with nothing_left(fakes), InterruptedAt(number) as interrupt:
            result = run_main(fakes, "listen", "--data-center", "simulator", "--tunnel", *options)
        assert result.exit_code == 130, (number, result.stderr)
        assert "error: " not in result.stderr
        assert "Traceback" not in result.stderr
        if interrupt.was_ready:
            assert "Ready." in result.stderr
            assert number > len(STEPS)
            return
    pytest.fail("the steps never end")


def moments(stride: int) -> Iterator[int]:
    """Count up to more lines than the steps have."""
    return iter(range(0, 1000, stride))
