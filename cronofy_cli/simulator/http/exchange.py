"""A request and its answer over ASGI: as much of both as a simulated API needs.

Small on purpose: a simulator must be ready at once, and importing a framework takes longer than answering does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
    from datetime import datetime

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

WITHOUT_BODY: Final = frozenset({204, 304})
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class StatusError(Exception):
    """The call is answered with a status and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClientGone(Exception):
    """The client has closed the connection before its request was complete."""


class Query(dict[str, str]):
    """The parameters of a query; of those with the same name, the last one."""

    __slots__ = ("pairs",)

    def __init__(self, query_string: bytes) -> None:
        self.pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        """All of them, in order."""
        super().__init__(self.pairs)


class Request:
    """What a client asks. Headers have lower-case names; of those with the same name, the first one counts."""

    __slots__ = ("_receive", "headers", "query", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])
        }
        self.query = Query(scope["query_string"])
        self._receive = receive

    async def stream(self) -> AsyncIterator[bytes]:
        """The body, in pieces as they come.

        Raises:
            ClientGone: there will be no more of it.
        """
        has_more = True
        while has_more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            yield message.get("body", b"")
            has_more = message.get("more_body", False)


class Response:
    """An answer."""

    def __init__(self, body: bytes | str = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.headers = dict(headers or {})

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent."""
        return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        headers = self.raw_headers
        if self.status not in WITHOUT_BODY:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def http_date(moment: datetime) -> str:
    """Return a time in UTC as HTTP writes it, whatever the locale."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment:%Y %H:%M:%S} GMT"
