"""`cronofy simulator exec`: run a command, such as a test suite in any language, beside a simulator of its own."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import LocalCommand, app_context, command_app
from cronofy_cli.commands.simulator.start_options import (
    ChoiceOption,
    RetryScaleOption,
    WorldOption,
    with_choices,
)
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.streams import PipeClosed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.output.streams import Output
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt

app = command_app("Run a command beside a simulator.")

DATA_CENTER_VARIABLES = ("CRONOFY_DATA_CENTER", "CRONOFY_DATA_CENTRE")
"""What would lead an SDK away from the simulator."""


class ExecCommand(LocalCommand):
    """A command that leaves everything after its own options to another one."""

    allow_interspersed_args = False
    ignore_unknown_options = False


@app.command("exec", cls=ExecCommand)
def execute(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="What to run, and its arguments.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The local port; 0 picks a free one.")] = 0,
    world: WorldOption = None,
    choice: ChoiceOption = None,
    retry_scale: RetryScaleOption = 1.0,
) -> None:
    """Start a simulator, run COMMAND beside it, stop it, and exit as COMMAND did.

    COMMAND finds it by CRONOFY_API_URL, CRONOFY_APP_URL, CRONOFY_CLIENT_ID, CRONOFY_CLIENT_SECRET,
    CRONOFY_ACCESS_TOKEN, CRONOFY_SUB and CRONOFY_SIMULATOR_URL (its control API). So do the commands that edit a
    simulator, and others with --data-center simulator.

    \b
    Examples:
      cronofy simulator exec -- npm test
      cronofy simulator exec --world team.toml -- bundle exec rspec
    """
    from cronofy_cli.cli.embedded_simulator import start_simulator
    from cronofy_cli.simulator.world.settings import SimulatorSettings

    run = app_context(context)
    settings = with_choices(SimulatorSettings(port=port, world_file=world, retry_scale=retry_scale), choice)
    with run.resources:
        simulator = start_simulator(run, settings, _NotSimulated(run.output))
        exit_code = _run(command, environment_for(simulator, run.environment))
    raise typer.Exit(exit_code)


class _NotSimulated:
    """Says on stderr, once for each call of this kind, that it is not simulated. All else is the command's to print."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: set[str] = set()

    def note_request(self, request: LoggedRequest) -> None:
        """An API call was answered."""
        text = request.note or request.path
        if request.status == HTTPStatus.NOT_IMPLEMENTED and text not in self._said:
            self._said.add(text)
            with suppress(PipeClosed):  # The command goes on without it.
                self._output.note(f"not simulated: {text}")

    def note_attempt(self, _attempt: Attempt) -> None:
        """An attempt to deliver is over."""


def environment_for(simulator: RunningSimulator, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which an application finds the simulator."""
    kept = {name: value for name, value in environment.items() if name not in DATA_CENTER_VARIABLES}
    return kept | {
        "CRONOFY_API_URL": simulator.url,
        "CRONOFY_APP_URL": simulator.url,
        "CRONOFY_CLIENT_ID": simulator.client_id,
        "CRONOFY_CLIENT_SECRET": simulator.client_secrets[0],
        "CRONOFY_ACCESS_TOKEN": simulator.access_token,
        "CRONOFY_SUB": simulator.sub,
        "CRONOFY_SIMULATOR_URL": f"{simulator.url}/simulator",
    }


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end; return its exit code, as a shell would tell it.

    Raises:
        WrongUsage: it cannot be started.
    """
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    except OSError as error:
        raise WrongUsage(
            f"'{command[0]}' cannot be run: {error.strerror or error}", hint="cronofy simulator exec -- COMMAND"
        ) from error
    before = signal.signal(signal.SIGTERM, lambda number, _frame: process.send_signal(number))
    try:
        while True:
            # Ctrl-C reaches the command too: what that does about it decides.
            with suppress(KeyboardInterrupt):
                code = process.wait()
                return code if code >= 0 else 128 - code
    finally:
        signal.signal(signal.SIGTERM, before)
