"""`cronofy simulator push` and `deliveries`: send a notification, and see what every attempt came to."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, ControlListCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

app = command_app("Send notifications.")


@app.command("push", cls=ControlCommand)
def push(
    context: typer.Context,
    type_: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="The notification type, such as profile_disconnected.", callback=check_type
        ),
    ],
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL_ID", help="Only to this channel; by default to all open ones.")
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Add a field to the notification; repeatable.")
    ] = None,
) -> None:
    """Send a notification to the open channels, as "Trigger Push Notifications" in the dashboard does.

    \b
    Examples:
      cronofy simulator push profile_disconnected
      cronofy simulator push change --field changes_since=2026-11-22T09:24:16Z
    """
    run = app_context(context)
    fields = dict(_key_value(text) for text in field or ())
    try:
        sent_to = control_of(run).push(type_, channel, fields)
    except NotFound as error:
        hint = "cronofy channels list --data-center simulator"
        raise NotFound(f"there is no open channel '{channel}'", hint=hint) from error
    if run.output.format.is_json:
        from cronofy_cli.output.documents.simulator import PushedDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, PushedDocument(type_, tuple(sent_to)).encode())
        return
    for channel_id in sent_to:
        run.output.data(channel_id)
    if not sent_to:
        run.output.note("No channel is open, so nothing was sent. Open one: cronofy listen --data-center simulator")


@app.command("deliveries", cls=ControlListCommand)
def deliveries(context: typer.Context) -> None:
    """List every attempt to deliver a notification, and the callback URL's response.

    \b
    Example:
      cronofy simulator deliveries
    """
    run = app_context(context)
    attempts = [(raw, json.loads(raw)) for raw in control_of(run).attempts()]
    view: ListView[_Attempt] = ListView(
        columns=tuple(_attempt_column(name) for name in _ATTEMPT),
        document=lambda item: item[0],
        empty="Nothing was sent yet.",
    )
    show_list(run.output, attempts, view, streamed=True)


_Attempt = tuple[bytes, dict[str, object]]
_ATTEMPT = ("at", "type", "attempt", "status", "failure", "duration_ms", "channel_id")


def _attempt_column(name: str) -> Column[_Attempt]:
    return Column(name.upper(), lambda attempt: _shown(attempt[1].get(name)))


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value)


def _key_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise WrongUsage(f"--field does not take '{text}'", hint="write it as --field KEY=VALUE")
    return key, value
