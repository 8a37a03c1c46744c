"""A simulator inside this process, for commands that are to work with nothing else running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.simulator.request_log import LoggedRequest
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.settings import SimulatorSettings


class SimulatorView(Protocol):
    """Who is shown what a simulator does; called from its thread."""

    def note_request(self, request: LoggedRequest) -> None:
        """An API call was answered."""

    def note_attempt(self, attempt: Attempt) -> None:
        """An attempt to deliver is over."""


def ensure_simulator(run: AppContext) -> bool:
    """If the data center is the simulator and none runs on this machine, start one. Returns whether it did.

    Other processes find it as long as this one runs, so that calendars can be edited from a second terminal.
    """
    if not run.is_simulator or run.running_simulator is not None:
        return False
    from cronofy_cli.adapters.simulator.running import announce, withdraw
    from cronofy_cli.simulator.world.settings import SimulatorSettings

    try:
        simulator = start_simulator(run, SimulatorSettings())
    except CronofyError:
        # The usual port is taken by something else; any other will do here.
        simulator = start_simulator(run, SimulatorSettings(port=0))
    announce(simulator, run.environment)
    run.resources.callback(withdraw, simulator, run.environment)
    return True


def start_own_simulator(run: AppContext) -> None:
    """Start a simulator that only this process knows, and make it the data center of this run."""
    from cronofy_cli.simulator.world.settings import SimulatorSettings

    start_simulator(run, SimulatorSettings(port=0))


def start_simulator(
    run: AppContext, settings: SimulatorSettings, view: SimulatorView | None = None
) -> RunningSimulator:
    """Start a simulator that ends with this run, and make it the run's data center. `view` gets its log.

    Raises:
        CronofyError: it cannot have its port, or its state cannot be read.
    """
    from cronofy_cli.adapters.simulator.running import RunningSimulator, this_process
    from cronofy_cli.simulator.server import SimulatorServer

    if view is None:
        server = SimulatorServer(settings)
    else:
        server = SimulatorServer(settings, on_request=view.note_request, on_attempt=view.note_attempt)
    server.start()
    run.resources.callback(server.stop)
    simulator = RunningSimulator(
        url=server.url,
        client_id=server.credentials.client_id,
        client_secrets=server.credentials.client_secrets,
        access_token=server.credentials.access_token,
        pid=this_process(),
        sub=server.credentials.sub,
    )
    run.use_simulator(simulator)
    return simulator
