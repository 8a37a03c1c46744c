"""The causes: functions that look at the evidence and name what it shows, a module for each part of the way.

Pure. `CATALOGUE` has them in the order of the way, from the account to the application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.why.causes import (
    account,
    callback,
    channels,
    deliveries,
    elsewhere,
    events,
    filters,
    listener,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.why.conclusion import ProbableCause
    from cronofy_cli.why.evidence import Evidence

CATALOGUE: Final[tuple[Callable[[Evidence], Iterator[ProbableCause]], ...]] = (
    elsewhere.context_mismatch,
    account.token_rejected,
    account.channels_not_allowed,
    elsewhere.other_data_center,
    elsewhere.other_application,
    elsewhere.other_account,
    channels.closed,
    channels.no_channel,
    channels.channel_unknown,
    channels.url_without_channel,
    account.no_profile,
    account.service_account,
    account.profile_disconnected,
    filters.calendar_gone,
    events.outside_window,
    events.entered_window,
    filters.calendar_readonly,
    filters.excludes_change,
    filters.only_managed,
    events.own_change,
    account.initial_sync_incomplete,
    events.unknown,
    listener.gone,
    listener.tunnel_gone,
    listener.interrupted,
    callback.fails,
    deliveries.signature_rejected,
    deliveries.responses_fail,
    deliveries.forwards_fail,
)
"""Every cause that can be named."""
