"""Reading changes behind a run: the parts that its options ask for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.callback_paths import known_paths
from cronofy_cli.listen.changes.baseline import FirstLook
from cronofy_cli.listen.changes.catch_up import Backfill
from cronofy_cli.listen.changes.change_detector import SeenEvents
from cronofy_cli.listen.changes.last_good import last_good_moment
from cronofy_cli.listen.changes.read_request import everything_query
from cronofy_cli.listen.changes.reader import ChangeReader
from cronofy_cli.listen.changes.reconstruction import Reconstruction
from cronofy_cli.listen.changes.recorder import ReadKeeper
from cronofy_cli.listen.channels import read_event_pages
from cronofy_cli.listen.session import DRAIN_LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.forward import Forwarding
    from cronofy_cli.listen.run import Wishes
    from cronofy_cli.listen.view import LiveOutput

LAST = "last"
FALLBACK_TZID = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class ChangeReading:
    """What reads changes as they are told, and what has those read that may have been missed."""

    reader: ChangeReader
    backfill: Backfill
    first_look: FirstLook
    _seen: SeenEvents

    @contextmanager
    def running(self) -> Iterator[None]:
        """Read inside the `with`; at its end what waits is read, for a while."""
        self.reader.start()
        try:
            yield
        finally:
            if self.reader.stop(DRAIN_LIMIT_S):
                self._seen.close()


def change_reading(
    context: AppContext,
    wishes: Wishes,
    account: UserInfo,
    live: LiveOutput,
    forwarding: Forwarding,
    show: Callable[[ChangeRead], None],
    since: str | None,
) -> ChangeReading:
    """Return what reads an account's changes, not started yet.

    What changed since `since`, else since the last run, is yet to be told, now or whenever it is asked for.
    """
    data_center = context.data_center.name
    seen = SeenEvents(partial(context.open_event_cache, account.sub), live.trouble)
    hand_on = forwarding.hand_on if wishes.forward_reconstructed else ()
    keeper = ReadKeeper(context.open_history(), show, live.trouble, hand_on, live.calendar_names)
    tzid = account.zoneinfo or FALLBACK_TZID
    reader = ChangeReader(
        partial(read_event_pages, context.api), tzid, seen.observe, keeper, live, options=context.chosen_options
    )
    made_up = Reconstruction(context.client_secrets, data_center, _now)
    everything = everything_query(wishes.calendar_ids, wishes.only_managed, tzid)
    first_look = FirstLook(
        partial(read_event_pages, context.api, everything, _at_once),
        partial(seen.remember, changed_before=since or _last_good_moment(context, account.sub)),
        live.remark,
    )
    return ChangeReading(reader, Backfill(reader, made_up.delivery, wishes.chosen.wants), first_look, seen)


def missed_since(context: AppContext, since: str | None, sub: str, live: LiveOutput) -> str | None:
    """Return the moment from which on an account's changes are to be read before anything new comes, and say so.

    Call it before a run has a path of its own.
    """
    if since == LAST:
        since = _last_good_moment(context, sub)
        if since is None:
            live.remark(" nothing was received for this account before: there is nothing to catch up on")
    if since is not None:
        live.remark(f" catching up: what changed since {since} is read")
    return since


def _last_good_moment(context: AppContext, sub: str) -> str | None:
    data_center = context.data_center.name
    paths = known_paths(data_center, sub, context.environment)
    with context.open_history() as history:
        return last_good_moment(history, data_center, paths)


def _at_once() -> None:
    """Wait for no turn: nothing else is asked yet."""


def _now() -> datetime:
    return datetime.now(UTC)
