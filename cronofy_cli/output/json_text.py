"""JSON for people and for pipes, from bytes: unknown fields and the order of keys stay as they came."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.json_lines import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.output.streams import Output

_COLORED: Final = r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)'
_LINE_FEED: Final = 0x0A
_CARRIAGE_RETURN: Final = 0x0D
"""As numbers: to look for bytes in bytes, CPython makes an exception first."""
_CONTROL: Final = "[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]"


def show_document(output: Output, document: bytes) -> None:
    """Write one JSON document: indented and coloured on a terminal, compact in a pipe."""
    if not output.is_terminal:
        output.data_bytes(msgspec.json.format(document, indent=-1) + b"\n")
        return
    output.data(pretty(document, color=output.color_stdout))


def pretty(document: bytes, *, color: bool) -> str:
    """Return an indented document that cannot drive a terminal.

    JSON's grammar keeps C0 controls out of strings; the other ones are written as escapes, which mean the same.
    """
    text = _harmless(msgspec.json.format(document, indent=2).decode("utf-8", "replace"))
    return re.sub(_COLORED, _paint, text) if color else text


def write_json_lines(output: Output, lines: bytes) -> None:
    """Write lines of JSON: byte for byte in a pipe, without what could drive it on a terminal."""
    if output.is_terminal:
        lines = _harmless(lines.decode("utf-8", "replace")).encode()
    output.data_bytes(lines)


def write_page(output: Output, items: Sequence[msgspec.Raw]) -> None:
    """Write a page's items at once, one a line.

    An item is its own bytes unless the server sent it over several lines: then it is the same JSON on one.
    """
    lines = list(map(bytes, items))
    together = b"".join(lines)
    if _LINE_FEED in together or _CARRIAGE_RETURN in together:
        lines = list(map(one_line, lines))
    if lines:
        write_json_lines(output, b"\n".join((*lines, b"")))


def _harmless(text: str) -> str:
    return re.sub(_CONTROL, lambda match: f"\\u{ord(match[0]):04x}", text)


def _paint(match: re.Match[str]) -> str:
    string, colon, word, number = match.groups()
    if string is not None:
        return f"\x1b[36m{string}\x1b[0m{colon}" if colon else f"\x1b[32m{string}\x1b[0m"
    return f"\x1b[35m{word or number}\x1b[0m"
