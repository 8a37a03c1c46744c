"""Posting to callback URLs: one HTTP client for all worlds of a process.

It shares nothing with `outbound`, so that the simulator does not repeat its mistakes.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from typing import Final

from cronofy_cli.core.failure import Failure
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.callback_connection import BrokenAnswer, Connections

MAX_AT_ONCE: Final = 128
"""Posts on their way: one per channel that an account can have, and well below the usual limit of open files."""
_UNREACHABLE: Final = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT})


class CallbackSender:
    """The client. Used on one event loop, and closed on it."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._connections = Connections()
        self._tls: ssl.SSLContext | None = None

    async def post(
        self, url: str, body: bytes, headers: dict[str, str], limit_s: float
    ) -> tuple[int | None, Failure | None, str | None]:
        """Post, and return the answer's status; or else why there is none, as a code and in words."""
        async with self._places:
            try:
                async with asyncio.timeout(limit_s):
                    return await self._connections.post(url, body, headers, self._tls_of(url)), None, None
            except TimeoutError:
                return None, Failure.ANSWER_TIMED_OUT, f"no answer within {limit_s:g} s"
            except (BrokenAnswer, OSError, ValueError, WrongUsage) as error:
                return None, _failure(error), str(error) or type(error).__name__

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()

    def _tls_of(self, url: str) -> ssl.SSLContext | None:
        """Return what checks certificates; they are loaded only when the first https URL needs them."""
        if not url.lower().startswith("https:"):
            return None
        if self._tls is None:
            from cronofy_cli.adapters.http import tls_context

            self._tls = tls_context()
        return self._tls


def _failure(error: Exception) -> Failure:
    """Return the code of a failure."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure.CERTIFICATE_UNTRUSTED
    if isinstance(error, ssl.SSLError):
        return Failure.TLS_FAILED
    if type(error).__name__ == "gaierror":
        return Failure.NAME_NOT_RESOLVED
    # asyncio gathers the failures of several addresses into one error without a number.
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return Failure.CONNECTION_REFUSED
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Failure.HOST_UNREACHABLE
    return Failure.CONNECTION_CLOSED
