"""No answer is waited for, and none is read, without a limit, whatever a server does."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from cronofy_cli.adapters.api import paging
from cronofy_cli.adapters.api.client import ApiClient, Timeouts
from cronofy_cli.adapters.api.paging import stream_answers
from cronofy_cli.adapters.deadline import Deadline
from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.adapters.open_sockets import OpenSockets
from cronofy_cli.adapters.whole_answer import LARGEST_BYTES, MEBIBYTE
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.errors import CronofyError, RequestFailed, TimeLimitReached, Unreachable
from tests.adapters.api.conftest import TOKEN
from tests.fakes.raw_server import raw_server
from tests.ports import free_port
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.adapters.api.conftest import OpenClient
    from tests.fakes.scripted_server import ScriptedServer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
HURRIED = Timeouts(whole_s=0.3)
SILENT_S = 0.02
LARGEST_RSS_MIB = 150
ASK = """
import re, sys
from pathlib import Path
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import CronofyError
client, kept = ApiClient(data_center_at(sys.argv[1]), "tok_1"), []
for _ in range(2):
    try:
        client.request("GET", "/v1/calendars")
    except CronofyError as error:
        kept.append(error)
        print(error.message)
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def drip(first: bytes, drop: bytes) -> Callable[[threading.Event], Iterator[bytes]]:
    """Write a beginning, then a little now and then, and never an end."""

    def parts(closing: threading.Event) -> Iterator[bytes]:
        yield first
        while not closing.wait(SILENT_S):
            yield drop

    return parts


def flood(first: bytes, part: bytes) -> Callable[[threading.Event], Iterator[bytes]]:
    """Write a beginning, then as much as is taken."""

    def parts(closing: threading.Event) -> Iterator[bytes]:
        yield first
        while not closing.is_set():
            yield part

    return parts


DRIPS = {
    "body": drip(HEAD + b"Content-Length: 1000000\r\n\r\n{", b" "),
    "chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n \r\n"),
    "until closed": drip(HEAD + b"\r\n{", b" "),
    "head": drip(HEAD, b"X-More: 1\r\n"),
    "continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence": drip(b"", b""),
}


@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_that_never_ends(kind: str, open_client: OpenClient) -> None:
    """Whatever part of an answer trickles in, the whole of it has one limit, and it is not asked for again."""
    with raw_server(DRIPS[kind]) as server, pytest.raises(Unreachable, match="did not finish its answer in time"):
        open_client(server.url, timeouts=HURRIED).request("GET", "/v1/calendars")

    assert server.requests <= 1


def test_a_client_goes_on_after_a_slow_answer(open_client: OpenClient) -> None:
    """After an answer was given up the same client makes a new connection."""
    answers = iter([DRIPS["body"], flood(HEAD + b"Content-Length: 2\r\n\r\n{}", b"")])

    def parts(closing: threading.Event) -> Iterator[bytes]:
        return next(answers)(closing)

    with raw_server(parts) as server:
        client = open_client(server.url, timeouts=HURRIED)
        with pytest.raises(Unreachable):
            client.request("GET", "/v1/calendars")
        client._timeouts = Timeouts()

        assert client.request("GET", "/v1/calendars") == b"{}"


def test_patience_ends(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """A call is not sent again once its attempts have taken long enough together."""
    held = threading.Event()
    cronofy.answer(held_until=held)
    client = open_client(cronofy.url, timeouts=Timeouts(read_s=0.2, patience_s=0.1))

    with pytest.raises(Unreachable, match="sent no answer in time"):
        client.request("GET", "/v1/calendars")
    held.set()
    cronofy.wait_for_requests(1)


@pytest.mark.parametrize("kind", ["body", "silence"])
def test_a_deadline(kind: str) -> None:
    """A command's own time limit ends the call, whatever the client would wait for, and is what the error names."""
    with (
        raw_server(DRIPS[kind]) as server,
        ApiClient(data_center_at(server.url), TOKEN, timeouts=Timeouts(deadline=Deadline.after(0.3))) as client,
    ):
        with pytest.raises(TimeLimitReached, match=r"within the time limit of 0\.3 s"):
            client.request("GET", "/v1/calendars")
        with pytest.raises(TimeLimitReached):
            client.request("GET", "/v1/calendars")

    assert server.requests <= 1


def test_a_deadline_ends_the_waits_too(cronofy: ScriptedServer) -> None:
    """A wait before another attempt is no longer than the time that is left."""
    cronofy.answer(429, headers={"Retry-After": "60"})
    cronofy.answer(body=b"{}")
    waits: list[float] = []
    timeouts = Timeouts(deadline=Deadline.after(59))
    with ApiClient(data_center_at(cronofy.url), TOKEN, timeouts=timeouts, sleep=waits.append) as client:
        client.request("GET", "/v1/calendars")

    assert 0 < waits[0] <= 59


@pytest.fixture
def hanging_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no name be found or denied, as where the name server does not answer."""
    answered = threading.Event()

    def look_up(*_arguments: object, **_options: object) -> NoReturn:
        answered.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    answered.set()


@pytest.mark.usefixtures("hanging_names")
def test_a_name_that_is_not_found(open_client: OpenClient) -> None:
    """A look-up of a name, which nothing can end, is not waited for beyond the limit, and nothing was sent."""
    with pytest.raises(Unreachable, match=r"api\.test could not be reached in time"):
        open_client("https://api.test", timeouts=HURRIED).request("POST", "/v1/channels")


@pytest.mark.usefixtures("hanging_names")
def test_a_deadline_bounds_looking_a_name_up() -> None:
    """A command's own time limit ends the wait for a name, of the API's and of the token endpoint's host."""
    place, application = data_center_at("https://api.test"), Application("id", "secret")
    deadline = Deadline.after(0.3)
    endpoint = TokenEndpoint(place, application, again="cronofy auth login", deadline=deadline)

    with ApiClient(place, TOKEN, timeouts=Timeouts(deadline=deadline)) as client:
        with pytest.raises(TimeLimitReached, match=r"within the time limit of 0\.3 s"):
            client.request("GET", "/v1/calendars")
        with pytest.raises(TimeLimitReached, match=r"within the time limit of 0\.3 s"):
            endpoint.refresh("refresh-token")


def test_what_was_looked_up_too_late_is_not_sent(
    cronofy: ScriptedServer, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is found after the time was up leads to no request any more."""
    answered, connected = threading.Event(), threading.Event()
    look_up, shut_down = socket.getaddrinfo, OpenSockets.shut_down

    def late(*arguments: Any, **options: Any) -> Any:
        answered.wait()
        return look_up(*arguments, **options)

    def observed(sockets: OpenSockets) -> None:
        shut_down(sockets)
        if answered.is_set():
            connected.set()

    monkeypatch.setattr(socket, "getaddrinfo", late)
    monkeypatch.setattr(OpenSockets, "shut_down", observed)
    with pytest.raises(Unreachable):
        open_client(cronofy.url, timeouts=HURRIED).request("POST", "/v1/channels")
    answered.set()

    assert connected.wait(60)
    assert cronofy.requests == []


def test_a_deadline_bounds_the_token_endpoint() -> None:
    """A token that is not renewed in time ends with the command's time limit."""
    with raw_server(DRIPS["silence"]) as server:
        place, application = data_center_at(server.url), Application("id", "secret")
        endpoint = TokenEndpoint(place, application, again="cronofy auth login", deadline=Deadline.after(0.3))
        with pytest.raises(TimeLimitReached, match=r"within the time limit of 0\.3 s"):
            endpoint.refresh("refresh-token")


def test_the_token_endpoint() -> None:
    """Signing in and renewing a token have the same limits."""
    with raw_server(flood(HEAD + b"\r\n", b" " * 65536)) as server:
        endpoint = TokenEndpoint(data_center_at(server.url), Application("id", "secret"), again="cronofy auth login")
        with pytest.raises(CronofyError, match="larger than 64 MiB"):
            endpoint.refresh("refresh-token")


def test_a_large_answer_is_taken(open_client: OpenClient) -> None:
    """An answer up to the limit is read whole, compressed or not, and one byte more is refused."""
    body = b" " * LARGEST_BYTES
    packed = gzip.compress(body, 1)
    answers = iter([HEAD + b"\r\n" + body, HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed])
    with raw_server(lambda _: [next(answers)]) as server:
        client = open_client(server.url)
        assert len(client.request("GET", "/v1/calendars")) == LARGEST_BYTES
        assert len(client.request("GET", "/v1/calendars")) == LARGEST_BYTES
    with (
        raw_server(lambda _: [HEAD + b"\r\n" + body + b" "]) as server,
        pytest.raises(RequestFailed, match="larger than 64 MiB"),
    ):
        open_client(server.url).request("GET", "/v1/calendars")


def bomb() -> bytes:
    """Three gibibytes in three megabytes: after a full flush the same compressed mebibyte can follow itself."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + block * 3 * 1024


@pytest.mark.parametrize("kind", ["endless", "bomb", "bomb in a bomb"])
def test_memory_stays_flat(kind: str) -> None:
    """An endless body and one that decompresses to gigabytes are refused in one sentence, and with little memory: a
    second one, too, while the error of the first is still at hand."""
    packed = HEAD + b"Content-Encoding: gzip\r\n\r\n"
    parts = {
        "endless": flood(HEAD + b"\r\n", b" " * 65536),
        "bomb": lambda _: [packed, bomb()],
        "bomb in a bomb": lambda _: [packed.replace(b"gzip", b"gzip, gzip"), gzip.compress(bomb())],
    }[kind]
    with raw_server(parts) as server:
        done = subprocess.run(
            [sys.executable, "-c", ASK, server.url], capture_output=True, text=True, check=True, cwd=REPOSITORY
        )

    *said, rss_mib = done.stdout.splitlines()
    assert int(rss_mib) < LARGEST_RSS_MIB
    assert len(said) == (0 if kind == "bomb in a bomb" else 2)
    assert done.stderr == ""


def test_an_error_with_an_endless_body(open_client: OpenClient) -> None:
    """The status of an error counts however long its body is."""
    with (
        raw_server(flood(HEAD.replace(b"200 OK", b"403 Forbidden") + b"\r\n", b"no " * 20000)) as server,
        pytest.raises(CronofyError, match=r"does not allow this \(403\): 'no no"),
    ):
        open_client(server.url).request("GET", "/v1/calendars")


def test_pages_without_end(monkeypatch: pytest.MonkeyPatch, open_client: OpenClient) -> None:
    """Pages that each lead to a new one are read up to a number that no calendar reaches."""
    monkeypatch.setattr(paging, "MOST_PAGES", 20)
    number = iter(range(1000))

    def page(_: threading.Event) -> list[bytes]:
        body = json.dumps({"pages": {"next_page": f"{server.url}/v1/page/{next(number)}"}}).encode()
        return [HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body]

    with raw_server(page) as server:
        pages = stream_answers(open_client(server.url), "/v1/calendars")
        with pytest.raises(RequestFailed, match=r"^there are more than 20 pages: the rest was not read$") as caught:
            deque(pages, maxlen=0)
        assert caught.value.hint == "ask for a shorter time span, or for fewer calendars"

    assert server.requests == 20


def test_a_refused_connection_may_be_tried_again(open_client: OpenClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a connection to another machine is refused nothing was sent: a POST too is tried again."""
    port = free_port()
    looked_up = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: looked_up)
    monkeypatch.setenv("no_proxy", "*")
    waits: list[float] = []

    with pytest.raises(Unreachable, match="the connection was refused"):
        open_client(f"http://api.cronofy.example:{port}", sleep=waits.append).request("POST", "/v1/channels")

    assert len(waits) == 3
