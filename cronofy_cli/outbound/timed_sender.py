"""Posting to one target over real HTTP, within one limit for all of it as Cronofy has.

Connecting, sending and the whole answer together may take 5 seconds (docs: /developers/push-notifications/). Each post
has a connection of its own: a kept one could be closed by the server just then, which would look like a failure of it.
As when forwarding, `localhost` is tried on both 127.0.0.1 and ::1.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.http import import_httpx, open_async_client
from cronofy_cli.outbound import connection
from cronofy_cli.outbound.exchange import exchange_of
from cronofy_cli.outbound.outcome import Outcome, Trouble, excerpt_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    import httpx

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.target import Target

ANSWER_LIMIT_S: Final = 5.0
"""Cronofy's own limit."""

MOST_AT_ONCE: Final = 256
"""Posts on their way: well below the usual limit of open files."""

_MOST_BYTES: Final = 64 * 1024
"""Of an answer's body; whoever sends more has answered."""
_CONNECTED: Final = "connection.connect_tcp.complete"
"""httpcore's name for the moment when there is a connection."""
_ENDED: Final = ("disconnected", "closed connection")
"""What httpcore and h11 say of a connection that ended; their other complaints are about what is no HTTP."""
_LOCALHOST: Final = "localhost"
_LOOPBACKS: Final = ("127.0.0.1", "::1")


class Sender:
    """Posts to one target. Used as an asynchronous context manager, from one event loop."""

    def __init__(
        self,
        target: Target,
        *,
        limit_s: float = ANSWER_LIMIT_S,
        insecure: bool = False,
        observer: Callable[[Exchange], None] | None = None,
    ) -> None:
        """Take the target. `insecure` takes any certificate; `observer` is told of every post.

        Raises:
            WrongUsage: the environment names a proxy or certificates that cannot be used.
        """
        self.target = target
        self.limit_s = limit_s
        self._observer = observer
        self._library = import_httpx()
        tls = connection.tls_context(target, insecure=True) if insecure else None
        self._client = open_async_client(target.url, tls)
        self._hosts = _LOOPBACKS if target.host == _LOCALHOST else (target.host,)
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
            outcome = await self._send(post)
        if self._observer is not None:
            self._observer(exchange_of(self.target, post, outcome))
        return outcome

    async def _send(self, post: Post) -> Outcome:
        started, progress = time.perf_counter(), _Progress()
        try:
            async with asyncio.timeout(self.limit_s):
                status, location, excerpt = await self._exchange(post, progress)
        except TimeoutError:
            trouble = Trouble.ANSWER_TIMEOUT if progress.is_connected else Trouble.CONNECT_TIMEOUT
            return Outcome(_ms_since(started), trouble=trouble, detail=f"within {self.limit_s:g} s")
        except self._library.ConnectError as error:
            trouble, detail = _why_no_connection(error)
            return Outcome(_ms_since(started), trouble=trouble, detail=detail)
        except self._library.TransportError as error:
            has_ended = not isinstance(error, self._library.RemoteProtocolError) or any(
                words in str(error) for words in _ENDED
            )
            trouble = Trouble.BROKEN_OFF if has_ended else Trouble.NOT_HTTP
            return Outcome(_ms_since(started), trouble=trouble, detail=str(error))
        return Outcome(_ms_since(started), status, excerpt, location, address=self._shown_address(progress))

    async def _exchange(self, post: Post, progress: _Progress) -> tuple[int, str | None, str]:
        answer = await self._reach(post, progress)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > _MOST_BYTES:
                    break
            return answer.status_code, answer.headers.get("location"), excerpt_of(bytes(body))
        finally:
            await answer.aclose()

    async def _reach(self, post: Post, progress: _Progress) -> httpx.Response:
        """Return an answer's beginning, of the first address that takes the connection."""
        failures: list[Exception] = []
        for progress.host in self._hosts:
            try:
                return await self._client.send(self._request(post, progress), stream=True)
            except self._library.ConnectError as error:
                if progress.is_connected:  # and TLS has failed
                    raise
                failures.append(error)
        # That nothing listens on ::1 says less than how 127.0.0.1 failed.
        raise failures[0]

    def _request(self, post: Post, progress: _Progress) -> httpx.Request:
        # A request of our own making: the client would add headers that Cronofy does not send.
        request: httpx.Request = self._library.Request(
            "POST",
            self._library.URL(self.target.url).copy_with(host=progress.host),
            headers=((b"Host", self.target.authority.encode()), *post.headers),
            content=post.body,
            extensions={"trace": progress.note, "sni_hostname": self.target.host},
        )
        return request

    def _shown_address(self, progress: _Progress) -> str | None:
        if len(self._hosts) == 1:
            return None
        return (
            f"[{progress.host}]:{self.target.port}" if ":" in progress.host else f"{progress.host}:{self.target.port}"
        )


class _Progress:
    """How far a post has come, as httpcore tells, and at which address."""

    def __init__(self) -> None:
        self.host = ""
        self.is_connected = False

    async def note(self, event: str, _details: dict[str, Any]) -> None:
        self.is_connected = self.is_connected or event == _CONNECTED


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
