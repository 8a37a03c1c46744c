"""`cronofy channels prune`: closing what listeners of this machine have left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import app_context
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.tunnels.processes import AgentProcess
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.channels import Channel


def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be closed, and close nothing.")] = False,
) -> None:
    """Close channels that listeners of this machine left open, for example because they were killed.

    Channels that this machine did not open, that a listener still uses, or that 'channels create' made are never
    closed.

    \b
    Examples:
      cronofy channels prune --dry-run
      cronofy channels prune --json | jq -r '.[].channel_id'
    """
    run = app_context(context)
    channels, agents = _left(run) if dry_run else _swept(run)
    show_list(run.output, channels, _view(dry_run=dry_run))
    for agent in agents:
        run.output.note(f"{'would end' if dry_run else 'ended'} the {agent.name} that was still running: {agent.pid}")


def _left(run: AppContext) -> tuple[Sequence[Channel], Sequence[AgentProcess]]:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.adapters.journal import Journal, abandoned_runs, stale_channels
    from cronofy_cli.adapters.tunnels.processes import is_running

    journal, data_center = Journal(run.environment), run.data_center.name
    records = abandoned_runs(journal, data_center, endpoints.userinfo(run.api).sub)
    channels = stale_channels(journal, data_center, records, endpoints.list_channels(run.api)) if records else ()
    return channels, [agent for record in records for agent in record.agents if is_running(agent)]


def _swept(run: AppContext) -> tuple[Sequence[Channel], Sequence[AgentProcess]]:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.adapters.journal import Journal, sweep

    seen: list[Channel] = []

    def list_channels() -> list[Channel]:
        seen.extend(endpoints.list_channels(run.api))
        return seen

    done = sweep(
        Journal(run.environment),
        run.data_center.name,
        endpoints.userinfo(run.api).sub,
        list_channels,
        lambda channel_id: endpoints.close_channel(run.api, channel_id),
    )
    return [channel for channel in seen if channel.channel_id in done.closed], done.agents


def _view(*, dry_run: bool) -> ListView[Channel]:
    return ListView(
        columns=(
            Column("WOULD CLOSE" if dry_run else "CLOSED", lambda channel: channel.channel_id),
            Column("CALLBACK URL", lambda channel: channel.callback_url, 100),
        ),
        document=lambda channel: channel.raw,
        empty="No channel is left over from a listener of this machine.",
    )
