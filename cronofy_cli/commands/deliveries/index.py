"""`cronofy deliveries index`: have searches of older deliveries be quick at once."""

from __future__ import annotations

from contextlib import closing

import typer

from cronofy_cli.cli.options import DataCommand, app_context, command_app
from cronofy_cli.core.counts import counted
from cronofy_cli.output.lists import show_sentence

app = command_app()


@app.command("index", cls=DataCommand)
def index(context: typer.Context) -> None:
    """Index deliveries for --search now. 'listen' and 'inspect' do it by themselves, a little at a time.

    A search finds the same without it, and takes longer. It can be interrupted and goes on where it was.

    \b
    Examples:
      cronofy deliveries index
      cronofy deliveries list --search "Sales call"
    """
    from cronofy_cli.output.documents.deliveries import IndexedDocument

    run = app_context(context)
    history = run.open_history()
    before = history.search.unindexed()
    with closing(history.indexer()) as indexer, run.progress("rows indexed") as progress:
        done = 0
        while rows := indexer.fill():
            done += rows
            progress.note(None, None, done)
    left = history.search.unindexed()
    newest = f"; the newest {left} are searched without it" if left else ""
    indexed = counted(before - left, "delivery", "deliveries")
    show_sentence(run.output, f"{indexed} indexed{newest}", IndexedDocument(before - left, left))
