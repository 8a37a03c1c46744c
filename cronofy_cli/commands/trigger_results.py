"""What `trigger` shows: what can be sent, and what became of each that was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.samples import SAMPLES
from cronofy_cli.core.text import clean
from cronofy_cli.errors import ExitCode
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.notifications.samples import Sample
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.output.streams import Output


@dataclass(frozen=True, slots=True)
class SentDelivery:
    """One notification that was sent by hand."""

    number: int
    type: str
    url: str
    outcome: Outcome
    advice: str | None = None
    """What to look at when it failed."""


def show_deliveries(output: Output, deliveries: Iterable[SentDelivery]) -> int:
    """Write each delivery as soon as it is done, and return the exit code."""
    outcomes: list[Outcome] = []

    def kept() -> Iterator[SentDelivery]:
        for delivery in deliveries:
            outcomes.append(delivery.outcome)
            yield delivery

    if output.format is OutputFormat.TABLE:
        for delivery in kept():
            output.data(_line(output, delivery))
    else:
        show_list(output, kept(), _view())
    failed = [outcome for outcome in outcomes if not outcome.is_success]
    if not failed:
        return ExitCode.DONE
    return ExitCode.UNREACHABLE if all(outcome.is_unreachable for outcome in failed) else ExitCode.FAILED


def _line(output: Output, delivery: SentDelivery) -> str:
    outcome = delivery.outcome
    mark = output.paint("✓", Style.GREEN) if outcome.is_success else output.paint("✗", Style.RED)
    below = [] if outcome.is_success else outcome.excerpt.splitlines()
    below += [delivery.advice] if delivery.advice else []
    answer = "".join(f"\n     {clean(line)}" for line in below)
    found = f" at {outcome.address}" if outcome.address else ""
    return f" {mark} {clean(delivery.type)} -> {clean(delivery.url)}  {outcome.summary}{found}{answer}"


def _view() -> ListView[SentDelivery]:
    return ListView(
        columns=(
            Column("NUMBER", lambda each: str(each.number)),
            Column("TYPE", lambda each: each.type),
            Column("URL", lambda each: each.url),
            Column("STATUS", lambda each: str(each.outcome.status or each.outcome.trouble)),
            Column("MS", lambda each: f"{each.outcome.elapsed_ms:.0f}"),
            Column("ANSWER", lambda each: each.outcome.excerpt or each.outcome.detail),
            Column("ADVICE", lambda each: each.advice or ""),
        ),
        document=_document,
        empty="",
    )


def _document(delivery: SentDelivery) -> bytes:
    fields: dict[str, object] = {"number": delivery.number, "type": delivery.type, "url": delivery.url}
    return json.dumps(fields | delivery.outcome.document | {"advice": delivery.advice}).encode()


def show_samples(output: Output) -> None:
    """List what can be sent."""
    view: ListView[Sample] = ListView(
        columns=(
            Column("TYPE", lambda sample: sample.name),
            Column("SENT TO THE URL OF", lambda sample: sample.surface),
            Column("MEANING", lambda sample: sample.meaning, 100),
        ),
        document=lambda sample: json.dumps(
            {
                "name": sample.name,
                "type": sample.type,
                "surface": sample.surface,
                "meaning": sample.meaning,
                "docs": sample.docs,
            }
        ).encode(),
        empty="",
    )
    show_list(output, SAMPLES, view, streamed=True)
