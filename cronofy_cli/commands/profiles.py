"""`cronofy profiles`: the Google, Exchange and Apple accounts that are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.core.accounts.calendars import Profile

app = command_app("List the account's connected profiles.")


@app.command("list", cls=ApiListCommand)
def list_profiles(context: typer.Context) -> None:
    """List the connected profiles, and the URL to reconnect a disconnected one.

    \b
    Examples:
      cronofy profiles list
      cronofy profiles list --json | jq '.[] | select(.profile_connected | not)'
    """
    from cronofy_cli.adapters.api import endpoints

    run = app_context(context)
    show_list(run.output, endpoints.list_profiles(run.api), _view())


def _view() -> ListView[Profile]:
    return ListView(
        columns=(
            Column("PROFILE ID", lambda profile: profile.profile_id),
            Column("NAME", lambda profile: profile.profile_name),
            Column("PROVIDER", lambda profile: profile.provider_service or profile.provider_name),
            Column("STATE", lambda profile: "connected" if profile.profile_connected else "disconnected"),
            Column("RECONNECT AT", lambda profile: profile.profile_relink_url or "-"),
        ),
        document=lambda profile: profile.raw,
        empty="No profile is connected to this account.",
    )
