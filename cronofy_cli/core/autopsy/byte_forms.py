"""The body as it may have been before its ends, line ends or character encoding changed.

Each form is a guess at the signed bytes; recomputing the digest decides. Re-printed JSON is `json_forms`' matter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.causes import Cause, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WESTERN = ("latin-1", "cp1252")
_SPACE_IN_TIME = re.compile(rb"(?<=\d\d:\d\d) (?=\d\d:?\d\d)")


@dataclass(frozen=True, slots=True)
class BodyForm:
    """Bytes that may have been signed, and what turns the body at hand into them."""

    body: bytes
    steps: tuple[Step, ...] = ()
    printed_from: str | None = None
    """The JSON that this is another printing of: comparing the two gives further steps, which few forms ever need."""

    def then(self, body: bytes, cause: Cause, words: str) -> BodyForm:
        """Return this form after one more alteration."""
        return BodyForm(body, (*self.steps, Step(cause, words)))


def byte_forms(form: BodyForm) -> Iterator[BodyForm]:
    """Yield every form, likely ones first; some may be equal to one another."""
    yield from end_forms(form)
    yield from _repaired_ends(form)
    for changed in (*_mark_forms(form), *_line_forms(form), *_charset_forms(form), *_normalized_forms(form)):
        yield changed
        yield from end_forms(changed)
        for twice in _mark_forms(changed):
            yield twice
            yield from end_forms(twice)
    yield from _url_decoded_forms(form)


def end_forms(form: BodyForm) -> Iterator[BodyForm]:
    """Yield the body with a newline more or less at its end."""
    body = form.body
    yield form.then(body + b"\n", Cause.BODY_NEWLINE_LOST, "adding a newline at the end")
    yield form.then(body + b"\r\n", Cause.BODY_NEWLINE_LOST, "adding CRLF at the end")
    if body.endswith(b"\n"):
        one_less = body.removesuffix(b"\n").removesuffix(b"\r")
        yield form.then(one_less, Cause.BODY_NEWLINE_ADDED, "leaving out the last newline")
        yield form.then(body.removesuffix(b"\n"), Cause.BODY_NEWLINE_ADDED, "leaving out the last line feed")
        yield form.then(body.rstrip(b"\r\n"), Cause.BODY_NEWLINE_ADDED, "leaving out all newlines at the end")


def _repaired_ends(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body
    if body.endswith(b"\0"):
        yield form.then(body.rstrip(b"\0"), Cause.BODY_NUL_PADDED, "leaving out the NUL bytes at the end")
    for bare in (body.rstrip(), body.lstrip(), body.strip()):
        if bare != body:
            yield form.then(bare, Cause.BODY_WHITESPACE_ADDED, "leaving out the white space around the body")


def _mark_forms(form: BodyForm) -> Iterator[BodyForm]:
    if form.body.startswith(BOM):
        bare = form.body.removeprefix(BOM)
        yield form.then(bare, Cause.BODY_BOM_ADDED, "leaving out the byte order mark")
    elif not any(step.cause in (Cause.BODY_BOM_ADDED, Cause.BODY_UTF16) for step in form.steps):
        yield form.then(BOM + form.body, Cause.BODY_BOM_LOST, "putting a byte order mark in front")


def _line_forms(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body
    if b"\r\n" in body:
        yield form.then(body.replace(b"\r\n", b"\n"), Cause.BODY_CRLF_ADDED, "turning CRLF into LF")
    if b"\n" in body:
        crlf = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        yield form.then(crlf, Cause.BODY_CRLF_LOST, "turning LF into CRLF")


def _charset_forms(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body
    if body.startswith(_UTF16_MARKS) or b"\0" in body[:2]:
        for charset in ("utf-16", "utf-16-le", "utf-16-be"):
            yield from _recoded(form, charset, "utf-8", Cause.BODY_UTF16)
    if body.isascii():
        return
    was_utf8 = _is_utf8(body)
    for charset in _WESTERN:
        cause = Cause.SIGNED_OVER_LATIN1 if was_utf8 else Cause.BODY_LATIN1
        yield from _recoded(form, charset, "utf-8", cause)
        for recoded in _recoded(form, "utf-8", charset, Cause.SIGNED_OVER_LATIN1):
            words = f"undoing a second encoding in UTF-8, as {charset}"
            doubled = _is_utf8(recoded.body)
            yield form.then(recoded.body, Cause.BODY_DOUBLE_ENCODED_UTF8, words) if doubled else recoded


def _recoded(form: BodyForm, read_as: str, written_as: str, cause: Cause) -> Iterator[BodyForm]:
    try:
        body = form.body.decode(read_as).encode(written_as)
    except UnicodeError:
        return
    yield form.then(body, cause, f"reading it as {read_as} and writing it as {written_as}")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _normalized_forms(form: BodyForm) -> Iterator[BodyForm]:
    if form.body.isascii() or not _is_utf8(form.body):
        return
    text = form.body.decode()
    composed, apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    for name, other in (("composing", composed), ("taking apart", apart)):
        if other != text:
            yield form.then(other.encode(), Cause.BODY_UNICODE_NORMALIZED, f"{name} its accented letters")


def _url_decoded_forms(form: BodyForm) -> Iterator[BodyForm]:
    if b" " not in form.body:
        return
    cause = Cause.BODY_URL_DECODED
    yield form.then(_SPACE_IN_TIME.sub(b"+", form.body), cause, "turning spaces in times back into '+'")
    yield form.then(form.body.replace(b" ", b"+"), cause, "turning spaces back into '+'")
    yield form.then(form.body.replace(b" ", b"%20"), cause, "turning spaces back into '%20'")
