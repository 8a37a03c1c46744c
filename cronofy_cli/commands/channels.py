"""`cronofy channels`: notification channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiCommand, ApiListCommand, app_context, command_app
from cronofy_cli.commands.channels_prune import prune
from cronofy_cli.core.counts import counted
from cronofy_cli.core.notifications.callback_url import callback_url_warning, check_callback_url
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.ownership import KnownRuns

app = command_app("Create, list, show and close notification channels.")

CalendarOption = Annotated[
    list[str] | None,
    typer.Option("--calendar", metavar="ID|NAME", help="Only changes in this calendar; repeatable."),
]
OnlyManagedOption = Annotated[
    bool, typer.Option("--only-managed", help="Only users' changes to events that your application manages.")
]


@app.command("create", cls=ApiCommand)
def create(
    context: typer.Context,
    callback_url: Annotated[str, typer.Option(metavar="URL", help="The URL that Cronofy posts notifications to.")],
    calendar: CalendarOption = None,
    only_managed: OnlyManagedOption = False,
    scheduling_conversations: Annotated[
        bool, typer.Option("--scheduling-conversations", help="Include scheduling conversations (an alpha feature).")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Accept a callback URL that Cronofy cannot reach, such as localhost.")
    ] = False,
) -> None:
    """Create a notification channel. Cronofy sends it a verification at once.

    \b
    Examples:
      cronofy channels create --callback-url https://example.com/cronofy?user_id=42
      cronofy channels create --callback-url https://example.com/hook --calendar Work --only-managed
      cronofy channels create --callback-url http://127.0.0.1:3000/hook --data-center simulator
    """
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.cli.calendar_choice import calendar_ids

    run = app_context(context)
    check_callback_url(callback_url, must_be_public=run.data_center.is_real and not force)
    if warning := callback_url_warning(callback_url):
        run.output.note(f"warning: {warning}")
    channel = endpoints.create_channel(
        run.api,
        callback_url,
        calendar_ids=calendar_ids(run, calendar),
        only_managed=only_managed or None,
        scheduling_conversations=scheduling_conversations or None,
    )
    _note_created(run, channel)
    _show(run, channel)


@app.command("list", cls=ApiListCommand)
def list_channels(context: typer.Context) -> None:
    """List the open channels of this account and application, and who opened them.

    'ours' is a listener of this machine, 'stale' one that ended without closing it (see 'channels prune'), 'created'
    came from 'channels create' here, 'listener' belongs to a listener elsewhere, 'foreign' is any other.

    \b
    Examples:
      cronofy channels list
      cronofy channels list --json | jq -r '.[].channel_id'
    """
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.cli import known_names

    run = app_context(context)
    channels = known_names.list_channels(run)
    known = Journal(run.environment).known_runs(run.data_center.name)
    show_list(run.output, channels, _view(known))
    if run.output.format is OutputFormat.TABLE:
        _remark(run, channels, known)


@app.command("show", cls=ApiCommand)
def show(
    context: typer.Context,
    channel_id: Annotated[
        str, typer.Argument(metavar="CHANNEL_ID", help="The channel's id; see 'cronofy channels list'.")
    ],
) -> None:
    """Show one open channel.

    \b
    Example:
      cronofy channels show chn_54cf7c7cb4ad4c1027000001
    """
    from cronofy_cli.cli import known_names

    run = app_context(context)
    for channel in known_names.list_channels(run):
        if channel.channel_id == channel_id:
            _show(run, channel)
            return
    raise _not_open(channel_id)


@app.command("close", cls=ApiCommand)
def close(
    context: typer.Context,
    channel_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHANNEL_ID]...", help="The channel's id; see 'cronofy channels list'."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Close all open channels, after a question.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Close channels. Nothing more is sent to their callback URLs.

    \b
    Examples:
      cronofy channels close chn_54cf7c7cb4ad4c1027000001
      cronofy channels close --all --yes
    """
    import msgspec

    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.cli.known_names import forget_channel

    run = app_context(context)
    journal = Journal(run.environment)
    chosen = _chosen(run, channel_ids or [], every=every)
    number = counted(len(chosen), "channel")
    if every and chosen and not yes and not run.output.confirm(f"Close {number}?", flag="--yes"):
        raise WrongUsage("nothing was closed", hint="answer y, or add --yes")
    closed: list[str] = []
    try:
        for channel_id in chosen:
            _close(run, channel_id)
            journal.forget_created(channel_id)
            forget_channel(run, channel_id)
            closed.append(channel_id)
            if not run.output.format.is_json:
                run.output.data(channel_id)
    finally:
        # Those before one that fails are closed all the same, and programs must learn of them.
        if run.output.format.is_json and (closed or not chosen):
            run.output.data_bytes(msgspec.json.encode(closed) + b"\n")


app.command("prune", cls=ApiListCommand)(prune)


def _close(run: AppContext, channel_id: str) -> None:
    from cronofy_cli.adapters.api import endpoints

    try:
        endpoints.close_channel(run.api, channel_id)
    except NotFound as error:
        raise _not_open(channel_id) from error


def _not_open(channel_id: str) -> NotFound:
    return NotFound(f"there is no open channel '{channel_id}'", hint="cronofy channels list")


def _chosen(run: AppContext, channel_ids: list[str], *, every: bool) -> list[str]:
    if every == bool(channel_ids):
        raise WrongUsage("no channel is named", hint="name channel ids, or add --all")
    if not every:
        return channel_ids
    from cronofy_cli.cli import known_names

    return [channel.channel_id for channel in known_names.list_channels(run)]


def _note_created(run: AppContext, channel: Channel) -> None:
    """Let `list` know it again. The channel is there by now, so that a journal which cannot be written only warns.

    Cronofy answers with the channel that is open where one has the same callback URL and filters.
    """
    from cronofy_cli.adapters.journal import Journal

    journal = Journal(run.environment)
    if any(channel.channel_id in record.channel_ids for record in journal.records()):
        run.output.note("note: this channel was open already, with the same callback URL and filters")
        return
    account = None if run.environment_is_enough or run.account is None else run.account.context.account
    sub = account.sub if account is not None else ""
    try:
        journal.note_created(run.data_center.name, sub, channel.channel_id, channel.callback_url)
    except WrongUsage as error:
        run.output.note(f"warning: 'channels list' will not know who opened this channel: {error.message}")


def _remark(run: AppContext, channels: Sequence[Channel], known: KnownRuns) -> None:
    """Say what else gets this account's notifications: Cronofy sends each one to every channel."""
    from cronofy_cli.core.notifications.ownership import Owner, owner_of

    others = sum(owner_of(channel, known) is Owner.LISTENER for channel in channels)
    if others:
        whose = "1 channel of another listener gets" if others == 1 else f"{others} channels of other listeners get"
        run.output.note(f"{whose} every notification of this account too.")


def _view(known: KnownRuns) -> ListView[Channel]:
    from cronofy_cli.core.notifications.ownership import owner_of

    return ListView(
        columns=(
            Column("CHANNEL ID", lambda channel: channel.channel_id),
            Column("CALLBACK URL", lambda channel: channel.callback_url, 100),
            Column("CALENDARS", _calendars, leave_out=2),
            Column("EVENTS", lambda channel: "managed" if channel.only_managed else "all", leave_out=1),
            Column("OWNER", lambda channel: owner_of(channel, known)),
        ),
        document=lambda channel: channel.raw,
        empty="No channel is open. Open one and receive on this machine: cronofy listen",
    )


def _calendars(channel: Channel) -> str:
    return " ".join(channel.calendar_ids) or "all"


def _show(run: AppContext, channel: Channel) -> None:
    fields = [
        ("channel", channel.channel_id),
        ("callback url", channel.callback_url),
        ("calendars", _calendars(channel)),
        ("events", "only managed" if channel.only_managed else "all"),
    ]
    if channel.has_conversations:
        fields.append(("also", "scheduling conversations"))
    show_record(run.output, fields, channel.raw)
