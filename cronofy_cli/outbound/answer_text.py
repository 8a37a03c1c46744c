"""A target's answer as text. Cronofy accepts compressed answers, so an app may compress even its error page.

Pure. What is kept is always what was sent.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward

_LONGEST: Final = 64 * 1024
"""Of an unpacked body; the first lines say what went wrong."""

_ZLIB_OR_GZIP: Final = 32 + zlib.MAX_WBITS
_READABLE: Final = {"", "identity"}
_UNPACKED: Final = {"gzip", "x-gzip", "deflate"}


def answer_header(forward: Forward, name: str) -> str:
    """Return the value of an answer's header, as it came; nothing when there is none."""
    for line in forward.answer_head.decode("latin-1").splitlines():
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return ""


def answer_text(forward: Forward) -> str:
    """Return the kept part of an answer's body, unpacked if need be. It is not safe to show yet."""
    encoding = answer_header(forward, "Content-Encoding").lower()
    if encoding in _READABLE or not forward.answer_body:
        return forward.answer_body.decode("utf-8", "replace")
    unpacked = _unpacked(forward.answer_body) if encoding in _UNPACKED else None
    return f"(compressed: {encoding})" if unpacked is None else unpacked.decode("utf-8", "replace")


def _unpacked(body: bytes) -> bytes | None:
    """Return the beginning of a body that may be cut off; None when it is not what its header says."""
    try:
        return zlib.decompressobj(_ZLIB_OR_GZIP).decompress(body, _LONGEST)
    except zlib.error:
        return None
