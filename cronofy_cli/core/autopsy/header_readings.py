"""Every digest that a header's value may have been meant to carry, however it was written.

A reading is plain if the header says it the way Cronofy does; otherwise its steps say what had to be undone.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cronofy_cli.core.autopsy.causes import Cause, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
"""Lengths of the digests that can be distinguished."""

_MOST_PIECES = 64
_LONGEST_HEADER = 8192
_SHORTEST_BEGINNING = 16
"""Base64 characters (96 bits) that a cut digest must still have to be recognised beyond doubt."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_PREFIX = re.compile(r"[A-Za-z][\w-]{0,40}[=:\s]\s*(?=\S)")
_QUOTED = re.compile(r"""b?(["']).*\1|<.*>""", re.DOTALL)
_BRACKETED = re.compile(r"[\[({].*[\])}]", re.DOTALL)
_OTHER_SEPARATORS = re.compile(r"[\s;|,]+|\\n")
_EDGES = "\"'[](){}<> \t\r\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """A digest, and what had to be undone in the header to read it."""

    digest: bytes
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    steps: tuple[Step, ...] = ()


class SentDigests:
    """The digests that a header may carry, to look computed ones up in.

    The look-up is not constant in time. It need not be: nothing is accepted by it.
    """

    def __init__(self, header: str) -> None:
        pieces = _pieces(header[:_LONGEST_HEADER])
        self._readings: dict[bytes, Reading] = {}
        for piece in pieces:
            for reading in _decoded(piece):
                self._readings.setdefault(reading.digest, reading)
        self._parts = [piece.text for piece in pieces if not piece.steps]
        self.lengths = frozenset(len(digest) for digest in self._readings)
        """Lengths of the digests, in bytes."""

    @property
    def may_hold_sha256(self) -> bool:
        """Whether a SHA-256 digest, or the beginning of one, could be in the header at all."""
        return DIGEST_BYTES["sha256"] in self.lengths or any(_is_beginning(part) for part in self._parts)

    @property
    def count(self) -> int:
        """How many different digests the header can be read as."""
        return len(self._readings)

    def find(self, computed: bytes) -> tuple[Step, ...] | None:
        """Return what had to be undone in the header to find a computed digest, or None if it is not there."""
        reading = self._readings.get(computed)
        return reading.steps if reading else self._find_damaged(computed)

    def _find_damaged(self, computed: bytes) -> tuple[Step, ...] | None:
        text = b64encode(computed).decode()
        for part in self._parts:
            if len(part) == len(text) and part in (text.lower(), text.upper()):
                return (Step(Cause.HEADER_CASE_CHANGED, "ignoring the case of the header's letters"),)
            if _SHORTEST_BEGINNING <= len(part) < len(text.rstrip("=")) and text.startswith(part):
                return (Step(Cause.HEADER_TRUNCATED, f"comparing only the {len(part)} characters that are there"),)
        return None


def _is_beginning(part: str) -> bool:
    return len(part) >= _SHORTEST_BEGINNING and _BASE64.fullmatch(part) is not None


def _pieces(header: str) -> list[_Piece]:
    """Return the header's parts as Cronofy separates them, then all that taking it apart otherwise brings."""
    pieces = [_Piece(part.strip()) for part in header.split(",")]
    known = {piece.text for piece in pieces}
    waiting = [_Piece(header), *pieces]
    for piece in waiting:
        for peeled in _peeled(piece):
            if peeled.text not in known and len(pieces) < _MOST_PIECES:
                known.add(peeled.text)
                pieces.append(peeled)
                waiting.append(peeled)
    return pieces


def _peeled(piece: _Piece) -> Iterator[_Piece]:
    text = piece.text.strip()
    if "%" in text:
        yield _Piece(unquote(text), _with(piece, Cause.HEADER_URL_ENCODED, "percent-decoding the header"))
    if prefix := _PREFIX.match(text):
        yield _Piece(
            text[prefix.end() :].strip(), _with(piece, Cause.HEADER_PREFIXED, "leaving out what precedes the digest")
        )
    if _QUOTED.fullmatch(text) and not _OTHER_SEPARATORS.search(text):
        bare = text.removeprefix("b").strip(_EDGES)
        yield _Piece(bare, _with(piece, Cause.HEADER_QUOTED, "leaving out the quotes around the digest"))
    if " " in text:
        yield _Piece(text.replace(" ", "+"), _with(piece, Cause.HEADER_PLUS_LOST, "turning spaces back into '+'"))
    if _BRACKETED.fullmatch(text) or _QUOTED.fullmatch(text) or _OTHER_SEPARATORS.search(text):
        for item in _OTHER_SEPARATORS.split(text):
            bare = item.strip(_EDGES).removeprefix("b'").removeprefix('b"')
            yield _Piece(bare, _with(piece, Cause.HEADER_LIST_AS_WHOLE, "taking the header's list apart"))


def _with(piece: _Piece, cause: Cause, words: str) -> tuple[Step, ...]:
    if any(step.cause is cause for step in piece.steps):
        return piece.steps
    return (*piece.steps, Step(cause, words))


def _decoded(piece: _Piece) -> Iterator[Reading]:
    for digest, steps in _digests(piece.text):
        if len(digest) in DIGEST_BYTES.values():
            yield Reading(digest, piece.steps + steps)


def _digests(text: str) -> Iterator[tuple[bytes, tuple[Step, ...]]]:
    if _HEX.fullmatch(text):
        yield bytes.fromhex(text), (Step(Cause.HEADER_HEX, "reading the header as hexadecimal"),)
    decoded = _from_base64(text)
    if decoded is None:
        return
    yield decoded, _spelling(text, decoded)
    inner = decoded.decode("ascii", "replace").strip()
    if _HEX.fullmatch(inner):
        words = "reading the header as the base64 of hexadecimal text"
        yield bytes.fromhex(inner), (Step(Cause.HEADER_BASE64_OF_HEX, words),)
    if twice := _from_base64(inner):
        yield twice, (Step(Cause.HEADER_DOUBLE_BASE64, "decoding the header's base64 twice"),)


def _from_base64(text: str) -> bytes | None:
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        if _BASE64.fullmatch(text):
            return b64decode(padded)
        if _BASE64URL.fullmatch(text):
            return urlsafe_b64decode(padded)
    except binascii.Error:
        return None
    return None


def _spelling(text: str, digest: bytes) -> tuple[Step, ...]:
    standard = b64encode(digest).decode()
    steps = []
    if "-" in text or "_" in text:
        steps.append(Step(Cause.HEADER_BASE64URL, "reading the header as URL-safe base64"))
    if not text.endswith("=") and standard.endswith("="):
        steps.append(Step(Cause.HEADER_MISSING_PADDING, "adding the base64 padding"))
    if not steps and text != standard:
        steps.append(Step(Cause.HEADER_NOT_CANONICAL, "spelling the header's base64 in the standard way"))
    return tuple(steps)
