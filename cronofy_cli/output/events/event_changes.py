"""How changes of events look: lines under a notification, or under a delivery that is shown.

    ~ "Sales call"   start  Tue 10:00 -> Wed 11:00   (Work)
    + "Lunch"        Thu 12:00-13:00                 (Home)
    - "Old stand-up" Mon 09:30-09:45                 (Work)   42 of a series, Mon 23 Nov to Fri 22 Jan 2027

What is said is core's business (`event_change_words`); these lines are plain text with plain ANSI, as a burst can bring
many of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.event_change_words import describe_changes
from cronofy_cli.core.text import clean
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, tzinfo

    from cronofy_cli.core.events.event_change_words import ChangeWords
    from cronofy_cli.core.events.event_changes import EventChange

INDENT: Final = " " * 12
SHOWN_CHANGES: Final = 20
"""So many events are shown under a notification; the others are counted."""
_SHOWN_DETAILS: Final = 8
_MARK_STYLES: Final = {"+": Style.GREEN, "-": Style.RED, "~": Style.YELLOW}
_WIDEST_TITLE: Final = 34
_WIDEST_DETAIL: Final = 60
"""Longer ones are not cut: what follows them stands further to the right."""


def change_lines(
    changes: Iterable[EventChange],
    zone: tzinfo,
    calendar_names: Mapping[str, str],
    *,
    today: date,
    color: bool = False,
    indent: str = INDENT,
    limit: int | None = SHOWN_CHANGES,
) -> Iterator[str]:
    """Yield the lines for changes: a series once, with a count. `zone` is for events whose own zone is not known."""
    described = describe_changes(changes, zone, today)
    shown = described[:limit]
    widths = _widths(shown)
    for words in shown:
        yield from _lines(words, widths, calendar_names, color=color, indent=indent)
    if len(described) > len(shown):
        yield f"{indent}… and {len(described) - len(shown)} more"


def _widths(shown: Sequence[ChangeWords]) -> tuple[int, int]:
    titles = (len(words.title) for words in shown)
    details = (len(words.details[0]) for words in shown if words.details)
    return (
        max((width for width in titles if width <= _WIDEST_TITLE), default=0),
        max((width for width in details if width <= _WIDEST_DETAIL), default=0),
    )


def _lines(
    words: ChangeWords, widths: tuple[int, int], calendar_names: Mapping[str, str], *, color: bool, indent: str
) -> Iterator[str]:
    title_width, detail_width = widths
    first, *others = words.details or ("",)
    mark = painted(words.mark, (_MARK_STYLES[words.mark],), enabled=color)
    calendar = clean(calendar_names.get(words.calendar_id, words.calendar_id))
    note = painted(words.note, (Style.DIM,), enabled=color) if words.note else ""
    head = f"{indent}{mark} {words.title.ljust(title_width)}   {first.ljust(detail_width)}"
    yield "   ".join(part for part in (head, f"({calendar})" if calendar else "", note) if part).rstrip()
    column = f"{indent}  {' ' * title_width}   "
    yield from (f"{column}{detail}" for detail in others[:_SHOWN_DETAILS])
    if len(others) > _SHOWN_DETAILS:
        yield f"{column}… and {len(others) - _SHOWN_DETAILS} more fields"
