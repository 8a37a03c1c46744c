"""Secrets that were typed where something else belongs: what looks like one is not repeated in an error. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECRET: Final = re.compile(r"CRN_[\w-]{8,}={0,2}|[A-Za-z0-9_-]{24,}={0,2}")
_ID: Final = re.compile(r"[a-z]{2,4}_")
"""How Cronofy's ids begin, which are no secrets: chn_, cal_, evt_."""
_KINDS: Final = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_KEPT: Final = 4


def looks_secret(word: str) -> bool:
    """Whether a word may be a token or a client secret: long, and of small and capital letters and digits."""
    if not _SECRET.fullmatch(word) or _ID.match(word):
        return False
    return word.startswith("CRN_") or all(kind.search(word) for kind in _KINDS)


def without_secrets(text: str, words: Iterable[str]) -> str:
    """Return a text in which those of the typed words that look like secrets are cut to their first letters."""
    for word in words:
        for part in (word, word.partition("=")[2]):
            if looks_secret(part):
                text = text.replace(part, f"{part[:_KEPT]}…")
    return text
