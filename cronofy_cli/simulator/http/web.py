"""What all routes share: the checks before them, reading a body, and errors as answers.

The codes are Cronofy's (docs: /developers/api/error-codes/). Bodies other than that of a 422 are not documented; the
choice is none.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cronofy_cli.adapters.http import is_loopback
from cronofy_cli.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn
from cronofy_cli.simulator.http.pages import HEADERS
from cronofy_cli.simulator.messages.bodies import decode_body
from cronofy_cli.simulator.messages.rendering import render_errors
from cronofy_cli.simulator.world.authorizations import OAuthRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.simulator.faults import Faults

MAX_BODY_BYTES: Final = 1024 * 1024
JSON_TYPE: Final = "application/json; charset=utf-8"
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""For everything around tokens (docs: /developers/api/authorization/request-token/)."""
DROP: Final = "cronofy.drop"
"""The ASGI extension with which the server lets a request end its connection: its `abort` is to be called."""

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


class Disturbed:
    """Does to API calls what was ordered for them; the control API always works."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, now or later; or answer with a status; or end the connection."""
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/simulator"):
            fault = self._faults.take(scope["method"], scope["path"])
        if fault is not None and fault.delay_s:
            try:
                await asyncio.sleep(fault.delay_s)
            except asyncio.CancelledError:
                return  # The server ends, and has ended the connection: nobody waits for the answer.
        if fault is None or (fault.status is None and not fault.drop):
            await self._app(scope, receive, send)
        elif fault.status is not None:
            await Response(status_code=fault.status)(scope, receive, send)
        else:
            scope["extensions"][DROP]["abort"]()
            while (await receive())["type"] != "http.disconnect":
                pass


def html_answer(page: bytes, status: int = 200) -> Response:
    """Return a page for people."""
    return Response(page, status, headers=HEADERS)


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return bytes_answer(msgspec.json.encode(document), status, headers)


def bytes_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer whose JSON is encoded already."""
    return Response(body, status, headers={"Content-Type": JSON_TYPE, **(headers or {})})


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


async def read_json_body(request: Request) -> dict[str, object]:
    """Return the object in a JSON body; no other type is taken, so that a browser must ask first (CORS).

    Raises:
        HTTPException: 415, the content type is another one.
        InvalidRequest: the body is not an object.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    return await read_body(request)


async def answer_cronofy_error(_request: Request, error: Exception) -> Response:
    """Return the answer for one of our errors."""
    if isinstance(error, InvalidRequest):
        return json_answer(render_errors(error), 422)
    if isinstance(error, OAuthRefused):
        return json_answer({"error": error.error}, 400, NO_STORE)
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
