"""What `trigger` shows: what can be sent, and what became of each that was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.samples import SAMPLES
from cronofy_cli.core.text import clean
from cronofy_cli.errors import ExitCode
from cronofy_cli.output.deliveries import quoted
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.core.notifications.samples import Sample
    from cronofy_cli.output.streams import Output


@dataclass(frozen=True, slots=True)
class Triggered:
    """One notification that was sent by hand."""

    number: int
    type: str
    target: str
    attempt: Attempt
    hint: str | None = None
    """What to look at when it did not go well."""


def show_triggered(output: Output, sent: Iterable[Triggered]) -> int:
    """Write each notification as soon as it is answered, and return the exit code."""
    attempts: list[Attempt] = []

    def kept() -> Iterator[Triggered]:
        for triggered in sent:
            attempts.append(triggered.attempt)
            yield triggered

    if output.format is OutputFormat.TABLE:
        for triggered in kept():
            output.data(_line(output, triggered))
    else:
        show_list(output, kept(), _view())
    failed = [attempt for attempt in attempts if not attempt.succeeded]
    if not failed:
        return ExitCode.DONE
    return ExitCode.UNREACHABLE if all(attempt.is_unreachable for attempt in failed) else ExitCode.FAILED


def _line(output: Output, triggered: Triggered) -> str:
    attempt = triggered.attempt
    mark = output.paint("✓", Style.GREEN) if attempt.succeeded else output.paint("✗", Style.RED)
    below = [] if attempt.succeeded else quoted(attempt.excerpt)
    below += [clean(triggered.hint)] if triggered.hint else []
    answer = "".join(f"\n     {line}" for line in below)
    found = f" at {attempt.address}" if attempt.address and "//localhost" in triggered.target else ""
    return f" {mark} {clean(triggered.type)} -> {clean(triggered.target)}  {attempt.summary}{found}{answer}"


def _view() -> ListView[Triggered]:
    return ListView(
        columns=(
            Column("NUMBER", lambda each: str(each.number)),
            Column("TYPE", lambda each: each.type),
            Column("TARGET", lambda each: each.target),
            Column("RESULT", lambda each: each.attempt.result),
            Column("MS", lambda each: f"{each.attempt.duration_ms:.0f}"),
            Column("ANSWER", lambda each: " ".join(each.attempt.excerpt) or each.attempt.reason or ""),
            Column("HINT", lambda each: each.hint or ""),
        ),
        document=_document,
        empty="",
    )


def _document(triggered: Triggered) -> bytes:
    from msgspec.structs import asdict

    from cronofy_cli.output.documents.attempts import AttemptDocument, TriggeredDocument

    attempt = AttemptDocument.about(triggered.attempt, triggered.hint)
    document = TriggeredDocument(
        **asdict(attempt), number=triggered.number, type=triggered.type, target=triggered.target
    )
    return document.encode()


def show_samples(output: Output) -> None:
    """List what can be sent."""
    view: ListView[Sample] = ListView(
        columns=(
            Column("TYPE", lambda sample: sample.name),
            Column("SENT TO THE URL OF", lambda sample: sample.surface),
            Column("MEANING", lambda sample: sample.meaning, 100),
        ),
        document=_sample_document,
        empty="",
    )
    show_list(output, SAMPLES, view, streamed=True)


def _sample_document(sample: Sample) -> bytes:
    from cronofy_cli.output.documents.samples import SampleDocument

    return SampleDocument(sample.name, sample.type, sample.surface, sample.meaning, sample.docs).encode()
