"""Text from outside, made safe to show: event titles, calendar names, error bodies, header values.

Such text must not drive the terminal (escape sequences, cursor control), break a line out of a list, or turn the
reading direction around (https://trojansource.codes).
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_LATIN: Final = 256
_UNSAFE: Final = (
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1 controls
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides, isolates
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff]"  # lone surrogates cannot be encoded
)


def clean(text: str) -> str:
    """Return `text` on one line, with everything that could drive a terminal replaced by a space or left out."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_UNSAFE, lambda match: " " if match[0] in "\t\n\r\v\f\x85\u2028\u2029" else "", text)


def comparable(text: str) -> str:
    """Return what two names have in common that a person takes for the same: capitals and Unicode's forms do not count.

    macOS writes "é" as two characters, most others as one.
    """
    if text.isascii():
        return text.casefold()
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", text).casefold())


def is_utf16(content: bytes) -> bool:
    """Whether a file says of itself that it is UTF-16, as what PowerShell's `>` writes does."""
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def as_utf8(content: bytes) -> bytes:
    """Return the text of a file as UTF-8 without a byte order mark, whatever a Windows program made of it."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, "replace").encode()
    return content


def decoded(content: bytes) -> str:
    """Return the text of a file that is UTF-8, or UTF-16 with its byte order mark.

    Raises:
        UnicodeDecodeError: it is neither; `start` is a place in `content`.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            # A place in the file, not in what follows the mark.
            return content.decode(encoding).removeprefix("\ufeff")
    return content.decode()


def clean_lines(text: str) -> str:
    """Return `text` with its line breaks and nothing else that could drive a terminal."""
    return "\n".join(clean(line) for line in text.splitlines())


def visible(content: bytes) -> bytes:
    """Return bytes as text with line breaks, tabs, and escapes such as `\\x9b` for what could drive a terminal."""
    text = content.decode("utf-8", "backslashreplace")
    return re.sub(_UNSAFE, lambda match: match[0] if match[0] in "\t\n" else _escape(match[0]), text).encode()


def _escape(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < _LATIN else f"\\u{ord(character):04x}"


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` characters, an ellipsis in place of what was cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
