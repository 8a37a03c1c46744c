"""Keeping the names of calendars and channels that a command has listed, and finding them at a TAB."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.known_names import Names
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.calendars import Calendar
    from cronofy_cli.core.notifications.channels import Channel


def list_calendars(run: AppContext) -> tuple[Calendar, ...]:
    """Return the account's calendars, and keep their names.

    Raises:
        CronofyError: they cannot be had.
    """
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.adapters.known_names import CALENDARS

    calendars = tuple(endpoints.list_calendars(run.api))
    _keep(run, CALENDARS, {each.calendar_id: each.calendar_name for each in calendars if not each.calendar_deleted})
    return calendars


def list_channels(run: AppContext) -> tuple[Channel, ...]:
    """Return the open channels, and keep their ids.

    Raises:
        CronofyError: they cannot be had.
    """
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.adapters.known_names import CHANNELS

    channels = tuple(endpoints.list_channels(run.api))
    _keep(run, CHANNELS, {channel.channel_id: channel.callback_url for channel in channels})
    return channels


def forget_channel(run: AppContext, channel_id: str) -> None:
    """Offer a channel no more: it is closed."""
    from cronofy_cli.adapters.known_names import CHANNELS

    known = known_names(run, CHANNELS)
    if channel_id in known:
        _keep(run, CHANNELS, {each: url for each, url in known.items() if each != channel_id})


def known_names(run: AppContext, kind: str) -> Names:
    """Return what was last listed for the account in use.

    Raises:
        CronofyError: the settings cannot be read, or no simulator runs.
    """
    from cronofy_cli.adapters.known_names import KnownNames

    return KnownNames(run.environment).find(_account(run), kind, _world(run))


def _keep(run: AppContext, kind: str, names: Names) -> None:
    from cronofy_cli.adapters.known_names import KnownNames

    KnownNames(run.environment).keep(_account(run), kind, names, _world(run))


def _account(run: AppContext) -> str:
    """Return what tells this account from others, without asking a keyring."""
    if run.is_simulator:
        return run.data_center_choice.lower()
    whose = "" if run.environment_is_enough else run.settings.context_name or ""
    return f"{run.data_center.api_url} {whose}"


def _world(run: AppContext) -> str:
    return f"{run.simulator.url} {run.simulator.pid}" if run.is_simulator else ""
