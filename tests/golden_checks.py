"""Checks of the set-up, compared whole with golden files: as text for people, as rows and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.doctor.view import check_document, show_checks
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cronofy_cli.core.checks import Check


def compare_checks(name: str, checks: Sequence[Check], folder: Path, replaced: str | None = None) -> None:
    """Compare what is shown of checks; `replaced` is a path of this run, for which FOLDER stands."""
    text, rows = MemoryOutput(OutputFormat.TABLE), MemoryOutput(OutputFormat.TSV)
    show_checks(text.output, checks)
    show_checks(rows.output, checks)
    documents = b"\n".join(msgspec.json.format(check_document(check), indent=2) for check in checks)
    for ending, content in (
        ("txt", text.stdout.content + text.stderr.content),
        ("tsv", rows.stdout.content),
        ("json", documents + b"\n"),
    ):
        kept = content if replaced is None else content.replace(replaced.encode(), b"FOLDER")
        check_golden(f"{name}.{ending}", kept, folder)
