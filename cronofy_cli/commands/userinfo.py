"""`cronofy userinfo`: whose account the access token is for."""

from __future__ import annotations

import typer

from cronofy_cli.cli.options import ApiCommand, app_context, command_app
from cronofy_cli.output.lists import show_record

app = command_app()


@app.command(cls=ApiCommand)
def show_userinfo(context: typer.Context) -> None:
    """Show whose account it is, what the token allows, and which profiles are connected.

    \b
    Examples:
      cronofy userinfo
      cronofy userinfo --json | jq -r .sub
    """
    from cronofy_cli.adapters.api import endpoints

    run = app_context(context)
    info = endpoints.userinfo(run.api)
    fields = [
        ("sub", info.sub),
        ("name", info.name or "-"),
        ("email", info.email or "-"),
        ("time zone", info.zoneinfo or "-"),
        ("type", info.type or "-"),
        ("scope", info.scope or "-"),
        ("data center", run.data_center.name),
    ]
    for profile in info.profiles:
        state = "connected" if profile.profile_connected else f"disconnected; reconnect: {profile.profile_relink_url}"
        fields.append(("profile", f"{profile.profile_name} ({profile.provider_name}), {state}"))
    show_record(run.output, fields, info.raw)
