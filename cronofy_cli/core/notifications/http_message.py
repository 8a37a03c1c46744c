"""Reading an HTTP request that was saved as text: by a proxy, a log, or a person.

What was sent over the wire may have been changed on the way into the file; the body's bytes are taken as they are.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.deliveries import find_header
from cronofy_cli.core.text import is_utf16
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers


_LENGTH = re.compile("[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request's line, headers in their order and spelling, and its body."""

    request_line: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever its spelling."""
        return find_header(self.headers, name)


def parse_saved_request(content: bytes) -> SavedRequest:
    """Split a saved request into head and body; line ends may be CRLF or LF (RFC 9112).

    Raises:
        WrongUsage: it does not start like a request, its head does not end, or it is UTF-16.
    """
    if is_utf16(content):
        raise WrongUsage(
            "the saved request is UTF-16, so its body is not the one that was sent",
            hint="save it as it came: PowerShell's > writes UTF-16",
        )
    head, body = _split(content.removeprefix(codecs.BOM_UTF8))
    lines = [line.rstrip(b"\r") for line in head.split(b"\n")]
    request_line = lines[0].decode("latin-1")
    if len(request_line.split(" ")) != len(("method", "target", "version")) or " HTTP/" not in request_line:
        raise _not_a_request()
    headers = tuple(_header(line) for line in lines[1:])
    return SavedRequest(request_line, headers, _body(headers, body))


def _split(content: bytes) -> tuple[bytes, bytes]:
    ends = [(content.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    found = min(((at, size) for at, size in ends if at >= 0), default=None)
    if found is None:
        raise _not_a_request()
    at, size = found
    return content[:at], content[at + size :]


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not name.strip():
        raise _not_a_request()
    return name.strip(), value.strip()


def _body(headers: Headers, body: bytes) -> bytes:
    if "chunked" in (find_header(headers, "Transfer-Encoding") or "").lower():
        return _unchunk(body)
    length = find_header(headers, "Content-Length")
    if not length or not _LENGTH.fullmatch(length):
        return body
    # Editors add a line end to a saved file; the length that was sent tells. Anything else that is too much belongs to
    # a body that was changed before it was saved: cut off, it would look truncated.
    sent, rest = body[: int(length)], body[int(length) :]
    return body if rest.strip(b"\r\n") else sent


def _unchunk(body: bytes) -> bytes:
    parts: list[bytes] = []
    rest = body
    while True:
        line, found, rest = rest.partition(b"\n")
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            size = -1
        if not found or size < 0 or len(rest) < size:
            raise WrongUsage("the request's chunked body is cut short", hint="save it again, or save the body alone")
        if size == 0:
            return b"".join(parts)
        parts.append(rest[:size])
        rest = rest[size:].removeprefix(b"\r").removeprefix(b"\n")


def _not_a_request() -> WrongUsage:
    return WrongUsage(
        "this is not an HTTP request",
        hint="it starts with a line such as 'POST /hook HTTP/1.1', then headers, an empty line, the body",
    )
