"""`cronofy tunnel`: what this machine has for a public address, the ngrok agent, and its authtoken.

Opening a tunnel is the work of `listen`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

if TYPE_CHECKING:
    from cronofy_cli.adapters.tunnels.interface import ProviderStatus
    from cronofy_cli.adapters.tunnels.ngrok.install import Download
    from cronofy_cli.cli.context import AppContext

app = command_app("Show and set up the tunnels that give 'listen' a public address.")


@app.command("status", cls=ListCommand)
def status(context: typer.Context) -> None:
    """Show which tunnels this machine can open, and how to set up the others. Starts nothing.

    \b
    Examples:
      cronofy tunnel status
      cronofy tunnel status --json | jq '.[] | select(.usable)'
    """
    from cronofy_cli.adapters.paths import data_folder
    from cronofy_cli.adapters.tunnels.choose import provider_statuses
    from cronofy_cli.adapters.tunnels.interface import TunnelOptions
    from cronofy_cli.adapters.tunnels.ngrok.token import read_token

    run = app_context(context)
    kept_token = partial(read_token, run.environment)
    options = TunnelOptions(run.environment, data_folder(run.environment), ngrok_token=kept_token)
    show_list(run.output, provider_statuses(options).values(), _view())


@app.command("install", cls=DataCommand)
def install(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Download the archive from this URL instead of from ngrok.")
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="Install only if the archive has this SHA-256 checksum."),
    ] = None,
) -> None:
    """Download the ngrok agent from ngrok for this user, after a question that shows the checksum.

    \b
    Examples:
      cronofy tunnel install
      cronofy tunnel install --yes --json | jq -r .sha256
    """
    from msgspec.structs import asdict

    from cronofy_cli.adapters.paths import data_folder
    from cronofy_cli.adapters.tunnels.ngrok.install import install_agent
    from cronofy_cli.output.documents.tunnels import AgentDocument

    run = app_context(context)
    installed = install_agent(
        data_folder(run.environment),
        run.environment,
        partial(_agrees, run, yes),
        url=url,
        expected_sha256=sha256,
    )
    document = AgentDocument(
        path=str(installed.agent.path),
        version=installed.agent.version_text,
        sha256=installed.sha256,
        size_bytes=installed.size,
    )
    show_record(
        run.output,
        [(name.replace("_", " "), str(value)) for name, value in asdict(document).items()],
        document.encode(),
    )


@app.command("token", cls=DataCommand)
def token(
    context: typer.Context,
    token_file: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="The authtoken, from a file or stdin; by default it is asked for."),
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Remove the stored authtoken.")] = False,
) -> None:
    """Store ngrok's authtoken in a private file. It takes precedence over NGROK_AUTHTOKEN and ngrok's own file.

    It is at https://dashboard.ngrok.com/get-started/your-authtoken.

    \b
    Examples:
      cronofy tunnel token
      cronofy tunnel token --token-file authtoken.txt
      cronofy tunnel token --forget
    """
    from cronofy_cli.adapters.tunnels.ngrok import token as kept
    from cronofy_cli.output.documents.tunnels import TunnelTokenDocument

    run = app_context(context)
    path = str(kept.token_file(run.environment))
    if forget:
        _forget(run, token_file)
    else:
        kept.keep_token(_checked(_given(run, token_file)), run.environment)
    show_record(
        run.output,
        [("removed" if forget else "kept in", path)],
        TunnelTokenDocument(path, kept=not forget).encode(),
    )


def _forget(run: AppContext, token_file: str | None) -> None:
    from cronofy_cli.adapters.tunnels.ngrok.token import forget_token

    if token_file is not None:
        raise WrongUsage("--token-file and --forget cannot be combined", hint="leave out --token-file or --forget")
    if not forget_token(run.environment):
        raise NotFound("no authtoken is stored", hint="cronofy tunnel status")


def _given(run: AppContext, source: str | None) -> str:
    from cronofy_cli.cli.client_secrets import read_bytes
    from cronofy_cli.commands.auth.prompts import ask
    from cronofy_cli.core.text import as_utf8

    if source is None:
        return ask(run, "The ngrok authtoken", option="--token-file FILE", hidden=True)
    return as_utf8(read_bytes(run, source)).decode("utf-8", "replace").strip()


def _checked(value: str) -> str:
    """Refuse what cannot be a token, without showing it: it may be one with something around it."""
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise WrongUsage(
            "that is not an ngrok authtoken",
            hint="use only the authtoken, from https://dashboard.ngrok.com/get-started/your-authtoken",
        )
    return value


def _agrees(run: AppContext, yes: bool, download: Download) -> bool:
    if yes:
        run.output.note(f"downloading {download.url}")
        return True
    return run.output.confirm(f"Download {download.url} to {download.target}?", flag="--yes")


def _view() -> ListView[ProviderStatus]:
    return ListView(
        columns=(
            Column("TUNNEL", lambda status: status.name),
            Column("USABLE", lambda status: "yes" if status.is_usable else "no"),
            Column("FOUND", lambda status: status.detail, 100),
            Column("HINT", lambda status: status.hint or "", 100),
        ),
        document=_document,
        empty="No tunnel is known.",
    )


def _document(status: ProviderStatus) -> bytes:
    from cronofy_cli.output.documents.tunnels import TunnelStatusDocument

    return TunnelStatusDocument(status.name, status.is_usable, status.detail, status.hint).encode()
