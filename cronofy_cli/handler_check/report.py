"""Results for people: a line for each case, and below a failed one what it is about and what to do.

When nothing is accepted and almost all of it fails alike, the cases say little: there is one diagnosis instead.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean
from cronofy_cli.handler_check.case import DOCS_SITE
from cronofy_cli.handler_check.verdict import State, accepts_nothing, alike, asked, summary
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cronofy_cli.handler_check.verdict import Result
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.output.streams import Output

_MARKS: Final = {
    State.PASSED: ("✓", Style.GREEN),
    State.FAILED: ("✗", Style.RED),
    State.INCONCLUSIVE: ("?", Style.YELLOW),
    State.SKIPPED: ("-", Style.DIM),
}
_ID_WIDTH: Final = 40
_INDENT: Final = " " * 12
_FEWEST_ALIKE: Final = 3
"""With fewer cases there is nothing to gain."""
_MOST_ALIKE: Final = 0.8
"""So large a part has one cause; the burst, for one, can fail in another way besides."""


def show_to_people(output: Output, results: Iterable[Result], target: Target) -> list[Result]:
    """Write each result as soon as it is known, and return them all.

    As long as nothing is accepted they are held back, because there may be one diagnosis.
    """
    known: list[Result] = []
    is_held = True
    for result in results:
        known.append(result)
        if is_held and accepts_nothing(known):
            continue
        for each in known if is_held else [result]:
            _write(output, result_lines(output, each))
        is_held = False
    if is_held:
        _write(output, _held_lines(output, known))
    output.note(f"{summary(known)}{_found_at(known, target)}")
    return known


def result_lines(output: Output, result: Result) -> Iterator[str]:
    """Yield the lines of one result."""
    mark, style = _MARKS[result.state]
    case = result.case
    yield f" {output.paint(mark, style)} {case.importance:<6}  {case.id:<{_ID_WIDTH}}  {clean(result.finding)}"
    if result.state is not State.FAILED:
        return
    lines = [
        ("sent", case.sent),
        ("expected", case.expectation.words),
        *(("answer", line) for line in result.excerpt),
        ("why", case.reason.why),
        ("hint", result.hint or case.reason.usual_cause),
        ("docs", DOCS_SITE + case.reason.docs),
    ]
    yield from _labelled(output, lines)


def _held_lines(output: Output, results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines for a handler that accepts nothing."""
    failed = alike(results)
    if len(failed) < max(_FEWEST_ALIKE, _MOST_ALIKE * len(asked(results))):
        failed = []
    else:
        yield from _diagnosis_lines(output, failed)
        unproven = sum(result.state is State.INCONCLUSIVE for result in results)
        if unproven:
            text = f"{unproven} cases: to refuse what it should refuse proves nothing while it accepts nothing"
            yield from _labelled(output, [("unproven", text)])
    for result in results:
        if result not in failed and (not failed or result.state is State.FAILED):
            yield from result_lines(output, result)


def _diagnosis_lines(output: Output, failed: Sequence[Result]) -> Iterator[str]:
    first = failed[0]
    mark, style = _MARKS[State.FAILED]
    how = clean(first.attempts[-1].summary)
    yield f" {output.paint(mark, style)} the handler accepts nothing of what it should accept: {how}"
    groups = Counter(result.case.group for result in failed)
    lines = [
        *(("answer", line) for line in first.excerpt),
        ("hint", first.hint or first.case.reason.usual_cause),
        ("failed", f"{len(failed)} cases alike: {', '.join(f'{name} {number}' for name, number in groups.items())}"),
    ]
    yield from _labelled(output, lines)


def _labelled(output: Output, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, text in lines:
        yield f"{_INDENT}{output.paint(f'{label:<8}', Style.DIM)}  {clean(text)}"


def _write(output: Output, lines: Iterable[str]) -> None:
    for line in lines:
        output.data(line)


def _found_at(results: Sequence[Result], target: Target) -> str:
    found = {attempt.address for result in results for attempt in result.attempts if attempt.address}
    is_open = target.host == "localhost" and found
    return f"; localhost was found at {' and '.join(sorted(found))}" if is_open else ""
