"""`cronofy calendars`: the account's calendars; their ids go into the filters of channels and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.core.accounts.calendars import Calendar

app = command_app("List the account's calendars.")


@app.command("list", cls=ApiListCommand)
def list_calendars(context: typer.Context) -> None:
    """List the calendars of all connected profiles, including deleted ones.

    \b
    Examples:
      cronofy calendars list
      cronofy calendars list --json | jq -r '.[] | select(.calendar_primary) | .calendar_id'
    """
    from cronofy_cli.cli import known_names

    run = app_context(context)
    show_list(run.output, known_names.list_calendars(run), _view())


def _view() -> ListView[Calendar]:
    return ListView(
        columns=(
            Column("CALENDAR ID", lambda calendar: calendar.calendar_id),
            Column("NAME", lambda calendar: calendar.calendar_name),
            Column("STATE", _state),
            Column("PROFILE", lambda calendar: calendar.profile_name, leave_out=1),
            Column("PROVIDER", lambda calendar: calendar.provider_name, leave_out=2),
        ),
        document=lambda calendar: calendar.raw,
        empty="This account has no calendars. See what is connected: cronofy profiles list",
    )


def _state(calendar: Calendar) -> str:
    words = (
        ("primary", calendar.calendar_primary),
        ("read-only", calendar.calendar_readonly),
        ("deleted", calendar.calendar_deleted),
    )
    return ", ".join(word for word, applies in words if applies) or "-"
