"""What `listen` prints: ticks until it is ready, a line for each delivery, the events behind it, troubles.

Several threads report here; a block of lines stays together.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.core.events import change_mark, describe_when, parse_event
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.output.deliveries import compact_line, delivery_document, full_text
from cronofy_cli.output.errors import error_for_people
from cronofy_cli.output.streams import PipeClosed, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from cronofy_cli.core.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.forwarding.reports import ForwardReport, TargetChange
    from cronofy_cli.listener.change_reader import ChangeRead
    from cronofy_cli.listener.watchdog import Gap
    from cronofy_cli.output.streams import Output

_MARK_STYLES = {"+": Style.GREEN, "-": Style.RED, "~": Style.YELLOW}
_SHOWN_EVENTS = 20
"""So many events are listed under a notification; the others are counted."""


class PrintStyle(StrEnum):
    """How deliveries are printed."""

    COMPACT = "compact"
    FULL = "full"
    JSON = "json"


class LiveOutput:
    """The one place that prints while notifications arrive."""

    def __init__(self, output: Output, style: PrintStyle, zone: tzinfo, on_pipe_closed: Callable[[], None]) -> None:
        self._on_pipe_closed = on_pipe_closed
        self._output = output
        self._style = style
        self._zone = zone
        self._lock = threading.Lock()
        self._last_id: int | None = None
        self.calendar_names: Mapping[str, str] = {}
        """Known names by id, for the events' lines. Set before the first delivery."""

    def tick(self, name: str, detail: str) -> None:
        """A step on the way to ready is done. For people, on stderr."""
        mark = self._output.paint_note("✓", Style.GREEN)
        with self._lock:
            self._output.styled_note(f" {mark} {name.ljust(12)}  {clean(detail)}")

    def remark(self, text: str) -> None:
        """Say something to people, on stderr."""
        with self._lock:
            self._output.note(text)

    def trouble(self, error: CronofyError) -> None:
        """Say what went wrong without ending, on stderr."""
        with self._lock:
            self._output.styled_note(error_for_people(error, color=self._output.color_stderr))

    def gap(self, gap: Gap) -> None:
        """Tell of a time in which nothing may have arrived, and from when to read."""
        since = to_utc_seconds(gap.started)
        if self._style is PrintStyle.JSON:
            import msgspec

            document = {"kind": "gap", "started": since, "ended": to_utc_seconds(gap.ended), "reason": gap.reason}
            with self._lock:
                self._write(msgspec.json.encode(document))
        self.remark(
            f" Ready again after a gap of {gap.seconds:.0f} s ({gap.reason}). What changed in it: cronofy events read "
            f"--last-modified {since} --include-deleted --include-moved --include-managed"
        )

    def ready(self, document: Mapping[str, object], sentence: str) -> None:
        """Say that notifications will arrive: a sentence for people, a line for programs."""
        if self._style is PrintStyle.JSON:
            import msgspec

            with self._lock:
                self._write(msgspec.json.encode({"kind": "ready", **document}))
        self.remark(f" {sentence}")

    def deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Print deliveries, in one write."""
        if self._style is PrintStyle.JSON:
            import msgspec

            encode = msgspec.json.Encoder().encode
            lines = [encode({"kind": "delivery", **delivery_document(delivery)}) for delivery in deliveries]
        else:
            draw = full_text if self._style is PrintStyle.FULL else compact_line
            lines = [draw(delivery, color=self._output.color_stdout).encode() for delivery in deliveries]
        with self._lock:
            self._last_id = deliveries[-1].id
            self._write(b"\n".join(lines))

    def forwarded(self, report: ForwardReport) -> None:
        """Tell how handing a delivery to the application went."""
        from cronofy_cli.output.forwards import forward_document, forward_lines

        if self._style is PrintStyle.JSON:
            import msgspec

            line = msgspec.json.encode({"kind": "forward", **forward_document(report)})
        else:
            line = "\n".join(forward_lines(report, color=self._output.color_stdout)).encode("utf-8", "replace")
        with self._lock:
            self._write(line)

    def target_changed(self, change: TargetChange) -> None:
        """Tell that the application is not there any more, or there again."""
        mark = "is there again" if change.is_up else "is not there"
        self.remark(f" {change.target.url} {mark}: {change.detail}")

    def events(self, read: ChangeRead) -> None:
        """Print the events behind one or more deliveries."""
        if self._style is PrintStyle.JSON:
            with self._lock:
                self._write(b'{"kind":"events",' + read.payload()[1:])
            return
        lines = [self._event_line(raw, read.changes_since) for raw in read.events[:_SHOWN_EVENTS]]
        if len(read.events) > _SHOWN_EVENTS:
            lines.append(f"            … and {len(read.events) - _SHOWN_EVENTS} more: cronofy deliveries show")
        if not read.events:
            lines.append("            no event: it was changed again, or is outside the sync window")
        with self._lock:
            if read.delivery_ids != (self._last_id,):
                lines.insert(0, f"          {_for_deliveries(read.delivery_ids)}")
            self._write("\n".join(lines).encode("utf-8", "replace"))

    def _event_line(self, raw: bytes, changes_since: str) -> str:
        event = parse_event(raw)
        mark = change_mark(event, changes_since)
        when = describe_when(event.start, event.end, self._zone, this_year=datetime.now(UTC).year)
        name = self.calendar_names.get(event.calendar_id, event.calendar_id)
        title = clean(event.summary) or ("(private)" if event.event_private else "(no title)")
        painted = self._output.paint(mark, _MARK_STYLES[mark])
        return f'            {painted} "{title}"  {clean(when)}  ({clean(name)})'

    def _write(self, content: bytes) -> None:
        try:
            self._output.data_bytes(content + b"\n")
        except PipeClosed:
            self._on_pipe_closed()


def _for_deliveries(delivery_ids: Sequence[int]) -> str:
    if not delivery_ids:
        return "reconstructed, missed in the gap:"
    if len(delivery_ids) == 1:
        return f"for #{delivery_ids[0]}:"
    return f"for {len(delivery_ids)} notifications, #{delivery_ids[0]} to #{delivery_ids[-1]}:"
