"""What `doctor` found: a line for each check with the way to fix it below, or the same for pipes and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.checks import CheckState, summary
from cronofy_cli.core.text import clean
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat, Style
from cronofy_cli.output.wrapping import hanging_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.checks import Check
    from cronofy_cli.output.streams import Output

_MARKS = {
    CheckState.OK: ("✓", Style.GREEN),
    CheckState.WARNING: ("!", Style.YELLOW),
    CheckState.FAILED: ("✗", Style.RED),
    CheckState.SKIPPED: ("-", Style.DIM),
}
_NAME_WIDTH = 18
_INDENT = _NAME_WIDTH + 5


def show_checks(output: Output, checks: Iterable[Check]) -> tuple[Check, ...]:
    """Write each check as soon as it is done, and return them all."""
    shown: list[Check] = []
    if output.format is OutputFormat.TABLE:
        for check in _kept(checks, shown):
            for line in _lines(output, check):
                output.data(line)
        output.note(summary(shown))
    else:
        show_list(output, _kept(checks, shown), _view())
    return tuple(shown)


def check_document(check: Check) -> bytes:
    """Return a check as JSON."""
    from cronofy_cli.doctor.documents import CheckDocument

    return CheckDocument.of(check).encode()


def _kept(checks: Iterable[Check], shown: list[Check]) -> Iterator[Check]:
    for check in checks:
        shown.append(check)
        yield check


def _lines(output: Output, check: Check) -> Iterator[str]:
    mark, style = _MARKS[check.state]
    name = check.name.replace("_", " ").ljust(_NAME_WIDTH)
    said = ": ".join(clean(part) for part in (check.subject, check.finding) if part)
    before, width = f" {output.paint(mark, style)} {name}  ", output.width

    def paint(line: str) -> str:
        return output.paint(line, Style.DIM) if mark == "-" else line

    yield from hanging_lines(before, said, indent=_INDENT, width=width, paint=paint)
    if not check.needs_attention:
        return
    left = " " * _INDENT
    if check.meaning:
        yield from hanging_lines(left, clean(check.meaning), indent=_INDENT, width=width)
    if check.hint:
        # Not broken: it is a command that is copied.
        yield f"{left}{output.paint('fix:', Style.CYAN)} {clean(check.hint)}"


def _view() -> ListView[Check]:
    return ListView(
        columns=(
            Column("STATE", lambda check: check.state),
            Column("CHECK", lambda check: check.name),
            Column("SUBJECT", lambda check: check.subject),
            Column("CODE", lambda check: check.code),
            Column("FINDING", lambda check: check.finding),
            Column("MEANING", lambda check: check.meaning),
            Column("HINT", lambda check: check.hint),
        ),
        document=check_document,
        empty="nothing was checked",
    )
