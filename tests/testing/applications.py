"""Handlers of notifications, as a suite's application has them: ASGI and WSGI."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Inbox:
    """What an application got, and what it answers."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.life: list[str] = []
        self.status = 200
        self.thread: int | None = None

    def note(self, path: str, body: bytes) -> None:
        """Keep a request."""
        self.thread = threading.get_ident()
        self.paths.append(path)
        self.received.append(json.loads(body))

    @property
    def types(self) -> list[str]:
        """The types of what came."""
        return [one["notification"]["type"] for one in self.received]

    async def asgi(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """An ASGI application that has a start and an end."""
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{stage}"
                self.life.append(stage)
                await send({"type": f"lifespan.{stage}.complete"})
            return
        message = await receive()
        assert not message["more_body"]
        self.note(scope["path"], message["body"])
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"x-app", b"1")]})
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        await send({"type": "http.response.body", "body": b"k"})

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """A WSGI application."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.note(environ["PATH_INFO"], body)
        start_response(f"{self.status} Whatever", [("Content-Type", "text/plain")])
        return [b"ok"]


async def plain_asgi(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """An ASGI application that knows only of HTTP, as the specification allows."""
    assert scope["type"] == "http", "not for me"
    await receive()
    await send({"type": "http.response.start", "status": 204})
    await send({"type": "http.response.body"})


async def broken_asgi(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    """One with a bug."""
    del receive, send
    if scope["type"] == "http":
        raise KeyError("the bug")
