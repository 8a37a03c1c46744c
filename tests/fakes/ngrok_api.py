"""The local API of the stand-in for the ngrok agent (docs: https://ngrok.com/docs/agent/api/), and its endpoints."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.ngrok_edge import Answer, Edge
from tests.fakes.ngrok_scenarios import ENDPOINT_FAILURES, Scenario, error_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.ngrok_scenarios import Orders

ENDPOINT_FIELDS = {"name", "url", "upstream", "inspect", "traffic_policy", "pooling_enabled", "bindings", "metadata"}
TUNNEL_FIELDS = {"name", "addr", "proto", "inspect", "domain"}


class Refused(Exception):
    """An answer of the API that is not a success."""

    def __init__(self, status: int, message: str, detail: str, code: int = 102) -> None:
        super().__init__(message)
        self.status = status
        self.document = {"error_code": code, "status_code": status, "msg": message, "details": {"err": detail}}


@dataclass
class Endpoint:
    """A public address that leads to an upstream."""

    name: str
    upstream: str
    asked_url: str | None
    edge: Edge

    @property
    def url(self) -> str:
        """The address as ngrok tells it: what was asked for, or where it really is."""
        return self.asked_url or self.edge.url


class AgentState:
    """What the agent has: its session and its endpoints."""

    def __init__(self, orders: Orders, log: Callable[..., None]) -> None:
        self.orders = orders
        self.log = log
        self.is_online = False
        self.endpoints: dict[str, Endpoint] = {}
        self._lock = threading.RLock()

    def add(self, name: str, upstream: str, url: str | None) -> Endpoint:
        """Open an endpoint, unless the scenario has ngrok refuse it."""
        if not self.is_online:
            detail = "a successful ngrok tunnel session has not yet been established"
            raise Refused(503, "ngrok is not yet ready to start tunnels", detail, 104)
        if code := ENDPOINT_FAILURES.get(self.orders.scenario):
            raise Refused(
                502, "failed to start tunnel", error_text(code, url=url or "https://lamb.ngrok-free.app"), 103
            )
        with self._lock:
            endpoint = Endpoint(name, upstream, url, self._edge(upstream, self.orders.port))
            self.endpoints[name] = endpoint
            self._write_state()
        self.log("info", "started tunnel", obj="tunnels", name=name, addr=upstream, url=endpoint.url)
        return endpoint

    def remove(self, name: str) -> None:
        """Close an endpoint."""
        with self._lock:
            if name not in self.endpoints:
                raise Refused(404, "tunnel not found", name, 100)
            self.endpoints.pop(name).edge.close()
            self._write_state()

    def find(self, name: str) -> Endpoint:
        """Return an endpoint."""
        if name not in self.endpoints:
            raise Refused(404, "tunnel not found", name, 100)
        return self.endpoints[name]

    def move(self) -> None:
        """Put every endpoint under a new address."""
        with self._lock:
            for endpoint in self.endpoints.values():
                before, endpoint.edge = endpoint.edge, self._edge(endpoint.upstream, 0)
                before.close()
            self._write_state()

    def _edge(self, upstream: str, port: int) -> Edge:
        return Edge(upstream, lambda: self.is_online, self._refuse, port)

    def _refuse(self, was_tried: bool) -> Answer:
        if was_tried:
            self.log("warn", "failed to open private leg", err="dial tcp: connection refused")
        status, code = (502, "ERR_NGROK_8012") if was_tried else (404, "ERR_NGROK_3200")
        return Answer(status, (("Content-Type", "text/html"), ("ngrok-error-code", code)), f"<p>{code}</p>".encode())

    def _write_state(self) -> None:
        if self.orders.state_file:
            addresses = {endpoint.url: endpoint.edge.url for endpoint in self.endpoints.values()}
            temporary = Path(f"{self.orders.state_file}.{os.getpid()}")
            temporary.write_text(json.dumps(addresses), encoding="utf-8")
            temporary.replace(self.orders.state_file)


class ApiServer(ThreadingHTTPServer):
    """Serves the API."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, state: AgentState) -> None:
        self.state = state
        super().__init__(("127.0.0.1", port), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any] | None]:
        """Return what a request gets."""
        parts = [part for part in path.split("/") if part]
        if parts == ["api", "status"]:
            status = "online" if self.state.is_online else "reconnecting"
            return 200, {"status": status, "agent_version": self.state.orders.version_text, "uri": "/api/status"}
        is_known = parts[:2] == ["api", "tunnels"] or (
            parts[:2] == ["api", "endpoints"] and self.state.orders.has_endpoints
        )
        if not is_known:
            raise Refused(404, "Not Found", path)
        return self._endpoints(method, parts[1], "/".join(parts[2:]), body)

    def _endpoints(self, method: str, kind: str, name: str, body: bytes) -> tuple[int, dict[str, Any] | None]:
        if method == "GET" and not name:
            return 200, {kind: [_document(kind, endpoint) for endpoint in self.state.endpoints.values()]}
        if method == "GET":
            return 200, _document(kind, self.state.find(name))
        if method == "DELETE":
            self.state.remove(name)
            return 204, None
        return 201, _document(kind, self._create(kind, json.loads(body)))

    def _create(self, kind: str, asked: dict[str, Any]) -> Endpoint:
        if self.state.orders.state_file:
            with Path(f"{self.state.orders.state_file}-asked").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asked) + "\n")
        unknown = sorted(set(asked) - (ENDPOINT_FIELDS if kind == "endpoints" else TUNNEL_FIELDS))
        if unknown:
            raise Refused(400, "invalid tunnel configuration", f'json: unknown field "{unknown[0]}"')
        if kind == "endpoints":
            return self.state.add(asked["name"], asked["upstream"]["url"], asked.get("url"))
        if asked["proto"] != "http":
            raise Refused(400, "invalid tunnel configuration", "invalid protocol name")
        domain = asked.get("domain")
        return self.state.add(asked["name"], asked["addr"], f"https://{domain}" if domain else None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ApiServer

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.server.state
        if state.orders.scenario is not Scenario.SILENT:
            state.log("info", "start", pg=self.path)
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in {"127.0.0.1", "localhost"}:
            self._send(401, None)
            return
        try:
            self._send(*self.server.answer(self.command, self.path, body))
        except Refused as refused:
            self._send(refused.status, refused.document)

    def _send(self, status: int, document: dict[str, Any] | None) -> None:
        payload = b"" if document is None else json.dumps(document).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def _document(kind: str, endpoint: Endpoint) -> dict[str, Any]:
    """The two kinds name the same things differently, and the documented endpoint has no `public_url`."""
    if kind == "endpoints":
        return {"name": endpoint.name, "url": endpoint.url, "upstream": {"url": endpoint.upstream}, "inspect": False}
    config = {"addr": endpoint.upstream, "inspect": False}
    uri = f"/api/tunnels/{endpoint.name}"
    return {"name": endpoint.name, "uri": uri, "public_url": endpoint.url, "proto": "https", "config": config}
