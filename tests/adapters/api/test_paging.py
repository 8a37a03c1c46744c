"""Pages as a stream: once, in order, one ahead, and never from elsewhere."""

from __future__ import annotations

import gc
import itertools
import json
import signal
import subprocess
import sys
import threading
import tracemalloc
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.endpoints import read_events
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.api.queries import EventsQuery
from cronofy_cli.errors import NotFound, RequestFailed, ServerFailed
from tests.adapters.api.conftest import TOKEN
from tests.fakes.scripted_server import WAIT_LIMIT_S, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.api.endpoints import EventPage
    from cronofy_cli.adapters.api.retries import Retry
    from tests.adapters.api.conftest import OpenClient
    from tests.fakes.scripted_server import ScriptedServer

QUERY = EventsQuery("Etc/UTC")
EVENTS = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(-(2**53), 2**53)), max_size=5)

READER = """
import sys
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.endpoints import read_events
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.api.queries import EventsQuery
try:
    with ApiClient(data_center_at(sys.argv[1]), "tok_1") as client:
        for page in read_events(client, EventsQuery("Etc/UTC")):
            print(page.current, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Answers held until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def page(server: ScriptedServer, number: int, *events: object, next_page: object = "following") -> dict[str, object]:
    """A page, with the address of the one after it unless told otherwise."""
    if next_page == "following":
        next_page = f"{server.url}/v1/events/pages/{number + 1}"
    return {"pages": {"current": number, "next_page": next_page}, "events": list(events)}


def fetching_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("next-page")]


@settings(max_examples=40, deadline=None)
@given(split=st.lists(EVENTS, min_size=1, max_size=6))
def test_any_split(split: list[list[dict[str, object]]]) -> None:
    """However events are split into pages, each comes once, in order."""
    with scripted_server() as server, ApiClient(data_center_at(server.url), TOKEN) as client:
        for number, events in enumerate(split, 1):
            ends = {"next_page": None} if number == len(split) else {}
            target = "?tzid=Etc/UTC" if number == 1 else f"/pages/{number}"
            server.answer(json=page(server, number, *events, **ends), only_for=f"GET /v1/events{target}")
        pages = list(read_events(client, QUERY))

    assert [each.current for each in pages] == list(range(1, len(split) + 1))
    read = [json.loads(bytes(event)) for each in pages for event in each.events]
    assert read == list(itertools.chain.from_iterable(split))


def test_token_and_connection(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Later pages are asked for with the token, without parameters, over the connection of the first."""
    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(json=page(cronofy, 2, next_page=""), only_for="GET /v1/events/pages/2")

    list(read_events(client, QUERY))

    assert {each.headers["Authorization"] for each in cronofy.requests} == {f"Bearer {TOKEN}"}
    assert len({each.connection for each in cronofy.requests}) == 1


def test_one_ahead(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """While a page is used the next one is fetched already, and none after it."""
    fetched = threading.Semaphore(0)
    client = open_client(cronofy.url, observe=lambda _: fetched.release())
    for number in (1, 2, 3):
        cronofy.answer(json=page(cronofy, number, **({"next_page": None} if number == 3 else {})))

    counts = []
    for number, _ in enumerate(read_events(client, QUERY), 1):
        if number < 3:
            assert fetched.acquire(timeout=WAIT_LIMIT_S)
            assert fetched.acquire(timeout=WAIT_LIMIT_S) if number == 1 else True
        counts.append(len(cronofy.requests))

    assert counts == [2, 3, 3]


def test_a_single_page_needs_no_thread(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A short answer is read without a second thread."""
    cronofy.answer(json=page(cronofy, 1, next_page=None))

    for _ in read_events(client, QUERY):
        assert fetching_threads() == []


def test_nothing_is_asked_before_the_first_page_is_wanted(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Making the stream asks for nothing."""
    read_events(client, QUERY).close()

    assert cronofy.requests == []


@pytest.mark.parametrize("tls", [False, True])
def test_closing(
    tls: bool, held: threading.Event, open_client: OpenClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing the stream breaks off the fetch at once, leaves no thread, and the client can be used again."""
    import ssl

    context = None
    if tls:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with scripted_server(tls=context) as server:
        server.answer(json=page(server, 1))
        server.answer(held_until=held)
        server.answer(body=b"after")
        client = open_client(server.url)
        pages = read_events(client, QUERY)
        next(pages)
        server.wait_for_requests(2)

        pages.close()

        assert fetching_threads() == []
        assert not held.is_set()
        assert client.request("GET", "/v1/channels") == b"after"
        client.close()


def test_closing_during_a_wait(cronofy: ScriptedServer) -> None:
    """Closing the stream ends a wait for the next attempt too."""
    waiting = threading.Event()

    def on_retry(_: Retry) -> None:
        waiting.set()

    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(429, headers={"Retry-After": "60"})
    with ApiClient(data_center_at(cronofy.url), TOKEN, on_retry=on_retry) as client:
        pages = read_events(client, QUERY)
        next(pages)
        assert waiting.wait(WAIT_LIMIT_S)
        pages.close()

    assert fetching_threads() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one process there")
def test_ctrl_c(cronofy: ScriptedServer, held: threading.Event) -> None:
    """Ctrl-C while the next page is waited for ends the program at once."""
    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(held_until=held)

    with subprocess.Popen([sys.executable, "-c", READER, cronofy.url], stdout=subprocess.PIPE, text=True) as reader:
        cronofy.wait_for_requests(2)
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
        reader.send_signal(signal.SIGINT)
        rest, _ = reader.communicate(timeout=WAIT_LIMIT_S)

    assert (rest, reader.returncode) == ("interrupted\n", 0)
    assert not held.is_set()


@pytest.mark.parametrize("first_page", [True, False])
def test_other_origin(first_page: bool, cronofy: ScriptedServer, client: ApiClient) -> None:
    """A next page on another origin is named and not asked for; the pages before it were delivered."""
    with scripted_server() as other:
        read: list[EventPage] = []
        if not first_page:
            cronofy.answer(json=page(cronofy, 1))
        cronofy.answer(json=page(cronofy, 2, next_page=f"{other.url}/v1/events/pages/3"))

        with pytest.raises(RequestFailed, match=f"the next page is on {other.url}, not on {cronofy.url}"):
            read.extend(read_events(client, QUERY))

    assert (len(read), other.requests) == (1 if first_page else 2, [])


def test_going_round(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Pages that lead back to an earlier one end in an error instead of going on for ever."""
    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(json=page(cronofy, 2))
    cronofy.answer(json=page(cronofy, 3, next_page=f"{cronofy.url}/v1/events/pages/2"))

    with pytest.raises(
        RequestFailed, match=r"^the pages lead back to one that was read already: the rest cannot be reached$"
    ):
        list(read_events(client, QUERY))


def test_expired_page(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A page whose address is not known any more says to start again."""
    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(404)

    with pytest.raises(NotFound, match=r"^page 2 has expired: Cronofy does not know its address any more$") as caught:
        list(read_events(client, QUERY))

    assert caught.value.hint == "run the command again from the start; a shorter time span makes fewer pages"


def test_a_failing_page(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A page that fails is tried again; when it stays so the error comes after the pages before it."""
    cronofy.answer(json=page(cronofy, 1, {"n": 1}))
    for _ in range(4):
        cronofy.answer(500)
    pages = read_events(client, QUERY)

    assert len(next(pages).events) == 1
    with pytest.raises(ServerFailed):
        next(pages)
    assert fetching_threads() == []


def test_a_page_of_something_else(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A page without events is an error, not an end."""
    cronofy.answer(json=page(cronofy, 1))
    cronofy.answer(json={"pages": {}})

    with pytest.raises(RequestFailed, match="not what Cronofy sends"):
        list(read_events(client, QUERY))


def test_memory_stays_flat(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Forty pages need no more memory than a few, even while the garbage collector is off."""
    number_of_pages, event = 40, {"summary": "x" * 100_000}
    cronofy.answer()
    client.request("GET", "/v1/x")  # loads what is loaded once
    for number in range(1, number_of_pages + 1):
        ends = {"next_page": None} if number == number_of_pages else {}
        cronofy.answer(json=page(cronofy, number, event, event, **ends))

    gc.disable()
    tracemalloc.start()
    read = sum(len(bytes(each)) for one in read_events(client, QUERY) for each in one.events)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.enable()

    assert read > number_of_pages * 200_000
    # The server in this process and the client hold a few copies of a page each.
    assert peak < 10 * 200_000
