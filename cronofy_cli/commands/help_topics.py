"""`cronofy help`: what scripts can rely on."""

from __future__ import annotations

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import ListCommand, app_context, command_app
from cronofy_cli.errors import ExitCode
from cronofy_cli.output.lists import Column, ListView, show_list

app = command_app("Explain exit codes and environment variables.")


@app.command("exit-codes", cls=ListCommand)
def exit_codes(context: typer.Context) -> None:
    """List the exit codes.

    \b
    Example:
      cronofy help exit-codes
    """
    view: ListView[ExitCode] = ListView(
        columns=(Column("CODE", lambda code: str(code.value)), Column("MEANING", lambda code: code.meaning, 80)),
        document=lambda code: _json({"code": code.value, "name": code.name.lower(), "meaning": code.meaning}),
        empty="",
    )
    show_list(app_context(context).output, ExitCode, view, streamed=True)


@app.command("environment", cls=ListCommand)
def environment(context: typer.Context) -> None:
    """List the environment variables that are read.

    \b
    Example:
      cronofy help environment --json
    """
    view: ListView[Variable] = ListView(
        columns=(Column("VARIABLE", str), Column("MEANING", lambda variable: variable.meaning, 100)),
        document=lambda variable: _json({"variable": variable, "meaning": variable.meaning}),
        empty="",
    )
    show_list(app_context(context).output, Variable, view, streamed=True)


def _json(document: dict[str, object]) -> bytes:
    import json

    return json.dumps(document).encode()
