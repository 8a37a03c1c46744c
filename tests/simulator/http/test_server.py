"""The server in its thread: starting, stopping, the port, and what importing it costs."""

from __future__ import annotations

import gc
import os
import select
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.errors import CronofyError, WrongUsage
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import DEFAULT_PORT, SimulatorSettings
from tests.open_files import open_files
from tests.ports import free_port
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.running import Running

IMPORT = """
import sys
import cronofy_cli.simulator.server, cronofy_cli.simulator.world.settings
print(sorted({"starlette", "uvicorn", "httpx", "msgspec", "click"} & set(sys.modules)))
"""
SERVE = """
import sys
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.adapters.http import import_httpx
with SimulatorServer(SimulatorSettings(port=0)):
    import_httpx()
print(sorted({"rich", "pygments"} & set(sys.modules)))
"""


def can_connect(url: str) -> bool:
    """Whether something listens there."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=60).close()
    except ConnectionRefusedError:
        return False
    return True


def test_it_serves_from_start_to_stop() -> None:
    """When `start` returns requests are answered; when `stop` returns nothing listens and no thread of it is left."""
    before = set(threading.enumerate())
    server = SimulatorServer(SimulatorSettings(port=0))
    server.start()
    answer = import_httpx().get(f"{server.url}/simulator", trust_env=False)

    server.stop()

    assert answer.status_code == 200
    assert not can_connect(server.url)
    assert set(threading.enumerate()) <= before
    server.stop()


def test_answers_come_at_once(shared_simulator: Running) -> None:
    """An answer on a kept connection is not held back for the client's delayed acknowledgement, which takes 40 ms."""
    address = urlsplit(shared_simulator.url)
    with closing(HTTPConnection(address.hostname or "", address.port)) as client:
        client.request("GET", "/simulator")
        client.getresponse().read()

        assert sends_at_once(client.sock)


def sends_at_once(client: socket.socket) -> bool:
    """Whether the other end of a connection, which is in this process too, waits for no acknowledgement."""
    for descriptor in Path("/proc/self/fd").iterdir():
        # What is closed by now, or has no other end.
        with suppress(OSError):
            if not str(descriptor.readlink()).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(descriptor.name))) as found:
                if found.getpeername() == client.getsockname():
                    return bool(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    raise AssertionError("the connection has no other end here")


def test_a_port_in_use_is_an_error_with_a_way_out() -> None:
    """The second simulator on one port is told which port it is, and how to take another. It leaves nothing open."""
    with SimulatorServer(SimulatorSettings(port=0)) as first:
        before = open_files()
        with pytest.raises(WrongUsage, match=f"port {urlsplit(first.url).port} is in use") as caught:
            SimulatorServer(SimulatorSettings(port=urlsplit(first.url).port or 0)).start()

        assert open_files() <= before
    assert caught.value.hint == "cronofy simulator run --port 0"


def test_a_port_out_of_range_is_an_error() -> None:
    """What is no port is refused in words."""
    with pytest.raises(WrongUsage, match="70000 is not a port"):
        SimulatorServer(SimulatorSettings(port=70_000)).start()


def test_it_listens_on_loopback_only() -> None:
    """The socket is bound to 127.0.0.1, where no other machine can reach it."""
    with SimulatorServer(SimulatorSettings(port=0)) as server:
        assert urlsplit(server.url).hostname == "127.0.0.1"
        port = urlsplit(server.url).port or 0
        with pytest.raises(OSError, match=r"refused|timed out|assign"):
            socket.create_connection(("127.0.0.2", port), timeout=2)


def test_it_stops_although_a_client_keeps_its_connection() -> None:
    """An open connection, idle or in the middle of a request, does not hold it up."""
    server = SimulatorServer(SimulatorSettings(port=0))
    server.start()
    address = ("127.0.0.1", urlsplit(server.url).port or 0)
    with socket.create_connection(address) as idle, socket.create_connection(address) as slow:
        idle.sendall(b"GET /simulator HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        slow.sendall(b"POST /v1/channels HTTP/1.1\r\nHost: localhost\r\nContent-")
        server.stop()

    assert not can_connect(server.url)


def is_answered(connection: socket.socket) -> bool:
    """Whether one more request on a connection gets an answer."""
    try:
        connection.sendall(b"GET /simulator HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return connection.recv(1) != b""
    except ConnectionError:
        return False


def test_nothing_new_is_let_in_while_it_ends(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """What is being answered keeps it for a while; meanwhile idle connections are closed, and no other is accepted."""
    monkeypatch.setattr("cronofy_cli.simulator.http.http_server.GRACE_S", 60.0)
    simulator = start()
    simulator.request("POST", "/simulator/faults", 201, json={"path_prefix": "/v1/calendars", "delay_s": 3600})
    port = urlsplit(simulator.url).port or 0
    idle = HTTPConnection("127.0.0.1", port, timeout=60)
    idle.request("GET", "/simulator")
    idle.getresponse().read()
    with ThreadPoolExecutor() as pool, socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(b"GET /v1/calendars HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: not simulator.get("/simulator/faults")["faults"])
        ending = pool.submit(simulator.server.stop)

        wait_until(lambda: not can_connect(simulator.url))
        assert not is_answered(idle.sock)
        assert select.select([asking], [], [], 0)[0] == []
        asking.close()
        ending.result()
    idle.close()


def test_it_closes_a_connection_that_came_a_moment_before() -> None:
    """A client that connects just before the end is let go: its connection is closed, nothing is left behind."""
    for _ in range(3):
        server = SimulatorServer(SimulatorSettings(port=0))
        server.start()
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=60) as client:
            server.stop()
            assert client.recv(1) == b""
    gc.collect()  # A socket that was forgotten would warn here.


def test_a_bad_state_file_frees_the_port(tmp_path: Path) -> None:
    """A start that fails leaves nothing behind."""
    state_file = tmp_path / "state.json"
    state_file.write_text("{")
    port = free_port()

    with pytest.raises(CronofyError, match="does not hold"):
        SimulatorServer(SimulatorSettings(port=port, state_file=state_file)).start()

    socket.create_server(("127.0.0.1", port)).close()


def test_the_seed_follows_the_settings() -> None:
    """Day and number of events are chosen when it starts."""
    settings = SimulatorSettings(port=0, seed_day=date(2031, 6, 1), extra_events=50)
    with running(settings) as simulator:
        found = simulator.get("/simulator/events", limit="10000")["events"]

    assert {event["start"][:4] for event in found} >= {"2031"}
    assert sum(event["summary"].split()[-1].isdecimal() for event in found) >= 50


def test_its_credentials_are_those_of_the_first_application_and_account(tmp_path: Path) -> None:
    """Whoever starts it knows what a client needs, of a world of its own too; a token of another account is none."""
    world_file = tmp_path / "team.toml"
    world_file.write_text(
        '[[applications]]\nname = "one"\nclient_id = "c1"\nclient_secrets = ["s1", "s2"]\n'
        '[[applications]]\nname = "two"\nclient_id = "c2"\nclient_secrets = ["s3"]\n'
        '[[accounts]]\nemail = "ada@x.test"\naccess_tokens = { two = "t2", one = "t1" }\n'
        '[[accounts]]\nemail = "bob@x.test"\naccess_token = "t3"\n'
    )
    with running(SimulatorSettings(port=0, world_file=world_file)) as simulator:
        found = simulator.server.credentials
        sub = simulator.request("GET", "/v1/userinfo", headers={"Authorization": "Bearer t1"}).json()["sub"]

    assert (found.client_id, found.client_secrets, found.access_token, found.sub) == ("c1", ("s1", "s2"), "t1", sub)
    assert not any(secret in repr(found) for secret in ("s1", "s2", "t1"))


def test_the_default_port_is_published() -> None:
    """Other programs may rely on the port."""
    assert (SimulatorSettings().port, DEFAULT_PORT) == (7080, 7080)


@pytest.mark.parametrize("program", [IMPORT, SERVE])
def test_nothing_heavy_is_imported(program: str) -> None:
    """Importing the server loads no web framework, and serving loads neither rich nor pygments through click."""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )

    assert (done.stdout, done.stderr) == ("[]\n", "")
