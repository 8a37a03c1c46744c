"""How far a long read has come, told to people: what `events read`, `free-busy read` and `sync` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.output.progress import Progress

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext


def progress_line(run: AppContext, noun: str, *, is_wanted: bool = True) -> Progress:
    """Return a line that is drawn only where it can be taken away again, and no exchanges are shown."""
    can_be_drawn = run.stderr.isatty() and run.environment.get("TERM") != "dumb" and not run.flags.verbose
    return Progress(run.output, noun, enabled=is_wanted and can_be_drawn)
