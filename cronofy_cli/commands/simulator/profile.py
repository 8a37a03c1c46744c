"""`cronofy simulator profile`: what happens to the connected accounts behind the simulator's calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ControlCommand, app_context, command_app
from cronofy_cli.commands.simulator.access import control_of
from cronofy_cli.errors import NotFound
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext

app = command_app("Disconnect, reconnect and sync the simulator's profiles: open channels are notified.")

ProfileArgument = Annotated[
    str, typer.Argument(metavar="PROFILE", help="The profile's profile_id, name or provider: google or apple.")
]


@app.command("disconnect", cls=ControlCommand)
def disconnect(context: typer.Context, profile: ProfileArgument) -> None:
    """Disconnect a profile. Changes in its calendars are not notified until it is reconnected.

    \b
    Example:
      cronofy simulator profile disconnect google
    """
    _act(app_context(context), profile, "disconnect")


@app.command("reconnect", cls=ControlCommand)
def reconnect(context: typer.Context, profile: ProfileArgument) -> None:
    """Reconnect a profile, as its owner does at the profile_relink_url.

    \b
    Example:
      cronofy simulator profile reconnect google
    """
    _act(app_context(context), profile, "reconnect")


@app.command("start-sync", cls=ControlCommand)
def start_sync(context: typer.Context, profile: ProfileArgument) -> None:
    """Start a profile's first sync. Changes in its calendars are not notified until it is done.

    \b
    Example:
      cronofy simulator profile start-sync apple
    """
    _act(app_context(context), profile, "initial_sync", required=True)


@app.command("finish-sync", cls=ControlCommand)
def finish_sync(context: typer.Context, profile: ProfileArgument) -> None:
    """Finish a profile's first sync, which is notified as profile_initial_sync_completed.

    \b
    Example:
      cronofy simulator profile finish-sync apple
    """
    _act(app_context(context), profile, "initial_sync", required=False)


def _act(run: AppContext, choice: str, act: str, **details: object) -> None:
    control = control_of(run)
    profile = control.act_on_profile(_profile_id(run, choice), act, **details)
    fields = [
        ("profile", profile.profile_id),
        ("name", f"{profile.profile_name} ({profile.provider_name})"),
        ("connected", "yes" if profile.profile_connected else f"no, reconnect at {profile.profile_relink_url}"),
    ]
    show_record(run.output, fields, profile.raw)


def _profile_id(run: AppContext, choice: str) -> str:
    from cronofy_cli.adapters.api import endpoints

    for profile in endpoints.list_profiles(run.api):
        if choice in {profile.profile_id, profile.profile_name, profile.provider_name}:
            return profile.profile_id
    raise NotFound(f"the simulator has no profile '{choice}'", hint="cronofy profiles list --data-center simulator")
