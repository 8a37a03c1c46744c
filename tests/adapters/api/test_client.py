"""The client: retries, time limits, secrets, and the causes of no answer, over real HTTP."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from cronofy_cli.adapters.api.client import ApiClient, Timeouts
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import NotSignedIn, RequestFailed, ServerFailed, Unreachable
from tests.adapters.api.conftest import TOKEN
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from ssl import SSLContext

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.retries import Retry
    from tests.adapters.api.conftest import OpenClient
    from tests.fakes.scripted_server import ScriptedServer


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that the environment trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return authority


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Answers held until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def tls_for(authority: trustme.CA, host: str) -> SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def test_headers(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Each request carries the token, says who is asking, and labels its JSON as Cronofy's examples do."""
    cronofy.answer(json={})
    client.request("POST", "/v1/channels", json={"callback_url": "https://example.com"})

    sent = cronofy.requests[0]
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["User-Agent"].startswith("cronofy-cli/")
    assert sent.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(sent.body) == {"callback_url": "https://example.com"}


def test_one_connection(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Requests share one connection."""
    for _ in range(3):
        cronofy.answer(body=b"{}")
        client.request("GET", "/v1/channels")

    assert len({request.connection for request in cronofy.requests}) == 1


def test_parameters(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Parameters keep their order, repeat, and are escaped where they must be."""
    cronofy.answer(only_for="GET /v1/events?tzid=Europe/London&calendar_ids[]=a%26b&calendar_ids[]=c@d&from=1%2B2+3")

    parameters = [("tzid", "Europe/London"), ("calendar_ids[]", "a&b"), ("calendar_ids[]", "c@d"), ("from", "1+2 3")]
    assert client.request("GET", "/v1/events", parameters=parameters) == b""


def test_base_path() -> None:
    """A data center may be served below a path."""
    with scripted_server() as server, ApiClient(data_center_at(server.url + "/cronofy/"), TOKEN) as client:
        server.answer(body=b"x", only_for="GET /cronofy/v1/channels")
        assert client.request("GET", "/v1/channels") == b"x"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_get_is_retried(status: int, cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """A GET survives passing failures, waits longer each time, and tells of each wait."""
    waits: list[float] = []
    told: list[Retry] = []
    for _ in range(3):
        cronofy.answer(status)
    cronofy.answer(body=b"done")

    client = open_client(cronofy.url, sleep=waits.append, on_retry=told.append)

    assert client.request("GET", "/v1/channels") == b"done"
    assert waits == [0.5, 1.0, 2.0]
    assert [(each.attempt, each.reason, each.delay_s) for each in told] == [
        (2, str(status), 0.5),
        (3, str(status), 1.0),
        (4, str(status), 2.0),
    ]
    assert told[0].url == cronofy.url + "/v1/channels"


def test_retries_end(cronofy: ScriptedServer, client: ApiClient) -> None:
    """After the fourth attempt the last answer is the error."""
    for body in (b"1", b"2", b"3", b"4"):
        cronofy.answer(503, body=body)

    with pytest.raises(ServerFailed, match="'4'"):
        client.request("GET", "/v1/channels")


def test_retry_after_is_kept(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """The wait is the one that the server asks for."""
    waits: list[float] = []
    cronofy.answer(429, headers={"Retry-After": "7"})
    cronofy.answer(body=b"done")

    assert open_client(cronofy.url, sleep=waits.append).request("GET", "/v1/channels") == b"done"
    assert waits == [7.0]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_changes_are_not_repeated(method: str, status: int, cronofy: ScriptedServer, client: ApiClient) -> None:
    """What may have been done already is not asked for twice."""
    cronofy.answer(status)

    with pytest.raises(RequestFailed):
        client.request(method, "/v1/channels/chn_1")


@pytest.mark.parametrize("drop_after", [0, 10, 60])
def test_broken_connection(drop_after: int, cronofy: ScriptedServer, client: ApiClient) -> None:
    """A connection cut before, inside or after the head of the answer is made again for a GET."""
    cronofy.answer(body=b"x" * 1000, drop_after=drop_after)
    cronofy.answer(body=b"done")

    assert client.request("GET", "/v1/channels") == b"done"


def test_broken_change(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A POST whose answer was cut off is not sent again."""
    cronofy.answer(drop_after=0)

    with pytest.raises(Unreachable, match="broke the connection off"):
        client.request("POST", "/v1/channels", json={})


def test_no_answer_in_time(cronofy: ScriptedServer, open_client: OpenClient, held: threading.Event) -> None:
    """A silent server ends in an error after four attempts of a GET, and one of a POST."""
    for _ in range(5):
        cronofy.answer(held_until=held)
    client = open_client(cronofy.url, timeouts=Timeouts(read_s=0.05))

    with pytest.raises(Unreachable, match="sent no answer in time"):
        client.request("GET", "/v1/channels")
    with pytest.raises(Unreachable, match="sent no answer in time"):
        client.request("POST", "/v1/channels")
    cronofy.wait_for_requests(5)


def test_nothing_listens(open_client: OpenClient) -> None:
    """An address on this machine where nothing listens points at the simulator, at once."""
    port = free_port()
    waits: list[float] = []

    with pytest.raises(Unreachable, match=f"nothing answers at 127.0.0.1:{port}") as caught:
        open_client(f"http://127.0.0.1:{port}", sleep=waits.append).request("GET", "/v1/channels")

    assert caught.value.hint == "cronofy simulator run"
    assert waits == []


def test_unknown_name(open_client: OpenClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name that cannot be resolved is named, after the retries that a weak network deserves."""

    def no_such_host(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    monkeypatch.setenv("no_proxy", "*")
    waits: list[float] = []

    with pytest.raises(Unreachable, match=r"the name api\.cronofy\.example could not be resolved"):
        open_client("http://api.cronofy.example", sleep=waits.append).request("POST", "/v1/channels")

    assert len(waits) == 3


def test_trusted_certificate(authority: trustme.CA, open_client: OpenClient) -> None:
    """A certificate from an authority in SSL_CERT_FILE is accepted."""
    with scripted_server(tls=tls_for(authority, "127.0.0.1")) as server:
        server.answer(body=b"done")
        client = open_client(server.url)
        assert client.request("GET", "/v1/channels") == b"done"
        client.close()


@pytest.mark.parametrize(("host", "reason"), [("127.0.0.1", "issuer"), ("other.example", "IP address mismatch")])
def test_untrusted_certificate(host: str, reason: str, authority: trustme.CA, open_client: OpenClient) -> None:
    """A certificate of an unknown authority, or for another host, is refused without a retry and before any request."""
    signer = authority if host == "other.example" else trustme.CA()
    waits: list[float] = []

    with (
        scripted_server(tls=tls_for(signer, host)) as server,
        pytest.raises(Unreachable, match=f"is not trusted: .*{reason}") as caught,
    ):
        open_client(server.url, sleep=waits.append).request("GET", "/v1/channels")

    assert "SSL_CERT_FILE" in str(caught.value.hint)
    assert (waits, server.requests) == ([], [])


def test_not_tls(authority: trustme.CA, cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """A server that speaks plain HTTP is not mistaken for one that is down."""
    with pytest.raises(Unreachable, match="no TLS connection"):
        open_client(cronofy.url.replace("http:", "https:")).request("GET", "/v1/channels")


def test_failed_handshake_is_repeated(authority: trustme.CA, open_client: OpenClient) -> None:
    """A POST whose connection broke before anything was sent is sent again, once."""
    with scripted_server(tls=tls_for(authority, "127.0.0.1"), hang_up_first=1) as server:
        server.answer(body=b"done")
        client = open_client(server.url)
        assert client.request("POST", "/v1/channels") == b"done"
        client.close()


def test_other_origin(cronofy: ScriptedServer, client: ApiClient) -> None:
    """An address on another origin is not asked, so it cannot learn the token."""
    with scripted_server() as other, pytest.raises(RequestFailed, match="not on " + cronofy.url):
        client.request("GET", other.url + "/v1/events/pages/2")


@pytest.mark.parametrize("token", ["", "  ", "tok\n_1", "tok_é", "to k", "tok\x00"])
def test_impossible_token(token: str) -> None:
    """A token that no server could accept is refused before it gets into a header, and not shown."""
    with pytest.raises(NotSignedIn) as caught:
        ApiClient(data_center_at("http://127.0.0.1:1"), token)

    assert token.strip() == "" or token.strip() not in caught.value.message


def test_token_from_a_file_with_a_line_end(cronofy: ScriptedServer) -> None:
    """White space around a token does not matter."""
    cronofy.answer(body=b"done")
    with ApiClient(data_center_at(cronofy.url), f" {TOKEN}\r\n") as client:
        client.request("GET", "/v1/channels")

    assert cronofy.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_observer(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """Every attempt is told whole, and without the token wherever it stands."""
    seen: list[Exchange] = []
    cronofy.answer(drop_after=0)
    cronofy.answer(503, body=f"no {TOKEN}".encode())
    cronofy.answer(json={"access_token": "other", "shown": 1}, headers={"X-Request-Id": "r1"})
    client = open_client(cronofy.url, observe=seen.append)

    client.request("GET", "/v1/x", parameters=[("q", TOKEN)])

    assert [(each.method, each.status, each.failure) for each in seen] == [
        ("GET", None, "broken connection"),
        ("GET", 503, None),
        ("GET", 200, None),
    ]
    assert seen[0].url == cronofy.url + "/v1/x?q=***"
    assert ("authorization", "Bearer ***") in seen[0].request_headers
    assert ("x-request-id", "r1") in seen[2].answer_headers
    assert json.loads(seen[2].answer_body) == {"access_token": "***", "shown": 1}
    assert all(each.elapsed_ms > 0 for each in seen)
    assert TOKEN not in repr(seen)


def test_observer_sees_what_is_sent(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """The body of a request is told too, its secrets masked."""
    seen: list[Exchange] = []
    cronofy.answer(202)

    open_client(cronofy.url, observe=seen.append).request("POST", "/v1/x", json={"client_secret": "s", "a": 1})

    assert json.loads(seen[0].request_body) == {"client_secret": "***", "a": 1}


def test_closed_client_can_be_used_again(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Closing ends the connection; a later request makes a new one."""
    for _ in range(2):
        cronofy.answer(body=b"done")
        assert client.request("GET", "/v1/x") == b"done"
        client.close()

    assert len({request.connection for request in cronofy.requests}) == 2
