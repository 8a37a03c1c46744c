"""Changes as they are found by looking: lines with their time for people, a JSON document each for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.output.events.event_changes import change_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.output.streams import Output


def write_changes(output: Output, changes: Sequence[EventChange]) -> None:
    """Write a line of JSON for each change."""
    import msgspec

    from cronofy_cli.core.events.event_changes import as_data
    from cronofy_cli.output.json_text import write_json_lines

    encode = msgspec.json.Encoder().encode
    write_json_lines(output, b"".join(encode(as_data(change)) + b"\n" for change in changes))


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
