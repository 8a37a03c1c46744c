"""What is posted to a callback URL, and how its answers are read."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli import __version__
from cronofy_cli.adapters.callback_probe import Posting, probe
from cronofy_cli.adapters.callback_probe.posting import Response, post
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from tests.adapters.callback_probe.tls_servers import PATIENT, answering, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.callback_probe.tls_servers import Authorities

SECRETS = (ClientSecret("new", "CRN_new"), ClientSecret("old", "CRN_old"))
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def the_answer(answer: bytes, *, pause_s: float | None = None, limit_s: float = 60) -> Response | ProbeFailure:
    """Return what is made of the bytes that a handler answers."""
    with answering(answer, wait_for=b"}}", pause_s=pause_s) as port:
        report = probe(f"http://localhost:{port}/", trust=NOBODY, limits=replace(PATIENT, answer_s=limit_s))
    return report.responses[Posting.UNSIGNED]


def status_of(answer: Response | ProbeFailure) -> int:
    """Return the status of an answer."""
    assert isinstance(answer, Response)
    return answer.status


def problem_of(answer: Response | ProbeFailure) -> Failure:
    """Return why there is no answer."""
    assert isinstance(answer, ProbeFailure)
    return answer.failure


@contextmanager
def endless() -> Iterator[int]:
    """Serve answers that go on until the client hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with suppress(OSError):
                while True:
                    self.request.sendall(b"x" * 65536)

    with socketserver.ThreadingTCPServer(("localhost", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            serving.join()


def test_an_unsigned_and_a_wrongly_signed_verification_are_posted() -> None:
    """Both are a notification as Cronofy sends it, the one without a signature, the other with a wrong one."""
    with serving(None, 401, 403) as (url, server):
        report = probe(url, trust=NOBODY, limits=PATIENT)

    assert report.target == parse_target(url)
    assert "127.0.0.1" in report.addresses
    unsigned, wrong = server.requests
    assert {posting: status_of(answer) for posting, answer in report.responses.items()} == {
        Posting.UNSIGNED: 401,
        Posting.WRONG_SIGNATURE: 403,
    }
    assert unsigned.headers[HEADER] is None
    assert judge(wrong.headers[HEADER], wrong.body, SECRETS).state is SignatureState.INVALID
    for request in server.requests:
        assert (request.method, request.target) == ("POST", "/cronofy?user_id=42")
        assert request.headers["Content-Type"] == "application/json; charset=utf-8"
        document = json.loads(request.body)
        assert document["notification"] == {"type": "verification"}
        assert document["channel"]["callback_url"] == url


def test_a_right_signature_is_posted_only_if_asked() -> None:
    """With the client secrets a third notification comes, signed with each of them as Cronofy does."""
    with serving(None, 401, 401, 200) as (url, server):
        report = probe(url, trust=NOBODY, limits=PATIENT, client_secrets=SECRETS)

    signed = server.requests[2]
    assert status_of(report.responses[Posting.SIGNED]) == 200
    for secret in SECRETS:
        assert judge(signed.headers[HEADER], signed.body, [secret]).state is SignatureState.VALID


def test_over_tls_the_server_is_verified(authorities: Authorities) -> None:
    """What is posted to an https address goes over a connection whose certificate was checked."""
    with serving(authorities.valid(), 401, 401) as (url, server):
        report = probe(url, trust=authorities.trust, limits=PATIENT)

    assert status_of(report.responses[Posting.WRONG_SIGNATURE]) == 401
    assert len(server.requests) == 2


def test_tls_that_fails_when_it_comes_to_posting(authorities: Authorities) -> None:
    """A server that is not trusted any more gets nothing, and the connection's end is the failure."""
    with serving(authorities.valid()) as (url, server):
        answer = post(parse_target(url), ("127.0.0.1",), headers={}, body=b"{}", trust=NOBODY, limit_s=30)

    assert isinstance(answer, ProbeFailure)
    assert (answer.failure, bool(answer.reason), server.requests) == (Failure.CONNECTION_CLOSED, True, [])


def test_how_long_a_response_took() -> None:
    """The duration is in milliseconds, and includes what the handler took."""
    with serving(None) as (url, server):
        server.answer(204, delay_s=0.2)
        answer = post(parse_target(url), ("127.0.0.1",), headers={}, body=b"{}", trust=NOBODY, limit_s=60)

    assert isinstance(answer, Response)
    assert 200 <= answer.duration_ms < 60_000


def test_a_redirect_is_not_followed() -> None:
    """A redirect is told with its target, and nothing is posted there."""
    with serving(None) as (url, server):
        for _ in range(2):
            server.answer(302, headers={"Location": url.replace("/cronofy", "/elsewhere")})
        answer = probe(url, trust=NOBODY, limits=PATIENT).responses[Posting.UNSIGNED]

    assert isinstance(answer, Response)
    assert (answer.status, answer.location) == (302, url.replace("/cronofy", "/elsewhere"))
    assert {request.target for request in server.requests} == {"/cronofy?user_id=42"}


def test_the_head_of_the_request() -> None:
    """The handler sees where it was called, who calls, and that the connection ends with the response."""
    with serving(None, 401, 401) as (url, server):
        probe(url, trust=NOBODY, limits=PATIENT)

    request = server.requests[0]
    assert request.headers.items() == [
        ("Host", url.split("/")[2]),
        ("User-Agent", f"cronofy-cli/{__version__}"),
        ("Accept", "*/*"),
        ("Connection", "close"),
        ("Content-Length", str(len(request.body))),
        ("Content-Type", "application/json; charset=utf-8"),
    ]
    channel = json.loads(request.body)["channel"]
    assert channel == {"channel_id": "chn_000000000000000000000000", "callback_url": url, "filters": {}}


def test_an_answer_without_an_end() -> None:
    """A handler that sends more than anybody reads has answered."""
    with endless() as port:
        report = probe(f"http://localhost:{port}/", trust=NOBODY, limits=PATIENT)

    assert {status_of(answer) for answer in report.responses.values()} == {200}


def test_an_answer_on_a_connection_that_stays_open() -> None:
    """An answer is complete with its last byte: that the connection then stays open takes no time."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", wait_for=b"}}", stays_open=True) as port:
        report = probe(f"http://localhost:{port}/", trust=NOBODY, limits=PATIENT)

    assert {status_of(answer) for answer in report.responses.values()} == {200}


def test_a_handler_that_does_not_answer() -> None:
    """At the limit a handler is given up, and nothing else is posted to it."""
    hold = threading.Event()
    with serving(None) as (url, server):
        server.answer(200, held_until=hold)
        report = probe(url, trust=NOBODY, limits=replace(PATIENT, answer_s=0.2))
        # Only then: a request that is read later would find its answer unused.
        server.wait_for_requests(1)
        hold.set()

    assert problem_of(report.responses[Posting.UNSIGNED]) is Failure.ANSWER_TIMED_OUT
    assert list(report.responses) == [Posting.UNSIGNED]


def test_a_handler_that_answers_byte_by_byte() -> None:
    """The limit holds for the whole answer, however many bytes keep coming."""
    answer = the_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", pause_s=0.05, limit_s=0.3)

    assert problem_of(answer) is Failure.ANSWER_TIMED_OUT


def test_an_interim_answer_is_not_the_answer() -> None:
    """`100 Continue` and `103 Early Hints` are passed over."""
    answer = the_answer(
        b"HTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\n\r\n"
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
    )

    assert status_of(answer) == 202


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and what does not belong to it",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nan answer that ends with its connection",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_the_forms_of_an_answer(answer: bytes) -> None:
    """An answer may have no length, no body, chunks, or end with the connection."""
    assert status_of(the_answer(answer)) // 100 == 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", Failure.CONNECTION_CLOSED),
        (b"HTTP/1.1 200 OK\r\nContent-", Failure.CONNECTION_CLOSED),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Failure.CONNECTION_CLOSED),
        (b"HTTP/1.1 199 Almost\r\n\r\n", Failure.CONNECTION_CLOSED),
        (b"220 mail.example.com ESMTP\r\n", Failure.NOT_HTTP),
    ],
)
def test_what_is_no_answer(answer: bytes, problem: Failure) -> None:
    """A connection that ends early, or another protocol, is told as such."""
    found = the_answer(answer)

    assert isinstance(found, ProbeFailure)
    assert found.failure is problem
    if problem is Failure.CONNECTION_CLOSED:
        assert found.reason == "the connection was closed before a response"
