"""How the events look that were read for a delivery and are kept in the history: what changed, then their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event_changes import changes_in
from cronofy_cli.core.fields import as_object, decode_object
from cronofy_cli.output.events.event_changes import change_lines
from cronofy_cli.output.json_text import pretty

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from cronofy_cli.output.streams import Output

_INDENT: Final = " " * 4
_TOLD: Final = {"changes", "calendar_names"}
"""Of a kept read, what is told in lines."""


def show_events_read(output: Output, payload: bytes, zone: tzinfo, today: date) -> None:
    """Write a kept read for people. Reads of before changes were told apart have only events."""
    changes = changes_in(payload)
    if changes is not None:
        output.data(f"\n{_INDENT}what changed\n")
        names = _calendar_names(payload)
        lines = list(
            change_lines(changes, zone, names, today=today, color=output.color_stdout, indent=_INDENT, limit=None)
        )
        output.data("\n".join(lines) or f"{_INDENT}nothing that was not told before")
        payload = _without_changes(payload)
    output.data(f"\n{_INDENT}events read for it\n")
    output.data("\n".join(f"{_INDENT}{line}" for line in pretty(payload, color=output.color_stdout).splitlines()))


def _calendar_names(payload: bytes) -> dict[str, str]:
    """Return the names by id that were known when it was read. Reads of before they were kept have none."""
    names = as_object(decode_object(payload).get("calendar_names"))
    return {key: name for key, name in names.items() if isinstance(name, str)}


def _without_changes(payload: bytes) -> bytes:
    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in fields.items() if name not in _TOLD})
