"""The answer of `why`: the likeliest cause first with what it rests on and its cure, or the same for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean
from cronofy_cli.output.streams import OutputFormat, Style
from cronofy_cli.why.answer import Likelihood, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.checks import Evidence as Seen
    from cronofy_cli.output.streams import Output
    from cronofy_cli.why.answer import Answer, Cause

_COLORS = {Likelihood.CERTAIN: Style.RED, Likelihood.LIKELY: Style.YELLOW, Likelihood.POSSIBLE: Style.DIM}
_VERDICTS = {
    Verdict.NOTHING_WRONG: "nothing wrong found",
    Verdict.UNKNOWN: "nothing can be said: Cronofy could not be asked",
}
_WIDTH = 12
"""Of the left column."""


def show_answer(output: Output, answer: Answer) -> None:
    """Write the answer in the output's format."""
    if output.format.is_json:
        from cronofy_cli.output.json_text import show_document

        show_document(output, answer_document(answer))
    elif output.format is OutputFormat.TSV:
        for row in _rows(answer):
            output.data("\t".join(map(clean, row)))
    else:
        for line in _lines(output, answer):
            output.data(line)


def answer_document(answer: Answer) -> bytes:
    """Return the answer as JSON. Evidence with several values under one name has them in an array."""
    import msgspec

    return msgspec.json.encode(
        {
            "verdict": answer.verdict,
            "causes": [_cause_document(cause) for cause in answer.causes],
            "worth_knowing": [_cause_document(cause) for cause in answer.worth_knowing],
            "looked_at": [{"what": each.what, "finding": each.finding} for each in answer.looked],
            "not_looked_at": [
                {"what": each.what, "reason": each.reason, "cure": each.cure or None} for each in answer.unseen
            ],
        }
    )


def _cause_document(cause: Cause) -> dict[str, object]:
    return {
        "code": cause.code,
        "likelihood": cause.likelihood,
        "subject": cause.subject or None,
        "sentence": cause.sentence,
        "cure": cause.cure,
        "evidence": _evidence(cause.evidence),
    }


def _evidence(seen: Seen) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    for name, value in seen:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _rows(answer: Answer) -> Iterator[tuple[str, ...]]:
    """Yield kind, code, subject, sentence and cure of everything; the verdict comes first where there is no cause."""
    if not answer.causes:
        yield answer.verdict, "", "", _VERDICTS[answer.verdict], ""
    for cause in (*answer.causes, *answer.worth_knowing):
        yield cause.likelihood, cause.code, cause.subject, cause.sentence, cause.cure
    for each in answer.looked:
        yield "looked_at", each.what, "", each.finding, ""
    for missing in answer.unseen:
        yield "not_looked_at", missing.what, "", missing.reason, missing.cure


def _lines(output: Output, answer: Answer) -> Iterator[str]:
    for number, cause in enumerate(answer.causes, 1):
        yield from _cause_lines(output, cause, f"{number}.")
    if not answer.causes:
        is_fine = answer.verdict is Verdict.NOTHING_WRONG
        mark = output.paint("✓", Style.GREEN) if is_fine else output.paint("?", Style.YELLOW)
        yield f"{mark}  {_VERDICTS[answer.verdict]}"
    for cause in answer.worth_knowing:
        yield from _cause_lines(output, cause, "-")
    yield from _section(output, "looked at", [(each.what, each.finding) for each in answer.looked])
    unseen = [(each.what, f"{each.reason}{f'; {each.cure}' if each.cure else ''}") for each in answer.unseen]
    yield from _section(output, "could not look at", unseen)


def _cause_lines(output: Output, cause: Cause, mark: str) -> Iterator[str]:
    likelihood = output.paint(cause.likelihood.ljust(_WIDTH - 3), _COLORS[cause.likelihood])
    yield f"{mark:<3}{likelihood} {clean(cause.sentence)}  {output.paint(cause.code, Style.DIM)}"
    indent = " " * (_WIDTH + 1)
    for name, value in cause.evidence:
        yield f"{indent}{output.paint(f'{clean(name)}: {clean(value)}', Style.DIM)}"
    yield f"{indent}{output.paint('cure:', Style.CYAN)} {clean(cause.cure)}"


def _section(output: Output, title: str, entries: list[tuple[str, str]]) -> Iterator[str]:
    if not entries:
        return
    yield output.paint(title, Style.BOLD)
    width = max(len(clean(name)) for name, _ in entries)
    for name, text in entries:
        yield f"   {clean(name).ljust(width)} {output.paint(clean(text), Style.DIM)}"
