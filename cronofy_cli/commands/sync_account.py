"""What `cronofy sync` does for one account, whether it is the only one or one of many."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api.budget import ProcessBudget
from cronofy_cli.errors import RequestFailed

if TYPE_CHECKING:
    from collections.abc import Generator

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.api.endpoints import EventPage
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.api.rate_limits import RateLimit
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.output.progress import Progress
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.destination import Place
    from cronofy_cli.sync.drift import DriftReport
    from cronofy_cli.sync.plan import PlanOptions
    from cronofy_cli.sync.run import Outcome, ReadEvents
    from cronofy_cli.sync.state import Wish


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What the command line asks for, of each account."""

    place: Place
    calendar: list[str] | None
    tzid: str | None
    plan: PlanOptions
    limits: tuple[RateLimit, ...]
    is_check: bool = False
    """Whether nothing may be written: then no requests are counted where copies are."""

    def budget(self, client_id: str, data_center: str) -> Budget:
        """Return the budget of an application."""
        if self.is_check:
            return ProcessBudget(self.limits)
        return self.place.budget(client_id, data_center, self.limits)


@dataclass(frozen=True, slots=True)
class AccountAtWork:
    """An account, as Cronofy has named it, and the server's time before anything is read."""

    run: AppContext
    request: SyncRequest
    wish: Wish
    now: ServerTime

    def sync(self, log: ChangeLog, progress: Progress | None = None) -> tuple[str, Outcome]:
        """Bring the copy up to date; return what it is called, and what was done."""
        from cronofy_cli.sync.run import synchronize

        with self.request.place.open(self.wish.sub, self.wish.data_center) as copy:
            outcome = synchronize(copy, self.wish, self.request.plan, self.now, reader(self.run, progress), log)
            return copy.name, outcome

    def check(self, progress: Progress | None = None) -> tuple[str, DriftReport]:
        """Compare the copy; return what it is called, and how it differs."""
        from cronofy_cli.sync.drift import find_drift

        with self.request.place.open_existing(self.wish.sub, self.wish.data_center) as copy:
            return copy.name, find_drift(copy, self.wish, self.now, reader(self.run, progress))


def account_at_work(run: AppContext, request: SyncRequest, *, is_listed: bool = False) -> AccountAtWork:
    """Ask Cronofy whose account it is. One that is listed has no settings, such as which of its calendars are meant.

    Raises:
        CronofyError: it does not say, or a calendar is not known.
    """
    from cronofy_cli.core.accounts.calendars import parse_userinfo
    from cronofy_cli.core.server_time import ServerTime
    from cronofy_cli.sync.state import Wish

    info = parse_userinfo(run.api.request("GET", "/v1/userinfo"))
    now = run.api.server_time
    if not info.sub:
        raise RequestFailed("the response to GET /v1/userinfo has no account", hint="check --data-center")
    chosen = tuple(sorted(set(_calendars(run, request.calendar, is_listed=is_listed))))
    wish = Wish(
        data_center=run.data_center.name,
        sub=info.sub,
        tzid=request.tzid,
        calendar_ids=chosen if request.calendar else None,
        default_tzid=info.zoneinfo or "Etc/UTC",
        default_calendar_ids=chosen,
        world=f"{run.simulator.url} {run.simulator.pid}" if run.is_simulator else "",
    )
    return AccountAtWork(run, request, wish, ServerTime(now or datetime.now(UTC), is_known=now is not None))


def _calendars(run: AppContext, choices: list[str] | None, *, is_listed: bool) -> tuple[str, ...]:
    from cronofy_cli.adapters.api import endpoints
    from cronofy_cli.cli.calendar_choice import calendar_ids, ids_among

    if is_listed:
        return ids_among(choices or (), lambda: endpoints.list_calendars(run.api))
    return calendar_ids(run, choices)


def client_id_of(run: AppContext) -> str:
    """Return the application that a run's requests count for; empty if that is not known."""
    from cronofy_cli.adapters.environment import Variable

    if run.is_simulator:
        return run.simulator.client_id
    if not run.environment_is_enough and run.account is not None and run.account.context.client_id is not None:
        return run.account.context.client_id
    return run.environment.get(Variable.CLIENT_ID, "").strip()


def reader(run: AppContext, progress: Progress | None) -> ReadEvents:
    """Return what reads events and shows how far it has come."""
    from cronofy_cli.adapters.api import endpoints

    def read(query: EventsQuery) -> Generator[EventPage]:
        count = 0
        with closing(endpoints.read_events(run.api, query)) as pages:
            for page in pages:
                count += len(page.events)
                if progress is not None:
                    progress.note(page.current, page.total, count)
                yield page

    return read
