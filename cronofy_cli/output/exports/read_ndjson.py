"""Reading what was exported as lines of JSON. Such a file may be from anybody: its lines and nesting have limits, and
what it claims is kept as a claim.
"""

from __future__ import annotations

import base64
import codecs
import io
import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.fields import UNREADABLE
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.core.times import parse_time
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Set
    from typing import BinaryIO

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of a delivery with its forwards and events."""

_STATUS: Final = "response_status"
_OLD_STATUS: Final = "answer_status"
"""Its name in the exports of 0.1.0."""
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BROKEN: Final = (*UNREADABLE, LookupError, TypeError, ValueError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class ExportedForward:
    """An attempt to hand the delivery to a target, as the file says."""

    target: str
    number: int
    attempt: Attempt
    is_replay: bool
    was_intended: bool
    """Whether the target is one that the delivery was to be forwarded to."""


@dataclass(frozen=True, slots=True)
class ExportedDelivery:
    """A delivery with its verdict as the file says, and what was kept beside it."""

    delivery: Delivery
    tags: tuple[str, ...]
    forwards: tuple[ExportedForward, ...]
    events: bytes | None
    is_reconstructed: bool


class _Beside(msgspec.Struct):
    events: msgspec.Raw = msgspec.Raw(b"null")


def read_deliveries(file: BinaryIO) -> Iterator[ExportedDelivery]:
    """Yield the deliveries of an export, without numbers: the history gives new ones.

    Raises:
        WrongUsage: a line is not an exported delivery, or is too long.
    """
    for number, line in enumerate(_lines(file), start=1):
        if len(line) > LONGEST_LINE:
            raise _not_exported(f"line {number} is longer than {LONGEST_LINE // 1024 // 1024} MiB")
        if line.strip():
            try:
                yield _exported(line)
            except _BROKEN as error:
                raise _not_exported(f"line {number} is not an exported delivery") from error


def _not_exported(sentence: str) -> WrongUsage:
    return WrongUsage(sentence, hint="import what 'cronofy deliveries export --format ndjson' has written")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines of UTF-8, the longest ones cut; a file may be UTF-16, as what PowerShell's `>` writes is."""
    mark = file.read(2)
    rest = _Rest(mark, file)
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        text = io.TextIOWrapper(io.BufferedReader(rest), encoding="utf-16", errors="replace", newline="\n")
        while line := text.readline(LONGEST_LINE + 1):
            yield line.encode()
        return
    buffered = io.BufferedReader(rest)
    is_first = True
    while raw := buffered.readline(LONGEST_LINE + 1):
        yield raw.removeprefix(codecs.BOM_UTF8) if is_first else raw
        is_first = False


class _Rest(io.RawIOBase):
    """A file whose first bytes were read already."""

    def __init__(self, read: bytes, file: BinaryIO) -> None:
        self._read = read
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._read[: len(buffer)] or self._file.read(len(buffer))
        self._read = self._read[len(found) :] if self._read else b""
        buffer[: len(found)] = found
        return len(found)


def _exported(line: bytes) -> ExportedDelivery:
    document = msgspec.json.decode(line)
    events = bytes(msgspec.json.decode(line, type=_Beside).events)
    intended = {str(each["target"]) for each in document.get("app") or ()}
    forwards = tuple(_forward(each, intended) for each in document.get("forwards") or ())
    return ExportedDelivery(
        delivery=_delivery(document),
        tags=tuple(tag for tag in map(str, document.get("tags") or ()) if _TAG.fullmatch(tag)),
        forwards=forwards,
        events=None if events == b"null" else events,
        is_reconstructed=bool(document.get("reconstructed")),
    )


def _delivery(document: dict[str, Any]) -> Delivery:
    body = _content(document, "body")
    request = ReceivedRequest(
        # A history has no room for a time that is in no year of UTC.
        received_at=parse_time(document["received_at"]).astimezone(UTC),
        method=_token(document["method"]),
        target=str(document["target"]),
        headers=tuple((_token(name).encode(), _header(value)) for name, value in document["headers"]),
        body=body,
    )
    signature = document["signature"]
    label = signature["secret"]
    return Delivery(
        request=request,
        verdict=Verdict(SignatureState(signature["state"]), None if label is None else str(label)),
        notification=parse_notification(body),
        answer_status=_status(document[_STATUS if _STATUS in document else _OLD_STATUS]),
        context=str(document["data_center"]),
    )


def _forward(document: dict[str, Any], intended: Set[str]) -> ExportedForward:
    attempt = Attempt(
        started_at=parse_time(document["started_at"]).astimezone(UTC),
        duration=timedelta(milliseconds=float(document["duration_ms"])),
        address=_text(document["address"]),
        status=_status(document["status"]),
        reason=_text(document["reason"]),
        answer_head=document["response_head"].encode("latin-1"),
        answer_body=_content(document, "response_body"),
        is_cut=bool(document["response_body_is_cut"]),
    )
    failure = document["failure"]
    if failure is not None:
        known = {each.value: each for each in Failure}
        attempt = attempt._replace(failure=known.get(failure, Failure.OTHER))
    target = str(document["target"])
    return ExportedForward(
        target, int(document["attempt"]), attempt, bool(document.get("replay")), was_intended=target in intended
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _content(document: dict[str, Any], key: str) -> bytes:
    if key in document:
        text: str = document[key]
        return text.encode()
    return base64.b64decode(document[f"{key}_base64"], validate=True)


def _token(text: str) -> str:
    # Shell commands and requests are made of it (RFC 9110, 5.6.2).
    if not _TOKEN.fullmatch(text):
        raise ValueError("not a method or a header's name")
    return text


def _header(text: str) -> bytes:
    raw = text.encode("latin-1")
    if set(raw) & {0, 10, 13}:
        raise ValueError("no header line can hold this")
    return raw


def _status(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 100 <= value < 600:
        raise ValueError("not a status")
    return value
