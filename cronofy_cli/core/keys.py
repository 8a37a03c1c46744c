"""Keys out of the bytes that a terminal sends (xterm's sequences: https://invisible-island.net/xterm/ctlseqs/).

Pure. One key can come in several reads, and the first byte of an arrow is that of Esc: only time tells them apart, so
whoever reads says with `flush` that nothing more has come for a moment.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from typing import Final

ESCAPE_LIMIT_S: Final = 0.05
"""How long the rest of a sequence may take after its first byte."""


class Key(StrEnum):
    """Keys that are no characters."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    HOME = "home"
    END = "end"
    PAGE_UP = "page up"
    PAGE_DOWN = "page down"
    ENTER = "enter"
    ESCAPE = "esc"
    BACKSPACE = "backspace"
    SUSPEND = "ctrl-z"


class Pasted(str):
    """Text that was pasted: to be taken as text where text is asked for, and never as keys."""

    __slots__ = ()


_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^\[O])")
_NAMED: Final = {
    "\x1b[A": Key.UP,
    "\x1b[B": Key.DOWN,
    "\x1b[C": Key.RIGHT,
    "\x1b[D": Key.LEFT,
    "\x1bOA": Key.UP,
    "\x1bOB": Key.DOWN,
    "\x1bOC": Key.RIGHT,
    "\x1bOD": Key.LEFT,
    "\x1b[H": Key.HOME,
    "\x1bOH": Key.HOME,
    "\x1b[1~": Key.HOME,
    "\x1b[F": Key.END,
    "\x1bOF": Key.END,
    "\x1b[4~": Key.END,
    "\x1b[5~": Key.PAGE_UP,
    "\x1b[6~": Key.PAGE_DOWN,
}
_CONTROLS: Final = {
    "\r": Key.ENTER,
    "\n": Key.ENTER,
    "\x7f": Key.BACKSPACE,
    "\x08": Key.BACKSPACE,
    "\x1a": Key.SUSPEND,
}
_LONGEST: Final = 64 * 1024
"""A paste, or a sequence that never ends, is cut here."""


class KeyDecoder:
    """Takes bytes as they come, and returns keys: a character as itself, others as `Key`, a paste as `Pasted`."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a sequence has begun and not ended."""
        return bool(self._text)

    def feed(self, data: bytes) -> list[str]:
        """Return the keys that are complete now."""
        self._text += self._decoder.decode(data)
        keys = []
        while self._text:
            key, length = _next(self._text)
            if not length:
                if len(self._text) > _LONGEST:
                    self._text = ""
                break
            self._text = self._text[length:]
            if key:
                keys.append(key)
        return keys

    def flush(self) -> list[str]:
        """Nothing more came for a moment: an Esc that stands alone was that key; a sequence that was cut is dropped."""
        text = self._text
        if text.startswith(_PASTE_START):
            return []
        self._text = ""
        return [Key.ESCAPE] if text == "\x1b" else []


def _next(text: str) -> tuple[str, int]:
    """Return the first key and its length; without a length it is not complete, without a key it means nothing."""
    first = text[0]
    if first != "\x1b":
        return _CONTROLS.get(first, first if first.isprintable() else ""), 1
    if text.startswith(_PASTE_START):
        end = text.find(_PASTE_END)
        return (Pasted(text[len(_PASTE_START) : end]), end + len(_PASTE_END)) if end >= 0 else ("", 0)
    if text.startswith("\x1b\x1b"):
        return Key.ESCAPE, 1
    found = _SEQUENCE.match(text)
    return ("", 0) if found is None else (_NAMED.get(found[0], ""), found.end())
