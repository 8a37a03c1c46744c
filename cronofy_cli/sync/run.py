"""One run of `sync`: what is read is merged into the copy, all of it or nothing.

A run that is broken off, however, leaves the copy as it was, and the next one does its work too.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.core.fields import readable
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.core.zones import find_zone
from cronofy_cli.sync.copy.ndjson_file import is_untouched, write_lines
from cronofy_cli.sync.errors import unreadable_events
from cronofy_cli.sync.merge import LastRun, Merge
from cronofy_cli.sync.plan import FullRead, changes_query, make_plan, whole_query
from cronofy_cli.sync.seen import Seen
from cronofy_cli.sync.state import CopyState, identity_of
from cronofy_cli.sync.window import window_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from cronofy_cli.adapters.api.endpoints import EventPage
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.sync.change_log import ChangeLog, Counts
    from cronofy_cli.sync.copy.interface import Copy
    from cronofy_cli.sync.plan import Plan, PlanOptions
    from cronofy_cli.sync.state import Fingerprint, Identity, Wish

    ReadEvents = Callable[[EventsQuery], Generator[EventPage]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has done."""

    state: CopyState
    changes_since: str | None
    """What `last_modified` was asked for; None if the changes were not."""
    full_read: FullRead | None
    counts: Counts
    events: int
    """In the copy now."""
    repeated: int

    @property
    def is_first(self) -> bool:
        """Whether it made the copy."""
        return self.full_read is FullRead.FIRST


def synchronize(
    copy: Copy, wish: Wish, options: PlanOptions, server_time: ServerTime, read: ReadEvents, log: ChangeLog
) -> Outcome:
    """Bring a copy up to date. `server_time` lies before everything that is read here.

    Raises:
        WrongUsage: the copy is another account's, or of other calendars or another zone.
        CopyUnavailable: it cannot be written.
        CronofyError: something cannot be read.
    """
    with copy.transaction(), Seen() as seen:
        state = copy.state
        identity = identity_of(wish, state, copy.name)
        zone = find_zone(identity.tzid)
        plan = make_plan(state, server_time.moment, zone, identity.world, options)
        last_run = None if state is None else LastRun(window_rule(state.window, zone), state.known_until)
        merge = Merge(copy, seen, log, window_rule(plan.window, zone), last_run)
        _merge(merge, plan, identity, read)
        written = _write_lines(copy, state)
        new_state = structs.replace(_state(copy, state, identity, plan, server_time), ndjson=written)
        copy.save_state(new_state)
        events = copy.count()
    return Outcome(new_state, plan.changes_since, plan.full_read, log.counts, events, merge.repeated)


def _merge(merge: Merge, plan: Plan, identity: Identity, read: ReadEvents) -> None:
    if plan.changes_since is not None:
        # First, so that a deletion comes with the server's own last state of the event.
        _read_into(merge, read(changes_query(identity, plan)))
    _read_into(merge, read(whole_query(identity, plan.whole)))
    if merge.unreadable:
        raise unreadable_events(merge.unreadable)
    merge.drop_left_behind()
    if plan.full_read is not None:
        merge.drop_missing()


def _read_into(merge: Merge, pages: Generator[EventPage]) -> None:
    merge.begin_read()
    with closing(pages):
        for page in pages:
            merge.take(map(readable, page.events))


def _write_lines(copy: Copy, state: CopyState | None) -> Fingerprint | None:
    path = copy.ndjson
    if path is None:
        return None
    written = None if state is None else state.ndjson
    if not copy.is_changed and is_untouched(path, written):
        return written
    # Before the transaction ends: after a crash in between, the next run comes to the same file again.
    return write_lines(path, copy.events())


def _state(copy: Copy, old: CopyState | None, identity: Identity, plan: Plan, server_time: ServerTime) -> CopyState:
    now = to_utc_seconds(server_time.moment)
    return CopyState(
        data_center=identity.data_center,
        sub=identity.sub,
        tzid=identity.tzid,
        calendar_ids=identity.calendar_ids,
        world=identity.world,
        first_day=plan.window.first,
        end_day=plan.window.end,
        # Without a date from the server: its newest stamp, which it had given before it was read.
        known_until=now if server_time.is_known else copy.newest_update(),
        run_at=now,
        full_read_at=now if plan.full_read is not None or old is None else old.full_read_at,
    )
