"""`cronofy inspect`: the history in the browser."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, ParamSpec, TypeVar

import typer

from cronofy_cli.cli.client_secrets import SecretFilesOption, given_secrets, kept_secrets
from cronofy_cli.cli.options import SigningCommand, app_context, command_app
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.inspector.around import Around

_P = ParamSpec("_P")
_R = TypeVar("_R")

app = command_app()

_LESS_URGENT: Final = 5
"""How much more willingly than `listen` it waits for the processor (nice)."""


@app.command(cls=SigningCommand)
def inspect(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The local port; 0 picks a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    client_secret_file: SecretFilesOption = None,
    attached: Annotated[bool, typer.Option("--attached", hidden=True)] = False,
) -> None:
    """Show deliveries in the browser, as they arrive: what changed, signatures, responses, timing; replay and compare.

    Reads what 'listen' has recorded and records now. The page is served on this machine alone, to whoever has the
    address that is printed: it holds a token that is new in each run. Ctrl-C ends it.

    \b
    Examples:
      cronofy inspect
      cronofy inspect --no-browser --port 7081
      cronofy inspect --no-browser --json | jq -r .url
    """
    from cronofy_cli.inspector.run import InspectorRun
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.output.documents.running import InspectorDocument
    from cronofy_cli.output.lists import show_sentence

    run = app_context(context)
    with StopRequest() as stop:
        try:
            around = _around(run, client_secret_file or [])
            source = run.stdin.buffer if attached else None
            with InspectorRun(around, stop.fail, port=port, source=source) as inspector:
                if attached:
                    _give_way()
                    inspector.follow_source(stop.ask)
                show_sentence(run.output, inspector.url, InspectorDocument(inspector.url, os.getpid()))
                if not (no_browser or attached):
                    _open(run, inspector.url)
                code = stop.wait(None)
        except KeyboardInterrupt:
            code = stop.exit_code
    raise typer.Exit(code)


def _open(run: AppContext, url: str) -> None:
    from cronofy_cli.adapters.oauth.browser import open_browser

    open_browser(url, lambda: run.output.note("no browser could be started: open the address above"))


def _give_way() -> None:
    """Let the listener that started this one have the processor first."""
    if sys.platform != "win32":  # which has no such thing
        with suppress(OSError):
            os.nice(_LESS_URGENT)


def _around(run: AppContext, secret_files: Sequence[str]) -> Around:
    from cronofy_cli.adapters.machine_zone import machine_tzid
    from cronofy_cli.core.zones import find_zone
    from cronofy_cli.inspector.around import Around

    tzid = machine_tzid(run.environment) or "Etc/UTC"
    # Read before anything is served: a file that is not there is said at once, and stdin is read once.
    given = given_secrets(run, secret_files)
    one_at_a_time = threading.Lock()
    return Around(
        history=run.history_place,
        environment=run.environment,
        data_center=_data_center(run),
        account=run.settings.context_name or "",
        tzid=tzid,
        now=partial(datetime.now, find_zone(tzid)),
        client_secrets=_locked(one_at_a_time, lambda: given or kept_secrets(run)),
        other_secrets=_locked(one_at_a_time, partial(_other_secrets, run, were_given=bool(secret_files))),
        why=_locked(one_at_a_time, partial(_why, run)),
    )


def _data_center(run: AppContext) -> str:
    """Return its name; a simulator that is asked for need not run."""
    try:
        return run.data_center.name
    except CronofyError:
        return run.data_center_choice


def _locked(lock: threading.Lock, function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that runs once at a time: what a command is given is made for one thread."""

    def call(*arguments: _P.args, **options: _P.kwargs) -> _R:
        with lock:
            return function(*arguments, **options)

    return call


def _other_secrets(run: AppContext, known: Sequence[ClientSecret], *, were_given: bool) -> ForeignSecrets:
    from cronofy_cli.cli.other_secrets import other_secrets

    return other_secrets(run, known, were_given=were_given)


def _why(run: AppContext, channel_id: str) -> bytes:
    from cronofy_cli.cli.evidence_sources import sources_of
    from cronofy_cli.why.collect import collect
    from cronofy_cli.why.documents import ConclusionDocument
    from cronofy_cli.why.evidence import Question
    from cronofy_cli.why.rank import conclude

    conclusion = conclude(collect(Question(channel_id, None, None), sources_of(run, probes=False)))
    return ConclusionDocument.of(conclusion).encode()
