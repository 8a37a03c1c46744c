"""`cronofy deliveries show` and `diff`: one delivery in full, and what is different about another one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import find_delivery
from cronofy_cli.core.text import clean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.deliveries import difference_list, full_text, show_forwards, timing_text
from cronofy_cli.output.lists import show_list
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery, Imported
    from cronofy_cli.output.documents.attempts import ForwardAndHint
    from cronofy_cli.output.streams import Output

app = command_app()

DeliveryArgument = Annotated[
    str, typer.Argument(metavar="ID|last|@TAG", help="The delivery: its number from 'deliveries list', last, or a tag.")
]


@app.command("show", cls=DataCommand)
def show(
    context: typer.Context,
    delivery: DeliveryArgument,
    raw: Annotated[bool, typer.Option("--raw", help="Print only the body, exactly as received.")] = False,
    headers: Annotated[bool, typer.Option("--headers", help="Print only the headers, exactly as received.")] = False,
    forwards: Annotated[
        bool, typer.Option("--forwards", help="Print each attempt to forward it, with the response.")
    ] = False,
    curl: Annotated[bool, typer.Option("--curl", help="Print a curl command that sends it again.")] = False,
) -> None:
    """Show one delivery: request, signature check, our response, forwards, and the events that changed.

    \b
    Examples:
      cronofy deliveries show last
      cronofy deliveries show 129 --json
      cronofy deliveries show 129 --raw | sha256sum
      cronofy deliveries show @odd --curl | sh
    """
    run = app_context(context)
    run.page_output()
    if [raw, headers, forwards, curl].count(True) > 1:
        raise WrongUsage("--raw, --headers, --forwards and --curl cannot be combined", hint="use one of them")
    found = find_delivery(run.history, delivery)
    assert found.id is not None
    attempts = run.history.forwards.of(found.id)
    if raw:
        run.output.outside(found.request.body)
    elif headers:
        run.output.outside(b"".join(b"%s: %s\n" % line for line in found.request.headers))
    elif curl:
        from cronofy_cli.output.exports.curl import curl_command

        results = run.history.forwards.results([found.id]).get(found.id, ())
        run.output.outside(curl_command(found, results[-1].target if results else None) + b"\n")
    elif forwards and attempts and run.output.format is OutputFormat.TABLE:
        _show_answers(run, attempts)
    elif forwards:
        show_forwards(run.output, _hinted(found, attempts))
    else:
        _show_all(run, found, attempts)


@app.command("diff", cls=ListCommand)
def diff(
    context: typer.Context,
    before: DeliveryArgument,
    after: DeliveryArgument,
) -> None:
    """Compare two deliveries: results, headers, fields of the body or its bytes, and events by their event_uid.

    \b
    Examples:
      cronofy deliveries diff 128 129
      cronofy deliveries diff @good last --json
    """
    from cronofy_cli.core.event_differences import compare_events
    from cronofy_cli.core.notifications.delivery_diff import compare_deliveries

    run = app_context(context)
    run.page_output()
    both = [find_delivery(run.history, each) for each in (before, after)]
    events = [run.history.events_of(each.id) for each in both if each.id is not None]
    show_list(run.output, (*compare_deliveries(*both), *compare_events(*events)), difference_list())


def _show_answers(run: AppContext, attempts: list[Forward]) -> None:
    from cronofy_cli.listen.lines import forward_in_full

    run.output.data("\n\n".join(forward_in_full(attempt, color=run.output.color_stdout) for attempt in attempts))


def _hinted(found: Delivery, attempts: list[Forward]) -> list[ForwardAndHint]:
    from cronofy_cli.outbound.advice import forward_advice

    return [(forward, forward_advice(forward, found.verdict.state)) for forward in attempts]


def _show_all(run: AppContext, found: Delivery, attempts: list[Forward]) -> None:
    if run.output.format.is_json:
        _show_document(run, found, attempts)
    else:
        show_in_full(run.output, run.history, run.environment, found)


def show_in_full(output: Output, history: History, environment: Mapping[str, str], found: Delivery) -> None:
    """Write all that is known of a delivery, for people."""
    assert found.id is not None
    output.data(full_text(found, color=output.color_stdout, dated=True).rstrip("\n"))
    if found.imported is not None:
        output.data(f"\n    {_imported(found.imported)}")
    if history.is_reconstructed(found.id):
        output.data("\n    this was not received, but made up from what is known of a gap")
    if timing := timing_text(found, history.times_of(found.id)):
        output.data(f"\n    {timing}")
    if tags := history.tags.of(found.id):
        output.data(f"\n    tags  {' '.join(f'@{tag}' for tag in tags)}")
    if attempts := history.forwards.of(found.id):
        output.data("\n    forwards\n")
        show_forwards(output, _hinted(found, attempts))
    for target in history.forwards.owed(found.id):
        by_hand = f"cronofy deliveries replay {found.id} --to {shlex.quote(target)}"
        output.data(f"\n    still to be sent to {clean(target)}: {by_hand}")
    if (events := history.events_of(found.id)) is not None:
        _show_events(output, environment, events)


def _imported(imported: Imported) -> str:
    from cronofy_cli.core.times import to_utc_millis

    return (
        f"imported from a file at {to_utc_millis(imported.at)}, not received here; the file says of its signature: "
        f"{imported.claimed.value}"
    )


def _show_events(output: Output, environment: Mapping[str, str], payload: bytes) -> None:
    from datetime import datetime

    from cronofy_cli.adapters.machine_zone import machine_tzid
    from cronofy_cli.core.zones import find_zone
    from cronofy_cli.output.events.event_changes import show_events_read

    # The account's own zone would have to be asked for, and what is stored is shown without the network.
    zone = find_zone(machine_tzid(environment) or "Etc/UTC")
    show_events_read(output, payload, zone, datetime.now(zone).date())


def _show_document(run: AppContext, found: Delivery, attempts: list[Forward]) -> None:
    from cronofy_cli.output.documents.deliveries import ShownDelivery
    from cronofy_cli.output.json_text import show_document

    history, number = run.history, found.id or 0
    document = ShownDelivery.with_all(
        found,
        tags=history.tags.of(number),
        is_reconstructed=history.is_reconstructed(number),
        results=history.forwards.results([number]).get(number, ()),
        forwards=_hinted(found, attempts),
        events=history.events_of(number),
        times=history.times_of(number),
    )
    show_document(run.output, document.encode())
