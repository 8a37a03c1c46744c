"""A page as lines of JSON, in a pipe each the bytes that the server sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.output.json_text import one_line, write_json_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from cronofy_cli.output.streams import Output


def write_page(output: Output, items: Sequence[msgspec.Raw]) -> None:
    """Write a page's items at once, one a line.

    An item is its own bytes unless the server sent it over several lines: then it is the same JSON on one.
    """
    lines = b"\n".join(map(bytes, items))
    if lines.count(b"\n") != max(len(items) - 1, 0) or b"\r" in lines:
        lines = b"\n".join(one_line(bytes(item)) for item in items)
    if items:
        write_json_lines(output, lines + b"\n")
