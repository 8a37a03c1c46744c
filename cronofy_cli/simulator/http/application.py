"""The whole of a simulator as one ASGI application: it finds the world, the handler, and answers.

Everything that must hold for every request is here, in its order: who may call at all, which world, what time it is
there, faults that were ordered, errors as answers, and the log.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.hosts import is_loopback, name_in_host_header
from cronofy_cli.errors import CronofyError, NotFound
from cronofy_cli.pages.guard import is_from_elsewhere, is_link
from cronofy_cli.simulator.http.call import Call
from cronofy_cli.simulator.http.exchange import ClientGone, Request, Response, StatusError, http_date
from cronofy_cli.simulator.http.web import ExplainedResponse, explained, refusal
from cronofy_cli.simulator.request_log import LoggedRequest, without_secrets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from cronofy_cli.simulator.faults import Fault, Faults
    from cronofy_cli.simulator.http.exchange import Receive, Scope, Send
    from cronofy_cli.simulator.http.router import Match, Router
    from cronofy_cli.simulator.operations import Operation
    from cronofy_cli.simulator.world.settings import SimulatorSettings
    from cronofy_cli.simulator.world_slot import WorldSlot
    from cronofy_cli.simulator.worlds import Worlds

    Handler = Callable[[Call], Awaitable[Response]]
    Route = tuple[Operation, Handler]

DROP: Final = "cronofy.drop"
"""The ASGI extension with which the server lets a request end its connection: its `abort` is to be called."""
OWN_PATHS: Final = frozenset({"/", "/simulator"})
OWN_FOLDERS: Final = ("/simulator/", "/page/")
"""Of the control API and the page: what is no part of Cronofy's API, is not logged, and never fails by order."""
CRONOFY_HOSTS: Final = frozenset(
    f"{kind}{suffix}.cronofy.com" for kind in ("api", "app") for suffix in ("", "-uk", "-de", "-au", "-ca", "-sg")
)
"""The names that an SDK sends although it was pointed here; no page of a browser can have them."""


class SimulatorApplication:
    """Answers requests."""

    def __init__(self, worlds: Worlds, router: Router[Route], settings: SimulatorSettings) -> None:
        self._worlds = worlds
        self._router = router
        self._hosts = frozenset(host.lower() for host in settings.hosts)
        self._takes_addresses = settings.is_public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        host = _host_header(scope)
        if not self._is_meant(name_in_host_header(host)):
            await Response("this server answers on loopback only", 403)(scope, receive, send)
            return
        is_cronofys = name_in_host_header(host) in CRONOFY_HOSTS
        scope["cronofy.origin"] = f"http://{_own_address(scope) if is_cronofys else host}"
        try:
            slot, path = self._worlds.find(scope["raw_path"].decode("latin-1").partition("?")[0])
        except NotFound as error:
            await explained(404, "unknown_world", error.message)(scope, receive, send)
            return
        try:
            await self._answer(slot, path, scope, receive, send)
        except (asyncio.CancelledError, ClientGone):
            return  # The server has ended the connection, or the client has.

    async def _answer(self, slot: WorldSlot, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        match = self._router.match(path)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        call = Call(Request(scope, receive), slot, match.parameters)
        started_at, started = call.world.clock(), time.perf_counter()
        status: int | None = 500
        note: str | None = None
        is_control = _is_own(path)
        try:
            fault = None if is_control else call.world.faults.take(method, path)
            if fault is not None and not await _is_spared(fault, call.world.faults):
                status, note = fault.status, "an ordered fault"
                await _suffer(fault, scope, receive, send)
                return
            is_foreign = (
                is_control and is_from_elsewhere(call.request.headers) and not is_link(method, call.request.headers)
            )
            response = _foreign() if is_foreign else await self._response(call, method, path, match)
            status = response.status
            note = response.explanation if isinstance(response, ExplainedResponse) else None
            response.headers["date"] = http_date(call.world.clock())
            await response(scope, receive, send)
        finally:
            if not is_control:
                duration_ms = round((time.perf_counter() - started) * 1000, 2)
                route = match.targets.get(method)
                call.world.requests.add(
                    LoggedRequest(
                        number=call.world.requests.next_number,
                        at=started_at,
                        method=scope["method"],
                        path=path,
                        query=scope["query_string"].decode("latin-1"),
                        operation=None if route is None else (route[0].name or route[0].title),
                        status=status,
                        duration_ms=duration_ms,
                        application=_application_of(call),
                        sub=None if call.access is None else call.access.account_id,
                        body=without_secrets(call.body_bytes),
                        note=note,
                    )
                )

    async def _response(self, call: Call, method: str, path: str, match: Match[Route]) -> Response:
        """Return the answer, or the refusal."""
        route = match.targets.get(method)
        if route is None:
            return _unrouted(method, path, match.targets)
        try:
            return await route[1](call)
        except StatusError as error:
            return Response(status=error.status)
        except CronofyError as error:
            answer = refusal(error, wrong_client_status=call.world.settings.wrong_client_status)
            if answer is None:
                raise
            return answer

    def _is_meant(self, name: str) -> bool:
        """Whether a host name is this machine's, Cronofy's, one that was allowed, or no name at all.

        A page in a browser can make its own name point here and then read what is served (DNS rebinding). It cannot do
        that with an address.
        """
        if is_loopback(name) or name in CRONOFY_HOSTS or name in self._hosts:
            return True
        return self._takes_addresses and _is_address(name)


def _is_own(path: str) -> bool:
    return path in OWN_PATHS or path.startswith(OWN_FOLDERS)


def _foreign() -> Response:
    return explained(403, "foreign_page", "another site's page cannot use this simulator's control API")


def _unrouted(method: str, path: str, targets: Mapping[str, Route]) -> Response:
    if targets:
        methods = ", ".join(sorted(targets))
        answer = explained(405, "unknown_method", f"{path} takes {methods}, not {method}")
        answer.headers["Allow"] = methods
        return answer
    return explained(
        404,
        "unknown_path",
        f"neither Cronofy's API nor this simulator has {method} {path}",
        hint="GET /simulator/routes",
    )


async def _is_spared(fault: Fault, faults: Faults) -> bool:
    """Wait as long as a fault wants; return whether the call is then answered as usual."""
    if fault.delay_s:
        await faults.hold(fault.delay_s)
    return fault.status is None and not fault.drop


async def _suffer(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    if fault.status is not None:
        await Response(status=fault.status)(scope, receive, send)
        return
    scope["extensions"][DROP]["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _application_of(call: Call) -> str | None:
    if call.application is not None:
        return call.application.name
    return None if call.access is None else call.access.application


def _host_header(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            host: str = value.decode("latin-1")
            return host
    return ""


def _own_address(scope: Scope) -> str:
    host, port = scope["server"]
    return f"{host}:{port}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
