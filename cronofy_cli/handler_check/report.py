"""Results as lines for people: one for each case, and below a failed one what it is about and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean
from cronofy_cli.handler_check.case import DOCS_SITE
from cronofy_cli.handler_check.verdict import State
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.handler_check.verdict import Result
    from cronofy_cli.output.streams import Output

_MARKS: Final = {
    State.PASSED: ("✓", Style.GREEN),
    State.FAILED: ("✗", Style.RED),
    State.SKIPPED: ("-", Style.DIM),
}
_ID_WIDTH: Final = 40
_INDENT: Final = " " * 12


def common_line(attempt: Attempt, advice: str) -> str:
    """Say what to look at first when everything failed alike."""
    how = attempt.summary if attempt.failure is not None else str(attempt.status)
    return f"All that it should accept ended alike, {how}: {clean(advice)}"


def result_lines(output: Output, result: Result) -> Iterator[str]:
    """Yield the lines of one result."""
    mark, style = _MARKS[result.state]
    case = result.case
    yield f" {output.paint(mark, style)} {case.importance:<6}  {case.id:<{_ID_WIDTH}}  {clean(result.finding)}"
    if result.state is not State.FAILED:
        return
    told = [
        ("sent", case.sent),
        ("expected", case.expectation.words),
        *(("answer", line) for line in result.excerpt),
        ("why", case.reason.why),
        ("usually", case.reason.usual_cause),
        ("docs", DOCS_SITE + case.reason.docs),
    ]
    for label, text in told:
        yield f"{_INDENT}{output.paint(f'{label:<8}', Style.DIM)}  {clean(text)}"
