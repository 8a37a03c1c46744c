"""The local API of a running agent (docs: https://ngrok.com/docs/agent/api/): one endpoint of ours, and the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok.codes import explain_text
from cronofy_cli.errors import NotFound, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

ANSWER_LIMIT_S: Final = 2.0
OPEN_LIMIT_S: Final = 10.0
"""Adding an endpoint asks ngrok's service, over the internet."""
MISSING: Final = 404


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of an agent: its place in the API, and its public address."""

    uri: str
    public_url: str


class LocalApi:
    """One agent's API. A client that it keeps open is closed by `close()`."""

    def __init__(self, base_url: str, redact: Callable[[str], str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._redact = redact
        self._client = open_client(base_url, import_httpx().Timeout(ANSWER_LIMIT_S))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def is_agent(self) -> bool:
        """Whether an ngrok agent answers here, and not something else or nothing."""
        try:
            return "tunnels" in self._ask("GET", "/api/tunnels")
        except (NotFound, Unreachable):
            return False

    def is_connected(self) -> bool:
        """Whether the agent has its session with ngrok; an agent that does not tell is believed to."""
        try:
            return bool(self._ask("GET", "/api/status").get("status", "online") == "online")
        except NotFound:
            return True

    def add(self, name: str, port: int, url: str | None) -> Endpoint:
        """Lead a new public address to `port`: an endpoint, or a tunnel with agents before 3.30.

        Raises:
            CronofyError: the agent or ngrok refuses.
        """
        target = f"http://127.0.0.1:{port}"
        endpoint = {"name": name, "upstream": {"url": target}, "inspect": False} | ({"url": url} if url else {})
        try:
            answer, kind = self._ask("POST", "/api/endpoints", endpoint), "endpoints"
        except NotFound:
            tunnel = {"name": name, "addr": target, "proto": "http", "inspect": False}
            answer = self._ask("POST", "/api/tunnels", tunnel | ({"domain": url.partition("//")[2]} if url else {}))
            kind = "tunnels"
        return Endpoint(f"/api/{kind}/{name}", _address(answer))

    def address_of(self, uri: str) -> str:
        """Return an endpoint's public address as it is now.

        Raises:
            NotFound: the agent no longer has it.
            Unreachable: the agent does not answer.
        """
        return _address(self._ask("GET", uri))

    def remove(self, uri: str) -> None:
        """Close an endpoint.

        Raises:
            NotFound: the agent no longer has it.
            Unreachable: the agent does not answer.
        """
        self._ask("DELETE", uri)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        library = import_httpx()
        limit_s = OPEN_LIMIT_S if method == "POST" else ANSWER_LIMIT_S
        try:
            answer = self._client.request(method, f"{self._base_url}{path}", json=body, timeout=limit_s)
            return self._document(answer)
        except library.HTTPError as error:
            raise Unreachable(f"the ngrok agent at {self._base_url} does not answer") from error

    def _document(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code == MISSING:
            raise NotFound(f"the ngrok agent at {self._base_url} does not know {answer.request.url.path}")
        if answer.is_error:
            raise explain_text(answer.text, self._redact)
        try:
            document = answer.json() if answer.content else {}
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Unreachable(f"what answers at {self._base_url} is not an ngrok agent")
        return document


class EndpointWatch:
    """Whether an endpoint is still there, and under which address."""

    def __init__(self, api: LocalApi, endpoint: Endpoint, on_event: Callable[[TunnelEvent], None]) -> None:
        self._api = api
        self._uri = endpoint.uri
        self._emit = on_event
        self.public_url = endpoint.public_url

    def look(self) -> None:
        """Look once; a new address is reported as an event.

        Raises:
            NotFound: it is gone.
            Unreachable: the agent does not answer.
        """
        address = self._api.address_of(self._uri)
        if address != self.public_url:
            before, self.public_url = self.public_url, address
            self._emit(TunnelEvent(TunnelEventKind.URL_CHANGED, f"was {before}", public_url=address))


def _address(document: dict[str, Any]) -> str:
    """Which of the two names an agent uses differs between its versions."""
    address = document.get("url") or document.get("public_url")
    if not isinstance(address, str):
        raise Unreachable("the ngrok agent does not tell its public address", hint="ngrok update")
    return address.rstrip("/")
