"""Results as lines for people: one for each case, and below a failed one what it is about and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean
from cronofy_cli.handler_check.case import DOCS_SITE
from cronofy_cli.handler_check.verdict import State
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.handler_check.verdict import Result
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.output.streams import Output

_MARKS: Final = {
    State.PASSED: ("✓", Style.GREEN),
    State.FAILED: ("✗", Style.RED),
    State.SKIPPED: ("-", Style.DIM),
}
_ID_WIDTH: Final = 40
_INDENT: Final = " " * 12


_PERHAPS_UNKNOWN: Final = {400, 401, 403}
"""How a handler refuses what it takes for forged."""


def common_line(outcome: Outcome, advice: str) -> str:
    """Say what to look at first when everything failed alike."""
    how = outcome.trouble.words if outcome.trouble is not None else str(outcome.status)
    secret = "; or does the app check with another client secret?" if outcome.status in _PERHAPS_UNKNOWN else ""
    return f"All that it should accept ended alike, {how}: {clean(advice)}{secret}"


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
        *(("answer", line) for line in result.excerpt.splitlines()),
        ("why", case.reason.why),
        ("usually", case.reason.usual_cause),
        ("docs", DOCS_SITE + case.reason.docs),
    ]
    for label, text in told:
        yield f"{_INDENT}{output.paint(f'{label:<8}', Style.DIM)}  {clean(text)}"
