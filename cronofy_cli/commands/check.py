"""`cronofy check`: does an application keep the contract with Cronofy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.adapters.output_files import check_output, write_output
from cronofy_cli.cli.client_secrets import SecretFilesOption, find_secrets
from cronofy_cli.cli.options import SigningListCommand, app_context, command_app
from cronofy_cli.commands.posting import InsecureOption, confirm_posting
from cronofy_cli.core.counts import counted
from cronofy_cli.core.notifications.sample_bodies import CHANNEL_ID, Setting
from cronofy_cli.errors import ExitCode
from cronofy_cli.handler_check.case import DOCS_SITE, Workshop
from cronofy_cli.handler_check.catalogue import all_cases, choose
from cronofy_cli.handler_check.report import show_to_people
from cronofy_cli.handler_check.verdict import Result
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.handler_check.case import Case
    from cronofy_cli.outbound.poster import Poster
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.output.streams import Output

app = command_app("Check that an application handles what Cronofy really sends.")


@app.command("handler", cls=SigningListCommand)
def handler(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The handler: a port, PORT/PATH, or a URL.")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID|GROUP", help="Only this case or group, such as signatures; repeatable."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the results as JUnit XML, for CI systems.")
    ] = None,
    channel: Annotated[
        str, typer.Option(metavar="CHANNEL_ID", help="The channel id in the bodies, if the handler looks it up.")
    ] = CHANNEL_ID,
    client_secret_file: SecretFilesOption = None,
    insecure: InsecureOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before posting to another machine.")] = False,
) -> None:
    """Send a notification handler what Cronofy really sends. Exits with 1 if a required case fails.

    \b
    Examples:
      cronofy check handler 3000/cronofy/hook
      cronofy check handler 3000/hook --client-secret-file secret.txt --junit report.xml
      cronofy check handler https://localhost:3000/hook --insecure --only signatures --only bytes.utf8
    """
    from cronofy_cli.outbound.poster import Poster
    from cronofy_cli.outbound.settings import trial_settings
    from cronofy_cli.outbound.signing_keys import signing_keys

    run = app_context(context)
    if junit is not None:
        check_output(junit)
    found, started_at = parse_target(target), datetime.now(UTC)
    keys = signing_keys(find_secrets(run, client_secret_file or []))
    cases = choose(all_cases(Workshop(Setting(started_at, found.url, channel), keys)), only or [])
    number = sum(len(case.posts) for case in cases)
    confirm_posting(run.output, found, f"{counted(number, 'notification')} that may ask for deletion of data,", yes=yes)
    poster = Poster(found, trial_settings(insecure=insecure), lambda: datetime.now(UTC))
    results = _show(run.output, _results(poster, cases), found)
    if junit is not None:
        _write_junit(junit, results, found.url, started_at)
    if any(result.is_breach for result in results):
        raise typer.Exit(ExitCode.FAILED)


def _results(poster: Poster, cases: tuple[Case, ...]) -> Iterator[Result]:
    from cronofy_cli.handler_check.run import run_cases

    return run_cases(poster, cases)


def _show(output: Output, results: Iterator[Result], target: Target) -> list[Result]:
    """Write each result as soon as it is known, and return them all."""
    if output.format is OutputFormat.TABLE:
        return show_to_people(output, results, target)
    shown: list[Result] = []

    def kept() -> Iterator[Result]:
        for result in results:
            shown.append(result)
            yield result

    show_list(output, kept(), _view())
    return shown


def _result_document(result: Result) -> bytes:
    from cronofy_cli.handler_check.documents import ResultDocument

    return ResultDocument.of(result).encode()


def _view() -> ListView[Result]:
    return ListView(
        columns=(
            Column("STATE", lambda result: result.state),
            Column("IMPORTANCE", lambda result: result.case.importance),
            Column("CASE", lambda result: result.case.id),
            Column("SENT", lambda result: result.case.sent),
            Column("EXPECTED", lambda result: result.case.expectation.words),
            Column("FINDING", lambda result: result.finding),
            Column("WHY", lambda result: result.case.reason.why),
            Column("DOCS", lambda result: DOCS_SITE + result.case.reason.docs),
        ),
        document=_result_document,
        empty="nothing was checked",
    )


def _write_junit(path: Path, results: list[Result], url: str, started_at: datetime) -> None:
    from cronofy_cli.handler_check.junit import junit_xml

    write_output(path, (junit_xml(results, url, started_at),))
