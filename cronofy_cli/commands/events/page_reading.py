"""Reading pages and showing them: one way for events and for free and busy times.

How they are written is `output`'s business; here it is chosen, and what people should know is said.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cronofy_cli.commands.events.query_times import by_servers_clock, is_for_people
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import CronofyError, WrongUsage
from cronofy_cli.output.events.item_pages import PageFormat, show_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import msgspec

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.query_times import Here
    from cronofy_cli.core.api.query_advice import Query
    from cronofy_cli.core.events.field_paths import FieldPath
    from cronofy_cli.core.events.item_order import Order
    from cronofy_cli.output.events.item_pages import Listing
    from cronofy_cli.output.progress import Progress

T = TypeVar("T")

EVENT_ID = b'"event_uid"'


class ItemPage(NamedTuple):
    """A page of whatever is read."""

    items: Sequence[msgspec.Raw]
    current: int | None
    total: int | None


class Style(NamedTuple):
    """How pages are to be shown."""

    format: PageFormat
    fields: tuple[FieldPath, ...] = ()
    order: Order | None = None
    is_agenda: bool = False

    @property
    def appears_at_once(self) -> bool:
        """Whether a page is shown when it comes."""
        return self.order is None and not self.is_agenda and self.format is not PageFormat.JSON


@dataclass(slots=True)
class Seen:
    """What has come until now."""

    items: int = 0
    missing_fields: set[str] = field(default_factory=set)
    """Those of the wanted ones that no item has had."""
    known_fields: set[str] = field(default_factory=set)
    id_field: bytes | None = None
    """What each item has, if it is one of the wanted kind."""
    without_id: int = 0

    def add(self, items: Sequence[msgspec.Raw]) -> None:
        """A page has come."""
        self.items += len(items)
        if self.id_field is not None:
            self.without_id += sum(self.id_field not in bytes(item) for item in items)
        if not self.missing_fields:
            return
        from cronofy_cli.core.events.field_paths import members_of

        for item in items:
            self.known_fields |= members_of(item).keys()
        self.missing_fields -= self.known_fields


def choose_style(run: AppContext, format_: str | None, fields: str | None, sort: str | None) -> Style:
    """Return what the options say.

    Raises:
        WrongUsage: they contradict each other, or name something that is none.
    """
    chosen = _format(run, format_)
    paths: tuple[FieldPath, ...] = ()
    order: Order | None = None
    if fields is not None:
        from cronofy_cli.core.events.field_paths import parse_fields

        if chosen is PageFormat.ICS:
            raise WrongUsage("--fields does not go with --format ics", hint="use --format csv, tsv, json or ndjson")
        paths = parse_fields(fields)
    if sort is not None:
        from cronofy_cli.core.events.item_order import parse_order

        order = parse_order(sort)
    return Style(chosen, paths, order)


def _format(run: AppContext, chosen: str | None) -> PageFormat:
    flags = [name for name, is_given in (("json", run.flags.json), ("ndjson", run.flags.ndjson)) if is_given]
    if chosen is None:
        return PageFormat(run.output.format.value)
    if run.flags.query is not None and chosen not in {PageFormat.JSON, PageFormat.NDJSON}:
        raise WrongUsage(f"--query needs JSON, not --format {chosen}", hint="use --json or --ndjson")
    if any(name != chosen for name in flags):
        raise WrongUsage(f"--format {chosen} and --{flags[-1]} contradict each other", hint="use one of them")
    return PageFormat(chosen)


def show_reading(
    run: AppContext, pages: Iterable[ItemPage], listing: Listing[T], style: Style, query: Query, here: Here
) -> None:
    """Show pages as they come, and say what people should know about the query and the response.

    Raises:
        CronofyError: a page cannot be had.
    """
    named = style.fields if style.order is None else (*style.fields, style.order.path)
    seen = Seen(missing_fields={path[0] for path in named}, id_field=_id_field(query, style))
    warned = with_warnings(run, pages, query, here)
    with watched(run, warned, listing.noun, style, seen) as items:
        shown = items if style.order is None else [style.order.sorted(chain.from_iterable(items), here.zone)]
        if style.format is PageFormat.ICS:
            _show_calendar(run, shown, here)
        else:
            show_pages(run.output, shown, listing, style.format, style.fields)
    tell_after(run, query, here, seen)


def with_warnings(run: AppContext, pages: Iterable[ItemPage], query: Query, here: Here) -> Iterator[ItemPage]:
    """Yield the pages, and warn of what Cronofy can know nothing of, by the server's clock: before it is asked where
    that is known, else with its first answer, a refusal too.
    """
    if here.is_servers:
        _warn(run, query, here)
        yield from pages
        return
    try:
        first = list(islice(pages := iter(pages), 1))
    finally:
        _warn(run, query, by_servers_clock(run, here))
    yield from chain(first, pages)


def _warn(run: AppContext, query: Query, here: Here) -> None:
    from cronofy_cli.core.api.query_advice import certain_reasons, window_advice

    for sentence in certain_reasons(query, here.now, here.zone) or window_advice(query, here.now, here.zone):
        run.warn(sentence)


@contextlib.contextmanager
def watched(
    run: AppContext, pages: Iterable[ItemPage], noun: str, style: Style, seen: Seen
) -> Iterator[Iterator[Sequence[msgspec.Raw]]]:
    """Give the pages' items, counted; a long read shows how far it has come, unless the pages themselves do."""
    is_seen = style.appears_at_once and run.output.is_terminal
    with run.progress(noun, is_wanted=not is_seen) as progress:
        yield _noted(pages, seen, progress)


def _noted(pages: Iterable[ItemPage], seen: Seen, progress: Progress) -> Iterator[Sequence[msgspec.Raw]]:
    for page in pages:
        seen.add(page.items)
        progress.note(page.current, page.total, seen.items)
        yield page.items
    progress.erase()


def tell_after(run: AppContext, query: Query, here: Here, seen: Seen) -> None:
    """Say why a response is empty, and what else the query leaves out."""
    from cronofy_cli.core.api import query_advice

    here = by_servers_clock(run, here)
    if seen.items == 0:
        is_explained = bool(query_advice.certain_reasons(query, here.now, here.zone))
        if not is_explained and is_for_people(run):
            for sentence in (*_calendar_reasons(run, query), *query_advice.possible_reasons(query)):
                run.output.note(f"note: {sentence}")
        return
    if seen.without_id:
        run.warn(f"{seen.without_id} of {seen.items} items have no event_uid, and cannot be shown as events")
    for name in sorted(seen.missing_fields):
        run.warn(f"nothing has a field '{name}'{did_you_mean(name, seen.known_fields)}")
    if query_advice.leaves_out_deleted(query):
        run.output.note(f"note: {query_advice.DELETED_LEFT_OUT}")
    if query_advice.leaves_out_managed(query) and is_for_people(run):
        run.output.note(f"note: {query_advice.MANAGED_LEFT_OUT}")


def _id_field(query: Query, style: Style) -> bytes | None:
    """Return what each item must have to be shown; JSON passes all items through as they came."""
    from cronofy_cli.core.api.queries import EventsQuery

    is_shown = isinstance(query, EventsQuery) and style.format not in {PageFormat.JSON, PageFormat.NDJSON}
    return EVENT_ID if is_shown else None


def _calendar_reasons(run: AppContext, query: Query) -> list[str]:
    if not query.calendar_ids:
        return []
    from cronofy_cli.cli.known_names import list_calendars
    from cronofy_cli.core.api.query_advice import calendar_reasons

    try:
        return calendar_reasons(query, list_calendars(run))
    except CronofyError:
        # The answer is complete; only the explanation is not to be had.
        return []


def _show_calendar(run: AppContext, pages: Iterable[Sequence[msgspec.Raw]], here: Here) -> None:
    from cronofy_cli.output.events.ics import show_calendar

    left_out = show_calendar(run.output, pages, here.tzid, here.now)
    if left_out:
        run.warn(f"{left_out} without a time cannot be part of a calendar file")
