"""`cronofy events cache`: the last seen states of events, by which changes are reported field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.adapters.event_cache import CacheStatus

app = command_app("Manage the cached events that changes are compared with.")


@app.command("status", cls=ListCommand)
def status(context: typer.Context) -> None:
    """List the accounts whose events are cached: how many, how much disk they use, and when they were last read.

    \b
    Examples:
      cronofy events cache status
      cronofy events cache status --json
    """
    from cronofy_cli.adapters.event_cache import list_event_caches

    run = app_context(context)
    show_list(run.output, list_event_caches(run.environment), _cache_list())


@app.command("clear", cls=DataCommand)
def clear(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove the cached events of all accounts. Every event is then "first seen" again.

    \b
    Examples:
      cronofy events cache clear
      cronofy events cache clear --yes
    """
    from cronofy_cli.adapters.event_cache import clear_event_caches
    from cronofy_cli.output.documents.events import EventCacheClearedDocument
    from cronofy_cli.output.lists import show_sentence

    run = app_context(context)
    if not yes and not run.output.confirm("Remove all last seen states of events?", flag="--yes"):
        raise WrongUsage("nothing was removed", hint="answer y, or add --yes")
    removed = clear_event_caches(run.environment)
    show_sentence(run.output, f"{removed} removed", EventCacheClearedDocument(removed))


def _cache_list() -> ListView[CacheStatus]:
    return ListView(
        columns=(
            Column("DATA CENTER", lambda cache: cache.data_center),
            Column("ACCOUNT", lambda cache: cache.sub),
            Column("EVENTS", lambda cache: str(cache.events)),
            Column("DELETED", lambda cache: str(cache.deleted)),
            Column("KB", lambda cache: str(cache.size_bytes // 1000)),
            Column("LAST READ", _last_read),
        ),
        pipe_columns=(
            Column("DATA CENTER", lambda cache: cache.data_center),
            Column("ACCOUNT", lambda cache: cache.sub),
            Column("EVENTS", lambda cache: str(cache.events)),
            Column("DELETED", lambda cache: str(cache.deleted)),
            Column("BYTES", lambda cache: str(cache.size_bytes)),
            Column("LAST READ", _last_read),
            Column("PATH", lambda cache: str(cache.path)),
        ),
        document=_document,
        empty="No events are known yet: 'cronofy listen' reads and keeps those that change.",
    )


def _last_read(cache: CacheStatus) -> str:
    return cache.last_read.isoformat() if cache.last_read else "-"


def _document(cache: CacheStatus) -> bytes:
    from cronofy_cli.output.documents.events import EventCacheDocument

    document = EventCacheDocument(
        data_center=cache.data_center,
        sub=cache.sub,
        events=cache.events,
        deleted_events=cache.deleted,
        size_bytes=cache.size_bytes,
        last_read=cache.last_read.isoformat() if cache.last_read else None,
        path=str(cache.path),
    )
    return document.encode()
