"""Posting to one URL over real HTTP, within one limit for all of it as Cronofy has.

Connecting, sending and the whole answer together may take 5 seconds (docs: /developers/push-notifications/). Each post
has a connection of its own: a kept one could be closed by the server just then, which would look like a failure of it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cronofy_cli.adapters.http import import_httpx, is_loopback, tls_context
from cronofy_cli.core.callback_url import check_callback_url
from cronofy_cli.errors import WrongUsage
from cronofy_cli.sending.outcome import Outcome, Trouble, excerpt_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    import httpx

    from cronofy_cli.sending.post import Post

ANSWER_LIMIT_S: Final = 5.0
"""Cronofy's own limit."""

MOST_AT_ONCE: Final = 256
"""Posts on their way: well below the usual limit of open files."""

_MOST_BYTES: Final = 64 * 1024
"""Of an answer's body; whoever sends more has answered."""
_CONNECTED: Final = "connection.connect_tcp.complete"
"""httpcore's name for the moment when there is a connection."""


class Sender:
    """Posts to one URL. Used as an asynchronous context manager, from one event loop."""

    def __init__(self, url: str, *, limit_s: float = ANSWER_LIMIT_S) -> None:
        """Take the URL.

        Raises:
            WrongUsage: it is not an http or https address.
        """
        check_callback_url(url, must_be_public=False)
        self.limit_s = limit_s
        self._library = import_httpx()
        try:
            self._url: httpx.URL = self._library.URL(url)
        except self._library.InvalidURL as error:
            raise WrongUsage(f"'{url}' is not a callback URL: {error}", hint="correct its host and port") from error
        self._client = _open_client(url)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def __aenter__(self) -> Self:
        import anyio.lowlevel

        # httpcore loads it with the first connection, and that would count as the receiver's time.
        await anyio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, post: Post) -> Outcome:
        """Post once and say how it ended. What finds too many others on their way waits for its turn first."""
        async with self._places:
            return await self._send(post)

    async def _send(self, post: Post) -> Outcome:
        started, connection = time.perf_counter(), _Progress()
        try:
            async with asyncio.timeout(self.limit_s):
                status, location, excerpt = await self._exchange(post, connection)
        except TimeoutError:
            trouble = Trouble.ANSWER_TIMEOUT if connection.is_made else Trouble.CONNECT_TIMEOUT
            return Outcome(_ms_since(started), trouble=trouble, detail=f"within {self.limit_s:g} s")
        except self._library.ConnectError as error:
            trouble, detail = _why_no_connection(error)
            return Outcome(_ms_since(started), trouble=trouble, detail=detail)
        except self._library.TransportError as error:
            return Outcome(_ms_since(started), trouble=Trouble.BROKEN_OFF, detail=str(error))
        return Outcome(_ms_since(started), status, excerpt, location)

    async def _exchange(self, post: Post, connection: _Progress) -> tuple[int, str | None, str]:
        # A request of our own making: the client would add headers that Cronofy does not send.
        request = self._library.Request(
            "POST", self._url, headers=post.headers, content=post.body, extensions={"trace": connection.note}
        )
        answer: httpx.Response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > _MOST_BYTES:
                    break
            return answer.status_code, answer.headers.get("location"), excerpt_of(bytes(body))
        finally:
            await answer.aclose()


class _Progress:
    """How far a post has come, as httpcore tells."""

    def __init__(self) -> None:
        self.is_made = False

    async def note(self, event: str, _details: dict[str, Any]) -> None:
        self.is_made = self.is_made or event == _CONNECTED


def _open_client(url: str) -> httpx.AsyncClient:
    """Return a client as `adapters.http.open_client` makes it, for an event loop and without kept connections.

    Raises:
        WrongUsage: the environment names a proxy or certificates that cannot be used.
    """
    library, parts = import_httpx(), urlsplit(url)
    try:
        client: httpx.AsyncClient = library.AsyncClient(
            verify=tls_context() if parts.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=not is_loopback(parts.hostname or ""),
            timeout=None,
            limits=library.Limits(max_connections=None, max_keepalive_connections=0),
            follow_redirects=False,
        )
    except (ImportError, ValueError, library.InvalidURL) as error:
        # httpx asks for the package socksio when a proxy is SOCKS. A proxy's address may hold a password: not shown.
        raise WrongUsage(
            "the proxy that the environment names cannot be used",
            hint="name an http:// or https:// proxy in HTTPS_PROXY, or exclude the host in NO_PROXY",
        ) from error
    return client


def _why_no_connection(error: Exception) -> tuple[Trouble, str]:
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return Trouble.TLS, getattr(cause, "verify_message", "") or cause.reason or str(cause)
        if isinstance(cause, socket.gaierror):
            return Trouble.UNKNOWN_NAME, cause.strerror or ""
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Trouble.CONNECTION_REFUSED, ""
    return Trouble.NO_ROUTE, str(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it came from. A host with several addresses fails with a group."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _causes(member)
    if before := error.__cause__ or error.__context__:
        yield from _causes(before)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
