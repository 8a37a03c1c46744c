"""What `why` concludes: the likeliest cause first with its evidence and the way to fix it, or the same for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean
from cronofy_cli.output.streams import OutputFormat, Style
from cronofy_cli.output.wrapping import hanging_lines
from cronofy_cli.why.conclusion import ConclusionState, Likelihood

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.output.streams import Output
    from cronofy_cli.why.conclusion import Conclusion, ProbableCause

_COLORS = {Likelihood.CERTAIN: Style.RED, Likelihood.LIKELY: Style.YELLOW, Likelihood.POSSIBLE: Style.DIM}
_STATES = {
    ConclusionState.NOTHING_WRONG: "nothing wrong found",
    ConclusionState.UNKNOWN: "no conclusion is possible: Cronofy could not be asked",
}
_WIDTH = 12
"""Of the left column."""


def show_conclusion(output: Output, conclusion: Conclusion) -> None:
    """Write the conclusion in the output's format."""
    if output.format.is_json:
        from cronofy_cli.output.json_text import show_document
        from cronofy_cli.why.documents import ConclusionDocument

        show_document(output, ConclusionDocument.of(conclusion).encode())
    elif output.format is OutputFormat.TSV:
        for row in _rows(conclusion):
            output.data("\t".join(map(clean, row)))
    else:
        for line in _lines(output, conclusion):
            output.data(line)


def _rows(conclusion: Conclusion) -> Iterator[tuple[str, ...]]:
    """Yield kind, code, subject, sentence and hint of everything; the verdict comes first where there is no cause."""
    if not conclusion.causes:
        yield conclusion.state, "", "", _STATES[conclusion.state], ""
    for cause in (*conclusion.causes, *conclusion.worth_knowing):
        yield cause.likelihood, cause.code, cause.subject, cause.sentence, cause.hint
    for each in conclusion.checked:
        yield "checked", each.what, "", each.finding, ""
    for missing in conclusion.not_checked:
        yield "not_checked", missing.what, "", missing.reason, missing.hint


def _lines(output: Output, conclusion: Conclusion) -> Iterator[str]:
    for number, cause in enumerate(conclusion.causes, 1):
        yield from _cause_lines(output, cause, f"{number}.")
    if not conclusion.causes:
        is_fine = conclusion.state is ConclusionState.NOTHING_WRONG
        mark = output.paint("✓", Style.GREEN) if is_fine else output.paint("?", Style.YELLOW)
        yield f"{mark}  {_STATES[conclusion.state]}"
    for cause in conclusion.worth_knowing:
        yield from _cause_lines(output, cause, "-")
    yield from _section(output, "checked", [(each.what, each.finding) for each in conclusion.checked])
    missing = [(each.what, "; ".join(filter(None, (each.reason, each.hint)))) for each in conclusion.not_checked]
    yield from _section(output, "could not check", missing)


def _cause_lines(output: Output, cause: ProbableCause, mark: str) -> Iterator[str]:
    likelihood = output.paint(cause.likelihood.ljust(_WIDTH - 3), _COLORS[cause.likelihood])
    indent, width = _WIDTH + 1, output.width

    def with_code(line: str) -> str:
        sentence = line.removesuffix(cause.code)
        return line if sentence == line else f"{sentence}{output.paint(cause.code, Style.DIM)}"

    said = f"{clean(cause.sentence)}  {cause.code}"
    yield from hanging_lines(f"{mark:<3}{likelihood} ", said, indent=indent, width=width, paint=with_code)
    left = " " * indent
    for name, value in cause.evidence:
        found = f"{clean(name)}: {clean(value)}"
        yield from hanging_lines(left, found, indent=indent, width=width, paint=_dim(output))
    # Not broken: it is a command that is copied.
    yield f"{left}{output.paint('fix:', Style.CYAN)} {clean(cause.hint)}"


def _section(output: Output, title: str, entries: list[tuple[str, str]]) -> Iterator[str]:
    if not entries:
        return
    yield output.paint(title, Style.BOLD)
    longest = max(len(clean(name)) for name, _ in entries)
    for name, text in entries:
        before, indent = f"   {clean(name).ljust(longest)} ", longest + 4
        yield from hanging_lines(before, clean(text), indent=indent, width=output.width, paint=_dim(output))


def _dim(output: Output) -> Callable[[str], str]:
    return lambda line: output.paint(line, Style.DIM)
