"""Errors, compared whole with golden files: exit code and code, the sentence, the hint and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.golden_files import check_golden

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cronofy_cli.errors import CronofyError


def compare_errors(
    name: str, errors: Iterable[tuple[str, CronofyError]], folder: Path, replaced: Path | None = None
) -> None:
    """Compare what users are told; with each error stands what it comes from. FOLDER stands for a path of this run."""
    text = "\n".join(f"{cause}\n{_told(error)}" for cause, error in errors)
    check_golden(name, (text if replaced is None else text.replace(str(replaced), "FOLDER")).encode(), folder)


def _told(error: CronofyError) -> str:
    lines = {f"  {error.code} ({int(error.exit_code)})": error.message, "  hint": error.hint, "  docs": error.docs}
    return "".join(f"{name}: {text}\n" for name, text in lines.items() if text is not None)
