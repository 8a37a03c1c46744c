"""An answer read whole, within a time and a size: httpx limits each step of an exchange, never all of it.

Without that, a server that sends a byte now and then is never done, and a few megabytes can decompress to gigabytes.
"""

from __future__ import annotations

import io
import threading
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.http import import_httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx

    from cronofy_cli.adapters.open_sockets import OpenSockets

MEBIBYTE: Final = 1024 * 1024
LARGEST_BYTES: Final = 64 * MEBIBYTE
ACCEPTED_ENCODING: Final = "gzip"
"""What is asked for, since its decompression can be stopped at a size."""

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How long an exchange may take from its first moment, and how large a decompressed body may be."""

    whole_s: float = 60
    size_bytes: int = LARGEST_BYTES
    error_bytes: int = MEBIBYTE
    """As much is read of the body of an error."""


class TooSlow(Exception):
    """The answer did not end within the time."""


class TooLarge(Exception):
    """The answer did not end within the size."""


def read_answer(
    client: httpx.Client, request: httpx.Request, sockets: OpenSockets, limits: AnswerLimits, stop: threading.Event
) -> tuple[httpx.Response, bytes]:
    """Send a request and return the answer with its body, decompressed.

    `sockets` knows the connections of `client`; they are shut down when the time is up. `stop` is set before they are
    shut down from elsewhere.

    Raises:
        TooSlow: the exchange took too long.
        TooLarge: the body is too large.
        httpx.HTTPError: there was no answer.
    """
    with _time_limit(limits.whole_s, sockets.shut_down) as over:
        request.extensions["trace"] = sockets.tracer(lambda: stop.is_set() or over.is_set())
        try:
            response = client.send(request, stream=True)
            with closing(response):
                body = _read_body(response, limits)
        except import_httpx().HTTPError:
            if over.is_set():
                raise TooSlow from None
            raise
        # A body without a length ends where the connection does.
        if over.is_set():
            raise TooSlow
    return response, body


@contextmanager
def _time_limit(limit_s: float, end: Callable[[], None]) -> Iterator[threading.Event]:
    """Call `end` when the time is up before the block has ended; the event says whether it is."""
    over = threading.Event()

    def expire() -> None:
        over.set()
        end()

    timer = threading.Timer(limit_s, expire)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        timer.join()


def _read_body(response: httpx.Response, limits: AnswerLimits) -> bytes:
    import_error = import_httpx().DecodingError
    parts: Iterable[bytes] = response.iter_raw()
    encoding = response.headers.get("content-encoding", "").strip().lower()
    limit = limits.size_bytes if response.is_success else limits.error_bytes
    if encoding in _GZIP:
        parts = _gunzipped(parts)
    # Not response.content: a response is part of a reference cycle, which would keep every page's body until the
    # garbage collector comes by. And getvalue() makes no copy of what was only written.
    body = io.BytesIO()
    try:
        for part in parts:
            body.write(part)
            if body.tell() > limit:
                if response.is_success:
                    raise TooLarge
                body.truncate(limit)
                break
    except zlib.error as error:
        raise import_error(str(error)) from error
    return body.getvalue()


def _gunzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a mebibyte at a time: a kilobyte can become one."""
    decompressor = zlib.decompressobj(_GZIP_WINDOW)
    for part in parts:
        yield decompressor.decompress(part, MEBIBYTE)
        while decompressor.unconsumed_tail:
            yield decompressor.decompress(decompressor.unconsumed_tail, MEBIBYTE)
    yield decompressor.flush()
