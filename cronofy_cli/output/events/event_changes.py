"""How changes of events look: lines under a notification or a delivery that is shown, or as they are found by looking.

    ~ "Sales call"   start  Tue 10:00 -> Wed 11:00   (Work)
    + "Lunch"        Thu 12:00-13:00                 (Home)
    - "Old stand-up" Mon 09:30-09:45                 (Work)   42 of a series, Mon 23 Nov to Fri 22 Jan 2027

What is said is core's business (`event_change_words`); these lines are plain text with plain ANSI, as a burst can bring
many of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.counts import counted
from cronofy_cli.core.events.event_change_words import describe_changes
from cronofy_cli.core.text import clean
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from cronofy_cli.core.events.event_change_words import ChangeWords
    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.output.streams import Output

INDENT: Final = " " * 12
SHOWN_CHANGES: Final = 20
"""The most events that are shown under a notification; the others are counted."""
_SHOWN_DETAILS: Final = 8
_MARK_STYLES: Final = {"+": Style.GREEN, "-": Style.RED, "~": Style.YELLOW}
_SHOWN_INDENT: Final = " " * 4
"""Below a delivery that is shown."""
_IN_LINES: Final = {"changes", "calendar_names"}
"""What lines say of a kept read, so that its JSON need not."""
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


def write_changes(output: Output, changes: Sequence[EventChange]) -> None:
    """Write a line of JSON for each change."""
    from cronofy_cli.output.documents.events import EventChangeDocument
    from cronofy_cli.output.json_text import write_json_lines

    write_json_lines(output, b"".join(EventChangeDocument.of(change).encode() + b"\n" for change in changes))


def show_changes(
    output: Output, changes: Sequence[EventChange], calendar_names: Mapping[str, str], now: datetime
) -> None:
    """Write lines for people, the local time of `now` in front of each change."""
    assert now.tzinfo is not None
    time = f"{now:%H:%M:%S}  "
    blank = " " * len(time)
    lines = change_lines(
        changes, now.tzinfo, calendar_names, today=now.date(), color=output.color_stdout, indent=blank, limit=None
    )
    for line in lines:
        is_detail = line.startswith(f"{blank} ")
        output.data(line if is_detail else time + line[len(blank) :])


def show_events_read(output: Output, payload: bytes, zone: tzinfo, today: date) -> None:
    """Write a kept read for people. Reads of earlier versions have events without changes."""
    from cronofy_cli.core.events.event_changes import changes_in
    from cronofy_cli.output.json_text import pretty

    changes = changes_in(payload)
    if changes is not None:
        output.data(f"\n{_SHOWN_INDENT}what changed\n")
        names = _calendar_names(payload)
        lines = list(
            change_lines(changes, zone, names, today=today, color=output.color_stdout, indent=_SHOWN_INDENT, limit=None)
        )
        output.data("\n".join(lines) or f"{_SHOWN_INDENT}nothing that was not reported before")
        payload = _without_changes(payload)
    output.data(f"\n{_SHOWN_INDENT}events read for it\n")
    output.data("\n".join(f"{_SHOWN_INDENT}{line}" for line in pretty(payload, color=output.color_stdout).splitlines()))


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
        yield f"{column}… and {counted(len(others) - _SHOWN_DETAILS, 'more field')}"


def _calendar_names(payload: bytes) -> dict[str, str]:
    """Return the names by id that were known when it was read. Reads of before they were kept have none."""
    from cronofy_cli.core.fields import as_object, decode_object

    names = as_object(decode_object(payload).get("calendar_names"))
    return {key: name for key, name in names.items() if isinstance(name, str)}


def _without_changes(payload: bytes) -> bytes:
    import msgspec

    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in fields.items() if name not in _IN_LINES})
