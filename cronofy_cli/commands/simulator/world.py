"""`cronofy simulator world` and `reset`: the whole world of the running simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cronofy_cli.cli.options import LocalCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.output.lists import show_record

app = command_app("Write the simulator's world to a file.")


@app.command("export", cls=LocalCommand)
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to stdout.")
    ] = None,
) -> None:
    """Print the running simulator's world as a file for `simulator run --world`.

    Times are written relative to today, so that the world stays fresh.

    \b
    Example:
      cronofy simulator world export -o team.toml
    """
    from cronofy_cli.adapters.output_files import write_output

    run = app_context(context)
    text = control_of(run).world()
    if output is None:
        run.output.data_bytes(text)
        return
    write_output(output, (text,))
    run.output.note(f"Wrote {output}. Use it: cronofy simulator run --world {output}")


def reset(context: typer.Context) -> None:
    """Go back to the world as it was loaded: events, channels, tokens, faults, logs and clock.

    \b
    Example:
      cronofy simulator reset
    """
    run = app_context(context)
    document = control_of(run).reset()
    show_record(run.output, [("reset", run.simulator.url)], document)
