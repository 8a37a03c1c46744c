"""Calls to a simulator's control API: JSON over kept connections, by the standard library alone."""

from __future__ import annotations

import json
import select
from collections import deque
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse

LIMIT_S = 60.0
"""How long an answer may take, beyond what a call itself asks the simulator to wait."""


class SimulatorError(Exception):
    """The simulator refused a call, or could not be reached."""


class Control:
    """The calls to one address. Threads can share it: each call has a connection to itself."""

    def __init__(self, url: str, idle: deque[HTTPConnection] | None = None) -> None:
        self.url = url.rstrip("/")
        address = urlsplit(self.url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._base_path = address.path
        self._idle = deque() if idle is None else idle

    def at(self, base_path: str) -> Control:
        """Return the calls to what is below a path of the same server; they share the connections."""
        return Control(f"http://{urlsplit(self.url).netloc}{base_path}", self._idle)

    def get(self, path: str, /, wait_s: float = 0.0, **query: object) -> Any:
        """Return what a GET answers; parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        if wait_s:
            given["wait_s"] = wait_s
        return self.call("GET", f"{path}?{urlencode(given)}" if given else path, limit_s=LIMIT_S + wait_s)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Return what a POST answers."""
        return self.call("POST", path, body)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        token: str | None = None,
        limit_s: float = LIMIT_S,
    ) -> Any:
        """Make a call; return the JSON of its answer, or None where it has none.

        Raises:
            SimulatorError: it was refused, or there was no answer.
        """
        headers = {} if body is None else {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = None if body is None else json.dumps(body)
        connection = self._connection()
        try:
            connection.timeout = limit_s
            if connection.sock is not None:
                connection.sock.settimeout(limit_s)
            connection.request(method, self._base_path + path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise SimulatorError(f"the simulator at {self.url} does not answer {method} {path}: {error}") from error
        self._idle.append(connection)
        return _document(answer, text, f"{method} {path}")

    def close(self) -> None:
        """End the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> HTTPConnection:
        """Return a connection that is still open, or a new one."""
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                return HTTPConnection(self._host, self._port)
            # Nothing is expected on an idle one: what can be read there is that it was closed.
            if kept.sock is not None and not select.select([kept.sock], [], [], 0)[0]:
                return kept
            kept.close()


def _document(answer: HTTPResponse, text: bytes, call: str) -> Any:
    if answer.status >= 400:
        raise SimulatorError(f"the simulator answers {call} with {answer.status}: {text.decode(errors='replace')}")
    if not text:
        return None
    if not (answer.getheader("Content-Type") or "").startswith("application/json"):
        return text.decode()
    return json.loads(text)
