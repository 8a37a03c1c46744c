"""What all routes share: the checks before them, reading a body, and errors as answers.

The codes are Cronofy's (docs: /developers/api/error-codes/). Bodies other than that of a 422 are not documented; the
choice is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cronofy_cli.adapters.http import is_loopback
from cronofy_cli.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn
from cronofy_cli.simulator.bodies import decode_body
from cronofy_cli.simulator.rendering import render_errors

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from cronofy_cli.errors import CronofyError

MAX_BODY_BYTES: Final = 1024 * 1024
JSON_TYPE: Final = "application/json; charset=utf-8"

_STATUSES: Final[tuple[tuple[type[CronofyError], int], ...]] = ((NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404))


class LoopbackHostOnly:
    """Refuses requests that name another host than this machine.

    A page in a browser can make its own name point at 127.0.0.1 and then read what is served here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] == "http" and not is_loopback(_host_name(scope)):
            await Response("this server answers on loopback only", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def json_answer(document: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return bytes_answer(msgspec.json.encode(document), status)


def bytes_answer(body: bytes, status: int = 200) -> Response:
    """Return an answer whose JSON is encoded already."""
    return Response(body, status, headers={"Content-Type": JSON_TYPE})


def base_url(request: Request) -> str:
    """Return the address that the client used."""
    return f"http://{request.headers['host']}"


async def read_body(request: Request) -> dict[str, object]:
    """Return the object in a request's body, JSON or form.

    Raises:
        InvalidRequest: it is not an object.
        HTTPException: 413, it is longer than 1 MiB.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413)
    return decode_body(request.headers.get("content-type", ""), bytes(body))


async def answer_cronofy_error(_request: Request, error: Exception) -> Response:
    """Return the answer for one of our errors."""
    if isinstance(error, InvalidRequest):
        return json_answer(render_errors(error), 422)
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            headers = {"WWW-Authenticate": 'Bearer realm="Cronofy"'} if status == 401 else None
            return Response(status_code=status, headers=headers)
    raise error


async def answer_http_error(_request: Request, error: Exception) -> Response:
    """Return the answer for an unknown path (404), a wrong method (405) or an unreadable body."""
    assert isinstance(error, HTTPException)
    return Response(status_code=error.status_code, headers=error.headers)


def _host_name(scope: Scope) -> str:
    """Return the name in the Host header, without the port."""
    for name, value in scope["headers"]:
        if name == b"host":
            host: str = value.decode("latin-1").lower()
            return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return ""
