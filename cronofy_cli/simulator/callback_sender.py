"""Posting to callback URLs: one HTTP client for all worlds of a process.

It shares nothing with `outbound`, so that the simulator does not repeat its mistakes.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.http import import_httpx, tls_context
from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

MAX_AT_ONCE: Final = 128
"""Posts on their way: one per channel that an account can have, and well below the usual limit of open files."""
MAX_ANSWER_BYTES: Final = 64 * 1024
"""Of an answer's body; it is read only so that the connection can be used again."""


class CallbackSender:
    """The client. Used on one event loop, and closed on it."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def post(
        self, url: str, body: bytes, headers: dict[str, str], limit_s: float
    ) -> tuple[int | None, Failure | None, str | None]:
        """Post, and return the answer's status; or else why there is none, as a code and in words."""
        library = import_httpx()
        async with self._places:
            try:
                async with asyncio.timeout(limit_s):
                    return await self._status(url, body, headers), None, None
            except TimeoutError:
                return None, Failure.ANSWER_TIMED_OUT, f"no answer within {limit_s:g} s"
            except (library.HTTPError, library.InvalidURL, WrongUsage) as error:
                return None, _failure(error, library), str(error) or type(error).__name__

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _status(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        client = self._client(is_tls=url.lower().startswith("https:"))
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            received = 0
            async for chunk in answer.aiter_raw():
                received += len(chunk)
                if received > MAX_ANSWER_BYTES:
                    break
            return answer.status_code

    def _client(self, *, is_tls: bool) -> httpx.AsyncClient:
        """Return the client for a scheme. Certificates are loaded only when the first https URL needs them."""
        if is_tls not in self._clients:
            library = import_httpx()
            self._clients[is_tls] = library.AsyncClient(
                verify=tls_context() if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                timeout=None,
                limits=library.Limits(max_connections=None, max_keepalive_connections=MAX_AT_ONCE),
                follow_redirects=False,
                trust_env=False,
            )
        return self._clients[is_tls]


def _failure(error: Exception, library: ModuleType) -> Failure:
    """Return the code of a failure, from the first cause that says something."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure.CERTIFICATE_UNTRUSTED
        if isinstance(cause, ssl.SSLError):
            return Failure.TLS_FAILED
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return Failure.CONNECTION_REFUSED
        if type(cause).__name__ == "gaierror":
            return Failure.NAME_NOT_RESOLVED
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, library.ConnectError):
        return Failure.CONNECTION_REFUSED if "attempts failed" in str(error) else Failure.HOST_UNREACHABLE
    return Failure.CONNECTION_CLOSED
