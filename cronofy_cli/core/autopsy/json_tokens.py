"""JSON as tokens, so that it can be printed again in any style with its order, duplicate keys and numbers kept.

Parsing would lose just what a digest depends on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

# An unterminated string counts as one token up to the end: else each quote in it would be scanned to the end again.
_TOKEN = re.compile(r"""[ \t\n\r]+|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\],:]|[^ \t\n\r"{}\[\],:]+""", re.DOTALL)
_SPECIAL = re.compile(r"[\\/&<>\x7f-\U0010ffff]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\.", re.DOTALL)
_HTML = str.maketrans({"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_SPACED = {",": ", ", ":": ": "}
_CLOSERS = {"{": "}", "[": "]"}
_DEEPEST = 64
"""Levels of indentation; no notification has ten."""


class Spacing(StrEnum):
    """White space between tokens, as printers put it."""

    KEPT = "spaced as it was"
    COMPACT = "compact"
    SPACED = "spaced"
    INDENTED_2 = "indented by 2"
    INDENTED_4 = "indented by 4"
    INDENTED_TAB = "indented by a tab"
    INDENTED_COLON = "indented by 2, with ' : '"


@dataclass(frozen=True, slots=True)
class Escaping:
    """How characters in strings are written. JavaScript does none of these."""

    unicode: bool
    upper_case: bool
    slash: bool
    html: bool

    def apply(self, token: str) -> str:
        """Return a string token written in this way."""
        text: str = json.loads(token)
        # A lone surrogate has no bytes of its own, so it stays an escape.
        ascii_only = self.unicode or any("\ud800" <= character <= "\udfff" for character in text)
        written = json.dumps(text, ensure_ascii=ascii_only)
        written = written.replace("/", "\\/") if self.slash else written
        written = written.translate(_HTML) if self.html else written
        return with_upper_case_escapes(written) if self.upper_case else written


def tokenize(text: str) -> list[str]:
    """Split JSON into its tokens, white space included; joined they are the text again."""
    return _TOKEN.findall(text)


def special_strings(tokens: list[str]) -> set[str]:
    """Return the string tokens that an escaping could write in another way."""
    return {token for token in set(tokens) if token[0] == '"' and _SPECIAL.search(token)}


def with_upper_case_escapes(text: str) -> str:
    """Write the hexadecimal letters of all \\u escapes in upper case."""
    return _ESCAPE.sub(lambda match: f"\\u{match[1].upper()}" if match[1] else match[0], text)


def without_spaces(tokens: list[str]) -> list[str]:
    """Leave out the white space between tokens."""
    return [token for token in tokens if token[0] not in " \t\n\r"]


def render(bare: list[str], spacing: Spacing) -> str:
    """Print tokens that have no white space between them in a style; `KEPT` adds none."""
    if spacing is Spacing.SPACED:
        return "".join([_SPACED.get(token, token) for token in bare])
    if spacing in _INDENTS:
        return _indented(bare, *_INDENTS[spacing])
    return "".join(bare)


_INDENTS = {
    Spacing.INDENTED_2: ("  ", ": "),
    Spacing.INDENTED_4: ("    ", ": "),
    Spacing.INDENTED_TAB: ("\t", ": "),
    Spacing.INDENTED_COLON: ("  ", " : "),
}


def _indented(tokens: list[str], indent: str, colon: str) -> str:
    written: list[str] = []
    depth, last = 0, ""
    for each in tokens:
        if each in ("}", "]"):
            depth = max(depth - 1, 0)
            written.append(each if last in _CLOSERS else _line(depth, indent) + each)
        else:
            written += [_line(depth, indent)] if last in _CLOSERS else []
            written.append(colon if each == ":" else each)
            written += [_line(depth, indent)] if each == "," else []
            depth += each in _CLOSERS
        last = each
    return "".join(written)


def _line(depth: int, indent: str) -> str:
    return "\n" + indent * min(depth, _DEEPEST)


def missing_closers(body: bytes) -> bytes:
    """Return the quote and brackets without which JSON that ends early cannot end; nothing if none are missing."""
    text = body.decode("utf-8", "surrogateescape")
    if not text.lstrip().startswith(("{", "[")):
        return b""
    waiting: list[str] = []
    last = ""
    for last in tokenize(text):
        if last in _CLOSERS:
            waiting.append(_CLOSERS[last])
        elif last in ("}", "]") and (not waiting or waiting.pop() != last):
            return b""
    quote = '"' if last.startswith('"') and _ends_inside(last) else ""
    return (quote + "".join(reversed(waiting))).encode()


def _ends_inside(string: str) -> bool:
    return re.fullmatch(r'"[^"\\]*(?:\\.[^"\\]*)*"', string, re.DOTALL) is None
