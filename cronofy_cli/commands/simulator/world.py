"""`cronofy simulator world` and `reset`: the whole world of the running simulator, or of a real account."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, ControlTextCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.counts import counted
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext

app = command_app("Use the whole world.")
world_app = command_app("Write the simulator's world to a file.")
app.add_typer(world_app, name="world")


@world_app.command("export", cls=ControlTextCommand)
def export(
    context: typer.Context,
    signed_in: Annotated[
        bool,
        typer.Option(
            "--signed-in", help="Export the account that is signed in, with names, addresses, texts and ids replaced."
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if there is one.")] = False,
) -> None:
    """Print the running simulator's world as a file for `simulator run --world`.

    Times are written relative to today, so that the world stays fresh.

    \b
    Examples:
      cronofy simulator world export -o team.toml
      cronofy simulator world export --signed-in --data-center uk -o team.toml
    """
    from cronofy_cli.adapters.output_files import write_output

    run = app_context(context)
    if output is not None and output.is_file() and not force:
        raise WrongUsage(f"'{output}' exists", hint="add --force to replace it, or name another file")
    text = _redacted_account(run) if signed_in else control_of(run).world()
    if output is None:
        run.output.data_bytes(text)
        return
    write_output(output, (text,))
    run.output.note(f"Wrote {output}. Use it: cronofy simulator run --world {output}")


def _redacted_account(run: AppContext) -> bytes:
    """Return the world file of the signed-in account: everything in the sync window."""
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.simulator.world.export import world_text
    from cronofy_cli.simulator.world.redaction import redacted_world

    userinfo, profiles = endpoints.userinfo(run.api), endpoints.list_profiles(run.api)
    query = EventsQuery(tzid="Etc/UTC", include_managed=True, localized_times=True)
    with closing(endpoints.read_events(run.api, query)) as pages:
        events = [bytes(event) for page in pages for event in page.events]
    world = redacted_world(userinfo, profiles, endpoints.list_calendars(run.api), events)
    run.output.note(
        f"Read {counted(len(events), 'event')} of {userinfo.email or userinfo.sub}. Names, addresses, titles, texts, "
        "places and ids are replaced; times, zones and states are as they were."
    )
    return world_text(world, datetime.now(UTC)).encode()


@app.command("reset", cls=ControlCommand)
def reset(context: typer.Context) -> None:
    """Go back to the world as it was loaded: events, channels, tokens, faults, logs and clock.

    \b
    Example:
      cronofy simulator reset
    """
    run = app_context(context)
    document = control_of(run).reset()
    show_record(run.output, [("reset", run.simulator.url)], document)
