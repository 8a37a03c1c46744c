"""JSON documents as lines: each on one line, with its own bytes where that is possible."""

from __future__ import annotations

import msgspec


def one_line(document: bytes) -> bytes:
    """Return a document on one line; its own bytes if it is on one already."""
    if b"\n" in document or b"\r" in document:
        return msgspec.json.format(document, indent=-1)
    return document
