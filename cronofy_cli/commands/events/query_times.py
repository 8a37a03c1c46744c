"""When a query is asked for: its zone, and the dates and times that options name in words.

What words become is told on stderr, to people: at a terminal, or with --verbose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import NotAllowed, NotFound, RequestFailed, WrongUsage

if TYPE_CHECKING:
    from datetime import tzinfo

    from cronofy_cli.cli.context import AppContext

FALLBACK_TZID = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class Here:
    """The zone that dates are meant in, and now."""

    tzid: str
    zone: tzinfo
    now: datetime

    @property
    def today(self) -> date:
        """This day in the zone."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is sent as `from`, `to` and `last_modified`."""

    from_: str | None = None
    to: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class TimeWishes:
    """What the options say about times, as they were written."""

    from_: str | None = None
    to: str | None = None
    window: bool = False
    window_edge: bool = False
    last_modified: str | None = None
    changes_since: str | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            WrongUsage: two options name the days, or since when.
        """
        if self.changes_since is not None and self.last_modified is not None:
            raise WrongUsage("--changes-since and --last-modified both say since when", hint="use one of them")
        named = [
            option
            for option, is_given in (
                ("--window", self.window),
                ("--window-edge", self.window_edge),
                ("--from or --to", self.from_ is not None or self.to is not None),
            )
            if is_given
        ]
        if len(named) > 1:
            raise WrongUsage(f"{' and '.join(named)} name different days", hint="use one of them")

    def limits(self, run: AppContext, here: Here) -> Limits:
        """Return what is sent, and tell people what words became.

        Raises:
            WrongUsage: something is neither a date nor a time, nor words for one.
        """
        from cronofy_cli.core.api.date_words import parse_limit, parse_moment
        from cronofy_cli.core.times import is_date

        first = parse_limit(self.from_, here.today, here.zone, option="--from") if self.from_ is not None else None
        after = date.fromisoformat(first.text) if first is not None and is_date(first.text) else None
        end = parse_limit(self.to, here.today, here.zone, option="--to", after=after) if self.to is not None else None
        since = (
            parse_moment(self.last_modified, here.now, here.zone, option="--last-modified")
            if self.last_modified is not None
            else None
        )
        days = self._window_days(here.today)
        limits = Limits(
            first.text if first else days[0],
            end.text if end else days[1],
            since.text if since else None,
        )
        if any(days) or any(sent is not None and not sent.is_as_written for sent in (first, end, since)):
            tell_sent(run, limits, here)
        return limits

    def _window_days(self, today: date) -> tuple[str | None, str | None]:
        if not (self.window or self.window_edge):
            return None, None
        from cronofy_cli.core.api.sync_window import sync_window, window_edge

        days = window_edge(today) if self.window_edge else sync_window(today)
        return days.first.isoformat(), days.end.isoformat()


def coming_week(run: AppContext, here: Here) -> Limits:
    """Return the limits of this day and the six after it, told to people."""
    limits = Limits(here.today.isoformat(), (here.today + timedelta(days=7)).isoformat())
    tell_sent(run, limits, here)
    return limits


def find_here(run: AppContext, tzid: str | None) -> Here:
    """Return the zone to use, and now.

    The zone is the account's unless one is given: Cronofy asks for the same one in all requests of a user, or events
    may be missed (docs: /developers/api/events/free-busy/). That takes a request of its own. Where it cannot be known
    it is this machine's.

    Raises:
        WrongUsage: the given one is none.
        CronofyError: Cronofy cannot be reached, or does not recognise the token.
    """
    chosen = tzid if tzid is not None else _account_tzid(run) or _machine_tzid(run) or FALLBACK_TZID
    return Here(chosen, find_zone(chosen), datetime.now(UTC))


def is_for_people(run: AppContext) -> bool:
    """Whether somebody reads stderr, or asked for everything to be told."""
    return run.flags.verbose or run.stderr.isatty()


def tell_sent(run: AppContext, limits: Limits, here: Here) -> None:
    """Tell people which dates and times are sent."""
    if not is_for_people(run):
        return
    pairs = (("from", limits.from_), ("to", limits.to), ("last_modified", limits.last_modified), ("tzid", here.tzid))
    run.output.note("sent: " + " ".join(f"{name}={_with_weekday(text)}" for name, text in pairs if text))


def _with_weekday(text: str) -> str:
    from cronofy_cli.core.times import is_date

    return f"{text} ({date.fromisoformat(text):%a})" if is_date(text) else text


def _account_tzid(run: AppContext) -> str | None:
    from cronofy_cli.adapters.api import endpoints

    try:
        zone = endpoints.userinfo(run.api).zoneinfo
    except (NotAllowed, NotFound, RequestFailed) as error:
        # A token for events alone may not be allowed to see whose they are.
        run.warn(f"the account's time zone is not known, dates may be meant in another one: {error.message}")
        return None
    return zone if zone and _is_known(zone) else None


def _is_known(tzid: str) -> bool:
    try:
        find_zone(tzid)
    except WrongUsage:
        return False
    return True


def _machine_tzid(run: AppContext) -> str | None:
    from cronofy_cli.adapters.machine_zone import machine_tzid

    return machine_tzid(run.environment)
