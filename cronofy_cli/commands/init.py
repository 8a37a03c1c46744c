"""`cronofy init`: write a notification handler that is right from the start."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, app_context, command_app
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.scaffolds import Scaffold
    from cronofy_cli.cli.context import AppContext

app = command_app()


@app.command(cls=DataCommand)
def init(
    context: typer.Context,
    framework: Annotated[str, typer.Argument(metavar="FRAMEWORK", help="fastapi, flask, django, express or rails.")],
    directory: Annotated[
        str | None, typer.Argument(metavar="[DIR]", help="The folder; by default cronofy-handler.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files; write nothing.")] = False,
) -> None:
    """Write a handler for push notifications, with its own test and a CI job. Never overwrites a file.

    The handler checks the raw body against every digest of the header, keeps on disk what has to be read before it
    answers, takes types that it does not know, reads changed events with an overlap, and drops repeats.

    \b
    Examples:
      cronofy init fastapi
      cronofy init express hooks
      cronofy init django --dry-run
    """
    from cronofy_cli.adapters.scaffolds import check_scaffold, write_scaffold

    run = app_context(context)
    scaffold = _scaffold(framework)
    folder = _folder(directory)
    contents = scaffold.contents(folder)
    (check_scaffold if dry_run else write_scaffold)(folder, contents)
    _show(run, framework, folder, scaffold, contents, is_dry_run=dry_run)


def _folder(directory: str | None) -> Path:
    if directory is not None and not directory.strip():
        raise WrongUsage("the folder is empty", hint="name one, or leave it out: cronofy-handler")
    return Path(directory or "cronofy-handler")


def _scaffold(framework: str) -> Scaffold:
    from cronofy_cli.adapters.scaffolds import SCAFFOLDS
    from cronofy_cli.core.suggestion import did_you_mean

    found = SCAFFOLDS.get(framework.lower())
    if found is None:
        raise WrongUsage(
            f"there is no handler for '{framework}'{did_you_mean(framework, SCAFFOLDS)}",
            hint=f"use one of {', '.join(SCAFFOLDS)}",
        )
    return found


def _show(
    run: AppContext,
    framework: str,
    folder: Path,
    scaffold: Scaffold,
    contents: dict[str, bytes],
    *,
    is_dry_run: bool,
) -> None:
    commands = [
        f"cd {shlex.quote(str(folder))}",
        scaffold.install,
        f"cronofy simulator exec -- {scaffold.test}",
        scaffold.start,
        "cronofy check handler 3000/cronofy/hook",
    ]
    if run.output.format.is_json:
        from cronofy_cli.output.documents.running import HandlerWrittenDocument
        from cronofy_cli.output.json_text import show_document

        document = HandlerWrittenDocument(
            framework=framework.lower(), folder=str(folder), files=list(contents), dry_run=is_dry_run, commands=commands
        )
        show_document(run.output, document.encode())
        return
    for name, content in contents.items():
        run.output.data(f"{folder / name}")
        if is_dry_run:
            run.output.data("\n".join(f"    {line}".rstrip() for line in content.decode().splitlines()))
    run.output.note(
        f"\n {'nothing was written; to write it, leave out --dry-run' if is_dry_run else 'Next, in this folder:'}"
    )
    if not is_dry_run:
        run.output.note(f"   {' && '.join(commands[:3])}      its test, against a simulated Cronofy")
        run.output.note(f"   {commands[3]}      with CRONOFY_CLIENT_SECRET and CRONOFY_ACCESS_TOKEN set")
        run.output.note(f"   {commands[4]}      every case that Cronofy really sends")
