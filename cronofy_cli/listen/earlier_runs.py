"""What a run takes over from the runs before it: its callback path, the moment up to which they have received, and what
they have left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_paths import known_paths, last_path, remember_path
from cronofy_cli.listen.changes.catch_up import last_good_moment, last_read_events
from cronofy_cli.listen.channels import ChannelCalls
from cronofy_cli.listen.notes import sweep_left_overs
from cronofy_cli.listen.session import new_callback_path

if TYPE_CHECKING:
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.listen.reporter import Reporter
    from cronofy_cli.listen.surroundings import Surroundings

LAST: Final = "last"
"""Stands for the moment up to which the runs before have received everything."""


def sweep_earlier(around: Surroundings, sub: str, journal: Journal, reporter: Reporter) -> None:
    """Close the channels and end the agents that runs on this machine left behind when they were killed."""
    calls = ChannelCalls(around.api)
    sweep_left_overs(
        journal, around.data_center, sub, reporter, list_channels=calls.list_open, close_channel=calls.close
    )


def missed_since(around: Surroundings, since: str | None, sub: str, reporter: Reporter) -> str | None:
    """Return the moment from which on changes are to be read before anything new comes, and say so.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    if since == LAST:
        since = last_good(around, sub)
        if since is None:
            reporter.remark(" nothing was received for this account before: there is nothing to catch up on")
    if since is not None:
        reporter.remark(f" catching up: reading what changed since {since}")
    return since


def last_good(around: Surroundings, sub: str) -> str | None:
    """Return the moment up to which the runs before have received everything; None if there were none.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    paths = known_paths(around.data_center, sub, around.environment)
    with around.open_history() as history:
        return last_good_moment(history, around.data_center, paths)


def reported_events(around: Surroundings, sub: str) -> list[bytes]:
    """Return the events of the newest read for this account, as they were reported then.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    paths = known_paths(around.data_center, sub, around.environment)
    with around.open_history() as history:
        return last_read_events(history, around.data_center, paths)


def callback_path(around: Surroundings, sub: str, *, reuse: bool) -> str:
    """Return the path to serve: that of the run before with `reuse`, else a new one, which is kept."""
    key = (around.data_center, sub)
    known = last_path(*key, around.environment) if reuse else None
    path = known or new_callback_path()
    if path != known:
        remember_path(*key, path, around.environment)
    return path
