"""An answer read whole, within a time and a size: httpx limits each step of an exchange, never all of it.

Without that, a server that sends a byte now and then is never done, and a few megabytes can decompress to gigabytes.
"""

from __future__ import annotations

import io
import threading
import zlib
from concurrent.futures import Future, wait
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.http import import_httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import httpx

    from cronofy_cli.adapters.open_sockets import OpenSockets

MEBIBYTE: Final = 1024 * 1024
LARGEST_BYTES: Final = 64 * MEBIBYTE
ACCEPTED_ENCODING: Final = "gzip"
"""What is asked for, since its decompression can be stopped at a size."""

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class AnswerLimits(NamedTuple):
    """How long an exchange may take from its first moment, and how large a decompressed body may be."""

    whole_s: float = 60
    size_bytes: int = LARGEST_BYTES
    error_bytes: int = MEBIBYTE
    """As much is read of the body of an error."""


class TooSlow(Exception):
    """The answer did not end within the time."""

    def __init__(self, *, was_sent: bool) -> None:
        """`was_sent` is whether there was a connection for the request."""
        super().__init__()
        self.was_sent = was_sent


class TooLarge(Exception):
    """The answer did not end within the size."""


def read_answer(
    client: httpx.Client, request: httpx.Request, sockets: OpenSockets, limits: AnswerLimits, stop: threading.Event
) -> tuple[httpx.Response, bytes]:
    """Send a request and return the answer with its body, decompressed.

    `sockets` knows the connections of `client`; they are shut down when the time is up. `stop` is set before they are
    shut down from elsewhere. A look-up of a name cannot be ended: it is left behind on its thread, and what it finds
    is not connected to.

    Raises:
        TooSlow: the exchange took too long.
        TooLarge: the body is too large.
        httpx.HTTPError: there was no answer.
    """
    over = threading.Event()
    is_connecting = False
    follow = sockets.tracer(lambda: stop.is_set() or over.is_set())

    def trace(step: str, info: Mapping[str, object]) -> None:
        nonlocal is_connecting
        is_connecting = step.endswith(".connect_tcp.started")
        follow(step, info)

    request.extensions["trace"] = trace
    exchange: Future[tuple[httpx.Response, bytes]] = Future()
    Thread(target=_run, args=(exchange, client, request, limits), name="cronofy-exchange", daemon=True).start()
    try:
        wait((exchange,), limits.whole_s)
    finally:
        # Also after Ctrl-C.
        if not exchange.done():
            over.set()
            sockets.shut_down()
    if over.is_set():
        raise TooSlow(was_sent=not is_connecting)
    return exchange.result()


def _run(
    exchange: Future[tuple[httpx.Response, bytes]], client: httpx.Client, request: httpx.Request, limits: AnswerLimits
) -> None:
    try:
        with closing(client.send(request, stream=True)) as response:
            exchange.set_result((response, _read_body(response, limits)))
    except BaseException as error:  # noqa: BLE001 - the thread's border: who waits for the exchange raises it again
        exchange.set_exception(error)


def _read_body(response: httpx.Response, limits: AnswerLimits) -> bytes:
    import_error = import_httpx().DecodingError
    parts: Iterable[bytes] = response.iter_raw()
    encoding = response.headers.get("content-encoding", "").strip().lower()
    limit = limits.size_bytes if response.is_success else limits.error_bytes
    if encoding in _GZIP:
        parts = _gunzipped(parts)
    # Not response.content: a response is part of a reference cycle, which would keep every page's body until the
    # garbage collector comes by. And getvalue() makes no copy of what was only written. What is too large is given up
    # at once: the error's traceback would keep it while the next answer is read.
    with io.BytesIO() as body:
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
