"""What a webhook handler usually is, at its quickest: uvicorn with httptools and a bare ASGI application.

    python uvicorn_receiver.py READY_FILE CLIENT_SECRET_FILE

Checks the signature, stores nothing.
"""

from __future__ import annotations

import base64
import hmac
import json
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def application(client_secret: bytes) -> Callable[..., Awaitable[None]]:
    """Return an ASGI application that answers 204 to what is signed, else 401."""

    async def receive_notification(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        sent = next((value for name, value in scope["headers"] if name == b"cronofy-hmac-sha256"), b"")
        expected = base64.b64encode(hmac.digest(client_secret, body, "sha256"))
        status = 204 if any(hmac.compare_digest(part.strip(), expected) for part in sent.split(b",")) else 401
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    return receive_notification


def main(ready_file: Path, client_secret: bytes) -> None:
    """Serve until the process is ended."""
    bound = socket.create_server(("127.0.0.1", 0), backlog=1024)
    settings = uvicorn.Config(
        application(client_secret),
        http="httptools",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
    ready_file.write_text(json.dumps({"url": f"http://127.0.0.1:{bound.getsockname()[1]}/hook"}) + "\n")
    uvicorn.Server(settings).run([bound])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())
