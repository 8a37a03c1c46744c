"""How the events look that were read for a delivery and are kept in the history: what changed, then their JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.event_changes import changes_in
from cronofy_cli.output.event_changes import change_lines
from cronofy_cli.output.json_text import pretty

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from cronofy_cli.output.streams import Output

_INDENT: Final = " " * 4


def show_events_read(output: Output, payload: bytes, zone: tzinfo, today: date) -> None:
    """Write a kept read for people. Reads of before changes were told apart have only events."""
    changes = changes_in(payload)
    if changes is not None:
        output.data(f"\n{_INDENT}what changed\n")
        lines = list(
            change_lines(changes, zone, {}, today=today, color=output.color_stdout, indent=_INDENT, limit=None)
        )
        output.data("\n".join(lines) or f"{_INDENT}nothing that was not told before")
        payload = _without_changes(payload)
    output.data(f"\n{_INDENT}events read for it\n")
    output.data("\n".join(f"{_INDENT}{line}" for line in pretty(payload, color=output.color_stdout).splitlines()))


def _without_changes(payload: bytes) -> bytes:
    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in fields.items() if name != "changes"})
