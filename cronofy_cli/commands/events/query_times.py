"""When a query is asked for: its zone, and the dates and times that options name in words.

What words become is said on stderr: at a terminal, or with --verbose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.api.time_limits import Clock, Sent, needs_clock, parse_limits, parse_moment
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import is_date
from cronofy_cli.errors import NotAllowed, NotFound, RequestFailed, WrongUsage

if TYPE_CHECKING:
    from datetime import tzinfo

    from cronofy_cli.cli.context import AppContext

FALLBACK_TZID = "Etc/UTC"
CHANGES_OPTION = "--changes-since"
_DELIVERY = re.compile(r"last|@.*|#?\d+", re.ASCII)


def names_delivery(choice: str) -> bool:
    """Whether `--changes-since` names a delivery, whose channel says which calendars are meant."""
    return _DELIVERY.fullmatch(choice) is not None


class Here(NamedTuple):
    """The zone that dates are meant in, and now."""

    tzid: str
    clock: Clock
    is_servers: bool
    """Whether now is what the server said; otherwise this machine said it."""

    @property
    def zone(self) -> tzinfo:
        """The zone itself."""
        return self.clock.zone

    @property
    def now(self) -> datetime:
        """This moment."""
        return self.clock.now

    @property
    def today(self) -> date:
        """This day in the zone."""
        return self.clock.today


class Limits(NamedTuple):
    """What is sent as `from`, `to` and `last_modified`."""

    from_: str | None = None
    to: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """What the options say about times, as they were written.

    Raises:
        WrongUsage: something is neither a date nor a time, nor words for one, or two options contradict each other.
    """

    from_: str | None = None
    to: str | None = None
    window: bool = False
    window_edge: bool = False
    last_modified: str | None = None
    changes_since: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.changes_since is not None and self.last_modified is not None:
            raise WrongUsage("--changes-since and --last-modified cannot be combined", hint="use one of them")
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
            raise WrongUsage(f"{' and '.join(named)} cannot be combined", hint="use one of them")
        # Before anybody is asked: words that mean nothing do so on any day.
        clock = Clock(datetime.now(UTC), UTC)
        self._parsed(clock)
        if self.changes_since is not None and not names_delivery(self.changes_since):
            parse_moment(self.changes_since, clock, option=CHANGES_OPTION)

    def _parsed(self, clock: Clock) -> tuple[Sent | None, Sent | None, Sent | None]:
        modified = self.last_modified
        since = parse_moment(modified, clock, option="--last-modified") if modified is not None else None
        return *parse_limits(self.from_, self.to, clock), since

    def limits(self, run: AppContext, here: Here) -> Limits:
        """Return what is sent, and say what words became."""
        first, end, since = self._parsed(here.clock)
        days = self._window_days(here.today)
        limits = Limits(
            first.text if first else days[0],
            end.text if end else days[1],
            since.text if since else None,
        )
        if any(days) or any(sent is not None and not sent.is_as_written for sent in (first, end, since)):
            tell_sent(run, limits, here)
        return limits

    @property
    def need_clock(self) -> bool:
        """Whether it depends on the day what is sent."""
        since = None if self.changes_since and names_delivery(self.changes_since) else self.changes_since
        texts = (self.from_, self.to, self.last_modified, since)
        return self.window or self.window_edge or any(map(needs_clock, texts))

    def _window_days(self, today: date) -> tuple[str | None, str | None]:
        if not (self.window or self.window_edge):
            return None, None
        from cronofy_cli.core.api.sync_window import sync_window, window_edge

        days = window_edge(today) if self.window_edge else sync_window(today)
        return days.first.isoformat(), days.end.isoformat()


def coming_week(run: AppContext, here: Here) -> Limits:
    """Return the limits of this day and the six after it, and say which they are."""
    limits = Limits(here.today.isoformat(), (here.today + timedelta(days=7)).isoformat())
    tell_sent(run, limits, here)
    return limits


def find_here(run: AppContext, tzid: str | None, *, need_clock: bool = True) -> Here:
    """Return the zone to use, and now by the server's clock.

    The zone is the account's unless one is given: Cronofy asks for the same one in all requests of a user, or events
    may be missed (docs: /developers/api/events/free-busy/). That takes a request of its own, and so does the server's
    clock where it is needed. Where they cannot be known they are this machine's.

    Raises:
        WrongUsage: the given one is none.
        CronofyError: Cronofy cannot be reached, or does not recognise the token.
    """
    from cronofy_cli.core.zones import find_zone

    if tzid is not None:
        zone = find_zone(tzid)
        if need_clock:
            _account_tzid(run, warn=False)
        return _here(run, tzid, zone)
    chosen = _account_tzid(run, warn=True) or _machine_tzid(run) or FALLBACK_TZID
    return _here(run, chosen, find_zone(chosen))


def _here(run: AppContext, tzid: str, zone: tzinfo) -> Here:
    now = run.api.server_time
    return Here(tzid, Clock(now or datetime.now(UTC), zone), is_servers=now is not None)


def by_servers_clock(run: AppContext, here: Here) -> Here:
    """Return the same with the server's time, once it is known from an answer."""
    return here if here.is_servers else _here(run, here.tzid, here.zone)


def is_for_people(run: AppContext) -> bool:
    """Whether stderr is a terminal, or --verbose was given."""
    return run.flags.verbose or run.stderr.isatty()


def tell_sent(run: AppContext, limits: Limits, here: Here) -> None:
    """Say which dates and times are sent."""
    if not is_for_people(run):
        return
    pairs = (("from", limits.from_), ("to", limits.to), ("last_modified", limits.last_modified), ("tzid", here.tzid))
    run.output.note("sent: " + " ".join(f"{name}={_with_weekday(name, text)}" for name, text in pairs if text))


def _with_weekday(name: str, text: str) -> str:
    if not is_date(text):
        return text
    return f"{text} ({date.fromisoformat(text):%a}{', not included' if name == 'to' else ''})"


def _account_tzid(run: AppContext, *, warn: bool) -> str | None:
    from cronofy_cli.adapters.api import endpoints

    try:
        zone = endpoints.userinfo(run.api).zoneinfo
    except (NotAllowed, NotFound, RequestFailed) as error:
        # A token for events alone may not be allowed to see whose they are.
        if warn:
            run.warn(f"the account's time zone is not known, dates may be in another one: {error.message}")
        return None
    return zone if zone and _is_known(zone) else None


def _is_known(tzid: str) -> bool:
    from cronofy_cli.core.zones import find_zone

    try:
        find_zone(tzid)
    except WrongUsage:
        return False
    return True


def _machine_tzid(run: AppContext) -> str | None:
    from cronofy_cli.adapters.machine_zone import machine_tzid, nameless_zone

    if nameless := nameless_zone(run.environment):
        run.warn(f"TZ is '{clean(nameless)}', which is no time zone's name: days are those of UTC; use --tzid")
    return machine_tzid(run.environment)
