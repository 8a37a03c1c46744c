"""One thing shown: labelled lines for people, tab-separated pairs in a pipe, its own JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.output.streams import Output


def show_record(output: Output, fields: Sequence[tuple[str, str]], document: bytes) -> None:
    """Write one thing: `fields` are label and text for people and pipes, `document` its JSON."""
    if output.format.is_json:
        from cronofy_cli.output.json_text import show_document

        show_document(output, document)
        return
    width = max((len(label) for label, _ in fields), default=0)
    for label, text in fields:
        if output.format is OutputFormat.TSV:
            output.data(f"{clean(label)}\t{clean(text)}")
        else:
            output.data(f"{output.paint(clean(label).ljust(width), Style.DIM)}  {clean(text)}")
