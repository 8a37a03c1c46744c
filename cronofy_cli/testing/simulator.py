"""The simulator that a test suite uses: a process of its own, which shares nothing with the suite but an address.

CRONOFY_SIMULATOR_COMMAND names the command to start it with, such as `uvx --from cronofy-cli cronofy`, where the
suite's environment cannot hold it; by default it is the `cronofy` of this Python. CRONOFY_SIMULATOR_URL names one that
runs already, as in `cronofy simulator exec -- pytest -n 4`.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cronofy_cli.testing.control import Control, SimulatorError
from cronofy_cli.testing.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMAND_VARIABLE = "CRONOFY_SIMULATOR_COMMAND"
URL_VARIABLE = "CRONOFY_SIMULATOR_URL"
START_LIMIT_S = 120.0
"""A command such as uvx downloads at its first start."""
FOLDING_S = 0.02
"""Changes this close together share a notification in the worlds of tests; at other times it is 0.3 s."""

# Run beside the simulator: tells where that is, and ends, and the simulator with it, when this process is gone.
_WAITER = """
import os, sys
print(os.environ["CRONOFY_SIMULATOR_URL"], flush=True)
sys.stdin.buffer.read()
"""


class Simulator:
    """A simulator that serves."""

    def __init__(self, url: str) -> None:
        """Take its address; that of its control API will do too."""
        self.url = url.rstrip("/").removesuffix("/simulator")
        self._control = Control(self.url)

    @classmethod
    @contextmanager
    def start(cls, environment: Mapping[str, str] = os.environ) -> Iterator[Simulator]:
        """Use the one that the environment names, or start one that ends with the context.

        Raises:
            SimulatorError: it does not start.
        """
        url = environment.get(URL_VARIABLE)
        if url:
            simulator = cls(url)
            yield simulator
            simulator.close()
            return
        with _process(environment) as url:
            simulator = cls(url)
            yield simulator
            simulator.close()

    def world(self, definition: str | Path | None = None, **choices: object) -> World:
        """Make a fresh world: a copy of the simulator's own, or of a world file (its path, or its text).

        `choices` are those of `cronofy simulator routes --choices`, such as `enforce_rate_limit=True`.

        Raises:
            SimulatorError: the file or a choice is not understood.
        """
        text = definition.read_text("utf-8") if isinstance(definition, Path) else definition
        if text is None:
            body: dict[str, object] = {"choices": {"coalesce_window_s": FOLDING_S} | choices}
        else:
            body = {"definition": text, "choices": choices}
        return World(self._control.post("/simulator/worlds", body), self._control)

    def close(self) -> None:
        """End the connections to it."""
        self._control.close()


@contextmanager
def _process(environment: Mapping[str, str]) -> Iterator[str]:
    """Start a simulator; yield the address of its control API."""
    named = environment.get(COMMAND_VARIABLE)
    command = shlex.split(named) if named else [sys.executable, "-m", "cronofy_cli"]
    words = [*command, "simulator", "exec", "--", sys.executable, "-I", "-S", "-c", _WAITER]
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,  # Ctrl-C is for the suite; the simulator ends after it.
        )
    except OSError as error:
        raise SimulatorError(f"{COMMAND_VARIABLE}: '{command[0]}' cannot be run: {error.strerror}") from error
    assert process.stdin is not None
    assert process.stdout is not None
    too_late = threading.Timer(START_LIMIT_S, process.kill)
    too_late.daemon = True
    too_late.start()
    with process:
        try:
            url = process.stdout.readline().decode().strip()
            too_late.cancel()
            if not url:
                raise SimulatorError(
                    f"the simulator does not start: '{shlex.join(words[: len(command) + 2])}' says why on stderr. "
                    f"Another command, such as 'uvx --from cronofy-cli cronofy', can be named in {COMMAND_VARIABLE}"
                )
            yield url
        finally:
            process.stdin.close()
