"""`cronofy simulator run`: serve a simulated Cronofy in the foreground, and print what is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, app_context, command_app
from cronofy_cli.commands.simulator.start_options import (
    BindOption,
    ChoiceOption,
    ClientSecretFileOption,
    ExtraEventsOption,
    HostOption,
    PageSizeOption,
    RetryScaleOption,
    RotateRefreshTokensOption,
    StateOption,
    TokenLifetimeOption,
    WorldOption,
    with_choices,
    with_secrets,
)
from cronofy_cli.core.durations import parse_duration

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.simulator.world.settings import SimulatorSettings

app = command_app("Serve a simulated Cronofy.")


@app.command("run", cls=DataCommand)
def run_simulator(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The local port; 0 picks a free one.")] = 7080,
    world: WorldOption = None,
    state: StateOption = None,
    page_size: PageSizeOption = None,
    extra_events: ExtraEventsOption = 0,
    choice: ChoiceOption = None,
    retry_scale: RetryScaleOption = 1.0,
    client_secret_file: ClientSecretFileOption = None,
    token_lifetime: TokenLifetimeOption = "1h",  # noqa: S107 - a duration, no password
    rotate_refresh_tokens: RotateRefreshTokensOption = False,
    bind: BindOption = "127.0.0.1",
    host: HostOption = None,
    ready_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write address and credentials here once it is ready.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print calls and deliveries.")] = False,
) -> None:
    """Serve a simulated Cronofy until Ctrl-C: accounts, calendars, channels, signed notifications.

    Commands use it with --data-center simulator, applications with the address and credentials shown. Calls and
    deliveries are printed as they come: lines on a terminal, NDJSON in a pipe.

    \b
    Examples:
      cronofy simulator run
      cronofy simulator run --world team.toml --choice enforce_rate_limit=true
      cronofy simulator run --port 0 --ready-file ready.json --quiet
    """
    from cronofy_cli.simulator.world.settings import SimulatorSettings

    run = app_context(context)
    settings = SimulatorSettings(
        port=port,
        bind=bind,
        hosts=tuple(host or ()),
        world_file=world,
        state_file=state,
        extra_events=extra_events,
        retry_scale=retry_scale,
        token_lifetime_s=parse_duration(token_lifetime, option="--token-lifetime"),
    )
    choices = list(choice or ())
    choices += [] if page_size is None else [f"page_size={page_size}"]
    choices += ["rotate_refresh_tokens=true"] if rotate_refresh_tokens else []
    settings = with_secrets(run, with_choices(settings, choices), client_secret_file)
    raise typer.Exit(_serve(run, settings, ready_file, quiet=quiet))


def _serve(run: AppContext, settings: SimulatorSettings, ready_file: Path | None, *, quiet: bool) -> int:
    from cronofy_cli.adapters.ready_file import ReadyFile
    from cronofy_cli.adapters.simulator.running import announce, withdraw
    from cronofy_cli.cli.embedded_simulator import start_simulator
    from cronofy_cli.commands.simulator.run_view import RunView
    from cronofy_cli.listen.stop import StopRequest

    ready = None if ready_file is None else ReadyFile(ready_file)
    with StopRequest() as stop:
        view = RunView(run.output, stop.ask_pipe_closed, quiet=quiet)
        try:
            with run.resources:
                others = run.running_simulators
                simulator = start_simulator(run, settings, view)
                announce(simulator, run.environment)
                run.resources.callback(withdraw, simulator, run.environment)
                if ready is not None:
                    ready.write(view.document(simulator, settings))
                    run.resources.callback(ready.remove)
                view.show_start(simulator, settings)
                if others:
                    urls = ", ".join(other.url for other in others)
                    run.output.note(f"Others run at {urls}: name the one you mean with --data-center {simulator.url}")
                return stop.wait(None)
        except KeyboardInterrupt:
            return stop.exit_code
