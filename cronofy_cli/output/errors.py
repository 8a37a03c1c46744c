"""How an error looks: `error:` and `hint:` for people, one JSON line for programs. Always on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean_lines
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from typing import TextIO

    from cronofy_cli.errors import CronofyError


def show_error(error: CronofyError, stream: TextIO, *, as_json: bool, color: bool) -> None:
    """Write an error to `stream`."""
    stream.write(f"{error_as_json(error) if as_json else error_for_people(error, color=color)}\n")


def error_for_people(error: CronofyError, *, color: bool) -> str:
    """One sentence, then how to fix it."""
    lines = [f"{painted('error:', (Style.BOLD, Style.RED), enabled=color)} {clean_lines(error.message)}"]
    if error.hint:
        lines.append(f"{painted('hint:', (Style.CYAN,), enabled=color)} {clean_lines(error.hint)}")
    if error.docs:
        lines.append(f"{painted('docs:', (Style.CYAN,), enabled=color)} {error.docs}")
    return "\n".join(lines)


def error_as_json(error: CronofyError) -> str:
    """One JSON object."""
    from cronofy_cli.output.documents.errors import ErrorDocument

    return ErrorDocument.of(error).encode().decode()
