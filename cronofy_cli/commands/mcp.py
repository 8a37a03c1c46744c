"""`cronofy mcp`: the MCP server for coding agents."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from cronofy_cli.agent.catalogue import READING, TOOLS
from cronofy_cli.cli.options import SigningCommand, app_context, command_app
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage

app = command_app()


class McpCommand(SigningCommand):
    """Speaks a protocol of its own: of the shared options those that say whose account it is."""

    shared = ("context", "data_center", "no_input", "no_pager", "color")


@app.command(cls=McpCommand)
def mcp(
    context: typer.Context,
    tools: Annotated[
        str | None,
        typer.Option(metavar="read|NAMES", help="Only the reading tools, or those of a comma-separated list."),
    ] = None,
) -> None:
    """Serve coding agents over stdio by the Model Context Protocol, until stdin ends. See 'cronofy help agents'.

    It needs the extra: pip install 'cronofy-cli[mcp]'. No tool returns a secret, closes a channel that it did not open,
    writes to a real calendar, or sends to another machine.

    \b
    Examples:
      cronofy mcp --data-center simulator
      cronofy mcp --context acme-dev --tools read
    """
    chosen = _chosen(tools)
    if find_spec("mcp") is None:
        raise WrongUsage("the MCP server needs a package that is not installed", hint="pip install 'cronofy-cli[mcp]'")
    from cronofy_cli.agent.server import serve

    serve(list(app_context(context).chosen_options), chosen)


def _chosen(tools: str | None) -> frozenset[str]:
    if tools is None:
        return frozenset(TOOLS)
    if tools == "read":
        return READING
    names = [name.strip() for name in tools.split(",") if name.strip()]
    for name in names:
        if name not in TOOLS:
            raise WrongUsage(
                f"there is no tool '{name}'{did_you_mean(name, list(TOOLS))}",
                hint=f"use read, or of: {', '.join(TOOLS)}",
            )
    if not names:
        raise WrongUsage("--tools names no tool", hint="use read, or a list such as why,status")
    return frozenset(names)
