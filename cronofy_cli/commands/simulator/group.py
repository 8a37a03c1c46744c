"""`cronofy simulator`: Cronofy on this machine, and what its calendars' owner does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.client_secrets import read_secret
from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.commands.simulator import application, edit, faults, profile, surroundings
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.simulator.running import RunningSimulator
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.simulator.world.settings import SimulatorSettings

app = command_app("Run Cronofy on this machine, and edit its calendars.")
app.add_typer(edit.app, name="edit")
app.add_typer(application.app, name="application")
app.add_typer(profile.app, name="profile")
app.add_typer(surroundings.calendar_app, name="calendar")
app.add_typer(faults.app, name="faults")
app.command("clock", cls=DataCommand)(surroundings.clock)
app.command("provider", cls=DataCommand)(surroundings.provider)


StateOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        rich_help_panel="State and API",
        help="Keep calendars and channels in this file between runs.",
    ),
]
ExtraEventsOption = Annotated[
    int,
    typer.Option(
        min=0, rich_help_panel="State and API", help="Add this many events to the few hundred, for large reads."
    ),
]
RetryScaleOption = Annotated[
    float,
    typer.Option(
        min=0.000001,
        rich_help_panel="Notifications",
        help="Multiply the pauses between delivery attempts, and the 24 hours, by this.",
    ),
]
TokenLifetimeOption = Annotated[
    str,
    typer.Option(metavar="DURATION", rich_help_panel="Sign-in", help="How long access tokens of a sign-in are valid."),
]
RotateRefreshTokensOption = Annotated[
    bool,
    typer.Option(
        "--rotate-refresh-tokens", rich_help_panel="Sign-in", help="Return a new refresh token with every refresh."
    ),
]
ClientSecretFileOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE|-",
        rich_help_panel="Notifications",
        help="Sign with this client secret; repeatable, as during a rotation.",
    ),
]


@app.command("run", cls=DataCommand)
def run_simulator(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The local port; 0 picks a free one.")] = 7080,
    state: StateOption = None,
    page_size: Annotated[int, typer.Option(min=1, rich_help_panel="State and API", help="Events per page.")] = 100,
    extra_events: ExtraEventsOption = 0,
    retry_scale: RetryScaleOption = 1.0,
    token_lifetime: TokenLifetimeOption = "1h",  # noqa: S107 - a duration, no password
    rotate_refresh_tokens: RotateRefreshTokensOption = False,
    client_secret_file: ClientSecretFileOption = None,
) -> None:
    """Serve a simulated Cronofy until Ctrl-C: one account, three calendars, channels, signed notifications.

    Commands use it with --data-center simulator, applications with the address and credentials shown.

    \b
    Examples:
      cronofy simulator run
      cronofy simulator run --state calendars.json --page-size 20
    """
    from cronofy_cli.simulator.world.settings import CLIENT_SECRET, SimulatorSettings

    run = app_context(context)
    settings = SimulatorSettings(
        port=port,
        state_file=state,
        page_size=page_size,
        extra_events=extra_events,
        retry_scale=retry_scale,
        token_lifetime_s=parse_duration(token_lifetime, option="--token-lifetime"),
        rotate_refresh_tokens=rotate_refresh_tokens,
        client_secrets=tuple(read_secret(run, source) for source in client_secret_file or ()) or (CLIENT_SECRET,),
    )
    raise typer.Exit(_serve(run, settings))


def _serve(run: AppContext, settings: SimulatorSettings) -> int:
    from cronofy_cli.adapters.simulator.running import announce, find_running
    from cronofy_cli.cli.embedded_simulator import start_simulator
    from cronofy_cli.listen.stop import StopRequest

    with StopRequest() as stop:
        try:
            with run.resources:
                earlier = find_running(run.environment)
                simulator = start_simulator(run, settings)
                announce(simulator, run.environment)
                run.resources.callback(_hand_back, simulator, earlier, run.environment)
                _show_running(run, simulator)
                if earlier is not None:
                    run.output.note(f"Until it stops, commands use this simulator, not the one at {earlier.url}.")
                return stop.wait(None)
        except KeyboardInterrupt:
            return stop.exit_code


def _hand_back(simulator: RunningSimulator, earlier: RunningSimulator | None, environment: Mapping[str, str]) -> None:
    """Let commands find the simulator again that ran before this one."""
    from cronofy_cli.adapters.simulator.running import announce, find_running, withdraw

    withdraw(simulator, environment)
    if earlier is None or find_running(environment) is not None:
        return
    announce(earlier, environment)
    if find_running(environment) is None:
        withdraw(earlier, environment)


def _show_running(run: AppContext, simulator: RunningSimulator) -> None:
    from cronofy_cli.output.documents.simulator import SimulatorDocument

    document = SimulatorDocument(
        url=simulator.url,
        control_url=f"{simulator.url}/simulator",
        client_id=simulator.client_id,
        access_token=simulator.access_token,
        pid=simulator.pid,
    )
    fields = [
        ("address", simulator.url),
        ("access token", simulator.access_token),
        ("client id", simulator.client_id),
        ("try", "cronofy channels list --data-center simulator"),
        ("edit", "cronofy simulator edit add 'Lunch' --calendar Home"),
    ]
    show_record(run.output, fields, document.encode())
    run.output.note("Stop with Ctrl-C.")


@app.command("status", cls=DataCommand)
def status(context: typer.Context) -> None:
    """Show the running simulator: its address and contents.

    \b
    Example:
      cronofy simulator status --json | jq .channels
    """
    run = app_context(context)
    document = control_of(run).status()
    found = json.loads(document)
    fields = [(name, str(found[name])) for name in ("api_url", "account", "events", "channels", "deliveries")]
    fields += [("calendar", f"{each['name']} ({each['calendar_id']})") for each in found["calendars"]]
    show_record(run.output, fields, document)


@app.command("push", cls=DataCommand)
def push(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="The notification type, such as profile_disconnected.")],
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL_ID", help="Only to this channel; by default to all open ones.")
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Add a field to the notification; repeatable.")
    ] = None,
) -> None:
    """Send a notification to the open channels, as "Trigger Push Notifications" in the dashboard does.

    \b
    Examples:
      cronofy simulator push profile_disconnected
      cronofy simulator push change --field changes_since=2026-11-22T09:24:16Z
    """
    run = app_context(context)
    try:
        sent_to = control_of(run).push(type_, channel, dict(_key_value(text) for text in field or ()))
    except NotFound as error:
        hint = "cronofy channels list --data-center simulator"
        raise NotFound(f"there is no open channel '{channel}'", hint=hint) from error
    if run.output.format.is_json:
        from cronofy_cli.output.documents.simulator import PushedDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, PushedDocument(type_, tuple(sent_to)).encode())
        return
    for channel_id in sent_to:
        run.output.data(channel_id)
    if not sent_to:
        run.output.note("No channel is open, so nothing was sent. Open one: cronofy listen --data-center simulator")


@app.command("deliveries", cls=ListCommand)
def deliveries(context: typer.Context) -> None:
    """List every attempt to deliver a notification, and the callback URL's response.

    \b
    Example:
      cronofy simulator deliveries
    """
    run = app_context(context)
    attempts = [(raw, json.loads(raw)) for raw in control_of(run).attempts()]
    view: ListView[_Attempt] = ListView(
        columns=tuple(_attempt_column(name) for name in _ATTEMPT),
        document=lambda item: item[0],
        empty="Nothing was sent yet.",
    )
    show_list(run.output, attempts, view, streamed=True)


_Attempt = tuple[bytes, dict[str, object]]
_ATTEMPT = ("at", "type", "attempt", "status", "failure", "duration_ms", "channel_id")


def _attempt_column(name: str) -> Column[_Attempt]:
    return Column(name.upper(), lambda attempt: _shown(attempt[1].get(name)))


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value)


def _key_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise WrongUsage(f"--field does not take '{text}'", hint="write it as --field KEY=VALUE")
    return key, value
