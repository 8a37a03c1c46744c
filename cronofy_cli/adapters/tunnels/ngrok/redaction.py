"""Taking authtokens out of text: ngrok quotes them in errors 105 and 107, and everything passes through here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN: Final = "********"
SHORTEST: Final = 4
"""Shorter texts are no tokens, and hiding them would blot out ordinary words."""

_QUOTED = re.compile(r"(auth_?token[\"']?\s*[:=]\s*[\"']?)[^\s\"'\\,}]+", re.IGNORECASE)


class Redactor:
    """Hides known secrets wherever they stand, and whatever stands where ngrok names an authtoken."""

    def __init__(self, secrets: Iterable[str | None]) -> None:
        known = {secret for secret in secrets if secret and len(secret) >= SHORTEST}
        # The longest first, since one may be part of another.
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return `text` without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _QUOTED.sub(rf"\g<1>{HIDDEN}", text)
