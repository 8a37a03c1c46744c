"""`cronofy deliveries browse`: look through the history at a terminal."""

from __future__ import annotations

from contextlib import closing

import typer

from cronofy_cli.cli.options import ScreenCommand, app_context, command_app
from cronofy_cli.errors import WrongUsage

app = command_app()


@app.command("browse", cls=ScreenCommand)
def browse(context: typer.Context) -> None:
    """Look through deliveries in the terminal: details, search, replay, copy.

    New deliveries appear as they arrive. ? shows the keys; q leaves.

    \b
    Example:
      cronofy deliveries browse

    \b
    Example:
      cronofy deliveries browse
    """
    from cronofy_cli.adapters.tty import Tty, can_take_keys, drawing_on
    from cronofy_cli.commands.deliveries.browsing import HistorySource
    from cronofy_cli.output.terminal.browser import BrowserScreen

    run = app_context(context)
    if not can_take_keys(run.stdin, (run.stdout, run.stderr), run.environment):
        raise WrongUsage(
            "deliveries browse needs a terminal of at least 60 columns and 8 rows",
            hint="cronofy deliveries list, or cronofy deliveries show ID",
        )

    with closing(Tty(run.stdin, run.stdout)) as tty:
        BrowserScreen(tty, drawing_on(run.stdout), HistorySource(run), color=run.output.color_stdout).run(lambda: False)
