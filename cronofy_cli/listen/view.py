"""What `listen` prints: ticks until it is ready, a line for each delivery, what changed, what is wrong, troubles.

Several threads report here; a block of lines stays together.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import OutputLost
from cronofy_cli.output.deliveries import compact_line, full_text
from cronofy_cli.output.errors import error_for_people
from cronofy_cli.output.streams import PipeClosed, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from cronofy_cli.adapters.history import Forward, Gap
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.forwarding.late import LateBacklog
    from cronofy_cli.listen.forwarding.reports import ForwardReport, TargetBack, Waiting
    from cronofy_cli.listen.forwarding.tally import Totals
    from cronofy_cli.listen.signature_examiner import Examined
    from cronofy_cli.output.documents.running import ReadyDocument
    from cronofy_cli.output.streams import Output

_HEAD: Final = " " * 10
_DETAIL: Final = 17
"""The column in which the details of a step begin."""
_INDENT: Final = " " * 12
"""Below the line of a delivery."""
_MOST_NUMBERS: Final = 10


class LiveOutput:
    """The one place that prints while notifications arrive."""

    def __init__(
        self,
        output: Output,
        style: PrintStyle,
        zone: tzinfo,
        on_pipe_closed: Callable[[], None],
        options: tuple[str, ...] = (),
    ) -> None:
        """`options` are those that chose context and data center, for commands to be typed."""
        self._on_pipe_closed = on_pipe_closed
        self._output = output
        self._style = style
        self._zone = zone
        self._options = options
        self._lock = threading.Lock()
        self._last_id: int | None = None
        self._last_nothing: str | None = None
        """What was said of the last read, if it brought nothing."""
        self._verifications: set[int | None] = set()
        """Those that have their line."""
        self.calendar_names: Mapping[str, str] = {}
        """Known names by id, for the events' lines. Set before the first delivery."""

    def tick(self, name: str, detail: str) -> None:
        """A step on the way to ready is done. For people, on stderr."""
        mark = self._output.paint_note("✓", Style.GREEN)
        with self._lock:
            self._output.styled_note(self._fitting(f" {mark} {name.ljust(12)}  {clean(detail)}", indent=_DETAIL))

    def remark(self, text: str) -> None:
        """Say something to people, on stderr."""
        with self._lock:
            self._output.note(self._fitting(text))

    def trouble(self, error: CronofyError) -> None:
        """Say what went wrong without ending, on stderr."""
        with self._lock:
            self._output.styled_note(error_for_people(error, color=self._output.color_stderr))

    def gap(self, gap: Gap) -> None:
        """Report a time in which nothing may have arrived, and from when to read."""
        since = to_utc_seconds(gap.started)
        if self._style is PrintStyle.JSON:
            from cronofy_cli.output.documents.running import GapLine

            with self._lock:
                self._write(GapLine(since, to_utc_seconds(gap.ended), gap.reason).encode())
        by_hand = own_command(("events", "read", "--changes-since", since), self._options)
        self.remark(f" Ready again after a gap of {gap.seconds:.0f} s ({gap.reason}). To see what changed: {by_hand}")

    def ready(self, document: ReadyDocument, sentence: str) -> None:
        """Say that notifications will arrive: a sentence for people, a line for programs."""
        if self._style is PrintStyle.JSON:
            from msgspec.structs import asdict

            from cronofy_cli.output.documents.running import ReadyLine

            with self._lock:
                self._write(ReadyLine(**asdict(document)).encode())
        self.remark(f" {sentence}")

    def standing_by(self, callback_url: str) -> None:
        """Say that another listener receives for the address: a sentence for people, a line for programs."""
        if self._style is PrintStyle.JSON:
            from cronofy_cli.output.documents.running import StandbyLine

            with self._lock:
                self._write(StandbyLine(callback_url).encode())
        self.remark(" Standing by: another listener receives for this address. This one takes its place when it ends.")

    def deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Print deliveries, in one write."""
        if self._style is PrintStyle.JSON:
            import msgspec

            from cronofy_cli.output.documents.deliveries import DeliveryLine

            encode = msgspec.json.Encoder().encode
            lines = [encode(DeliveryLine.of(delivery)) for delivery in deliveries]
        else:
            draw = full_text if self._style is PrintStyle.FULL else compact_line
            lines = [draw(delivery, color=self._output.color_stdout).encode() for delivery in deliveries]
        with self._lock:
            self._last_id = deliveries[-1].id
            self._verifications.update(each.id for each in deliveries if _is_verification(each))
            self._write(b"\n".join(lines))

    def forwarded(self, report: ForwardReport) -> None:
        """Report how forwarding a delivery to the application went."""
        from cronofy_cli.listen.lines import forward_lines

        if self._style is PrintStyle.JSON:
            from cronofy_cli.output.documents.attempts import ForwardLine

            line = ForwardLine.live(report.forward, report.hint, report.retried_in_s, late=report.is_late).encode()
        else:
            lines = [*self._headline(report.delivery), *forward_lines(report, color=self._output.color_stdout)]
            line = "\n".join(lines).encode("utf-8", "replace")
        with self._lock:
            self._write(line)

    def waiting(self, waiting: Waiting) -> None:
        """Tell people that what has arrived waits for the application."""
        from cronofy_cli.listen.lines import waiting_line

        if self._style is not PrintStyle.JSON:
            with self._lock:
                self._write(waiting_line(waiting, color=self._output.color_stdout).encode("utf-8", "replace"))

    def target_back(self, back: TargetBack) -> None:
        """Report that the application can be reached again."""
        self.remark(f" {back.target.url} can be reached again: {back.address}")

    def may_send(self, backlog: LateBacklog, is_over: Callable[[], bool]) -> bool:
        """Ask at the terminal whether to send what waits; no where there is none, or the run ends."""
        if not self._output.can_prompt:
            return False
        from cronofy_cli.listen.lines import late_words
        from cronofy_cli.output.questions import ask_aside

        with self._lock:
            self._output.note(f" {late_words(backlog)}. Send them now? [y/N]")
        return ask_aside(is_over).strip().lower() in {"y", "yes"}

    def held(self, backlog: LateBacklog) -> None:
        """Say that what waits is not sent, and how it can be."""
        from cronofy_cli.listen.lines import late_words

        since = to_utc_seconds(backlog.since)
        command = own_command(("deliveries", "replay", "--not-forwarded", "--since", since))
        self.remark(
            f" {late_words(backlog)} since {since}, more than {backlog.most}: "
            f"none of them is sent\n send them: {command}; always send them: --backlog send"
        )

    def totals(self, totals: Totals, since: datetime) -> None:
        """Say at the end how many deliveries came, what became of forwarding them, and how to send the rest."""
        self.remark(
            f" {totals.received} received, {totals.forwarded} forwarded, {totals.failed} failed, "
            f"{totals.waiting} still to send"
        )
        if not totals.is_all_taken:
            which = "--failed" if totals.failed else "--not-forwarded"
            command = own_command(("deliveries", "replay", which, "--since", to_utc_seconds(since)))
            self.remark(f" send {'them again' if totals.failed else 'the rest'}: {command}")

    def unwritten(self, forwards: Sequence[Forward]) -> None:
        """Say at the end which results of forwarding are not in the history, and what that means."""
        taken = sorted({forward.delivery_id for forward in forwards if forward.attempt.succeeded})
        what = "result" if len(forwards) == 1 else "results"
        self.remark(f" {len(forwards)} {what} of forwarding could not be written to the history")
        if taken:
            numbers = ", ".join(f"#{number}" for number in taken[:_MOST_NUMBERS])
            more = f" and {len(taken) - _MOST_NUMBERS} more" if len(taken) > _MOST_NUMBERS else ""
            self.remark(
                f" the application took {numbers}{more}, and the history still has them as waiting: "
                "'deliveries replay --not-forwarded' would send them again"
            )

    def _headline(self, delivery: Delivery) -> list[str]:
        """Return the line of a verification that is forwarded and was not shown: it is a step on the way to ready."""
        if not _is_verification(delivery) or delivery.id in self._verifications:
            return []
        self._verifications.add(delivery.id)
        self._last_id = delivery.id
        return [compact_line(delivery, color=self._output.color_stdout)]

    def events(self, read: ChangeRead) -> None:
        """Print what a read has brought: the changes for people, the events too for programs."""
        if self._style is PrintStyle.JSON:
            from cronofy_cli.core.json_lines import one_line
            from cronofy_cli.output.documents.events import EventsLine, change_documents, raw_events

            line = EventsLine(
                reconstructed=read.is_reconstructed,
                delivery_ids=read.delivery_ids,
                changes_since=read.changes_since,
                events=raw_events(read.events),
                changes=change_documents(read.changes),
            )
            with self._lock:
                self._write(one_line(line.encode()))
            return
        from cronofy_cli.listen.lines import nothing_new, why_read

        lines = self._change_lines(read)
        nothing = None if lines else nothing_new(read)
        with self._lock:
            if nothing is not None:
                # A burst brings the same many times over: it is said once.
                if nothing == self._last_nothing and not read.is_reconstructed:
                    return
                lines = [f"{_INDENT}{nothing}"]
            self._last_nothing = nothing
            if read.delivery_ids != (self._last_id,) or read.is_reconstructed:
                lines.insert(0, f"{_HEAD}{why_read(read)}")
            self._write("\n".join(lines).encode("utf-8", "replace"))

    def examined(self, examined: Examined, *, was_shown: bool) -> None:
        """Report why a signature is wrong or missing; to people alone if the delivery itself was not shown."""
        from cronofy_cli.listen.lines import examined_lines

        if was_shown and self._style is PrintStyle.JSON:
            from cronofy_cli.output.documents.signatures import DiagnosisLine

            line = DiagnosisLine.of(examined.delivery.id, examined.finding, examined.left_out)
            with self._lock:
                self._write(line.encode())
            return
        lines = [f"{_INDENT}{line}" for line in examined_lines(examined)]
        if not was_shown:
            self.remark("\n".join(lines))
            return
        with self._lock:
            if examined.delivery.id != self._last_id:
                lines.insert(0, f"{_HEAD}for #{examined.delivery.id}:")
            self._write("\n".join(lines).encode("utf-8", "replace"))

    def _change_lines(self, read: ChangeRead) -> list[str]:
        from cronofy_cli.output.events.event_changes import change_lines

        today = datetime.now(self._zone).date()
        color = self._output.color_stdout
        return list(change_lines(read.changes, self._zone, self.calendar_names, today=today, color=color))

    def _write(self, content: bytes) -> None:
        try:
            self._write_lines(content + b"\n")
        except PipeClosed:
            self._on_pipe_closed()
        except OutputLost as error:
            # What arrives is recorded and forwarded all the same.
            self._output.styled_note(error_for_people(error, color=self._output.color_stderr))

    def _write_lines(self, content: bytes) -> None:
        if self._style is PrintStyle.JSON:
            from cronofy_cli.output.json_text import write_json_lines

            write_json_lines(self._output, content)
        elif self._style is PrintStyle.COMPACT and self._output.is_terminal:
            self._output.data_bytes(self._fitting(content.decode("utf-8", "replace")).encode("utf-8", "replace"))
        else:
            self._output.data_bytes(content)

    def _fitting(self, text: str, *, indent: int | None = None) -> str:
        """Return lines as a terminal can show them."""
        if not self._output.is_terminal:
            return text
        from cronofy_cli.output.wrapping import fitting

        return fitting(text, self._output.width, indent=indent)


def _is_verification(delivery: Delivery) -> bool:
    return delivery.notification.type == "verification"
