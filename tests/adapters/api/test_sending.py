"""Requests of any kind: their headers, their credential, and the whole of what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.api_errors import refused_answer
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.paging import stream_answers
from cronofy_cli.adapters.api.tokens import ApplicationSecrets
from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import CronofyError, NotAllowed, NotFound, NotSignedIn
from tests.adapters.api.conftest import TOKEN

if TYPE_CHECKING:
    from tests.fakes.scripted_server import ScriptedServer


def application_client(url: str, *secrets: str) -> ApiClient:
    """Return a client that is an application."""
    return ApiClient(data_center_at(url), ApplicationSecrets(secrets), credential=Credential.CLIENT_SECRET)


def test_the_whole_answer(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Status, header lines in their order and spelling, and the body's bytes are there."""
    cronofy.answer(201, headers={"X-Odd": "1", "x-odd": "2", "X-Last": "3"}, body=b"\xff\x00")

    answer = client.send("PUT", "/v1/x", content=b"\xfe")

    assert (answer.status, answer.body) == (201, b"\xff\x00")
    assert answer.head == b"HTTP/1.1 201 Scripted\nContent-Length: 2\nX-Odd: 1\nx-odd: 2\nX-Last: 3\n"
    assert (cronofy.requests[0].method, cronofy.requests[0].body) == ("PUT", b"\xfe")


def test_headers_take_the_place_of_the_usual_ones(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A header is sent once, as it was given, whatever its spelling; the credential stays."""
    cronofy.answer()

    client.send("POST", "/v1/x", content=b"a=1", headers=[("content-type", "text/plain"), ("X-Mine", "1")])

    sent = cronofy.requests[0].headers
    assert sent.get_all("Content-Type") == ["text/plain"]
    assert sent.get_all("X-Mine") == ["1"]
    assert sent.get_all("Accept") == ["application/json"]
    assert sent.get_all("Authorization") == [f"Bearer {TOKEN}"]


def test_a_refusal_keeps_its_answer(cronofy: ScriptedServer, client: ApiClient) -> None:
    """The answer behind an error can be had whole, even when its words are masked in the message."""
    cronofy.answer(403, body=f"no: {TOKEN}".encode())

    with pytest.raises(NotAllowed) as caught:
        client.send("GET", "/v1/x")

    refused = refused_answer(caught.value)
    assert refused is not None
    assert (refused.status, refused.body) == (403, f"no: {TOKEN}".encode())
    assert TOKEN not in caught.value.message


def test_an_error_without_an_answer(client: ApiClient) -> None:
    """Where nothing was answered there is nothing to show."""
    with pytest.raises(CronofyError) as caught:
        client.send("GET", "https://elsewhere.example/v1/x")

    assert refused_answer(caught.value) is None


def test_a_client_secret_that_was_rotated(cronofy: ScriptedServer) -> None:
    """A client secret that is refused is followed by the next, and a request is never sent more often than that."""
    cronofy.answer(401)
    cronofy.answer(body=b"{}")

    with application_client(cronofy.url, "CRN_old", "CRN_new", "CRN_third") as client:
        client.send("POST", "/v1/real_time_scheduling", content=b"{}")

    assert [request.headers["Authorization"] for request in cronofy.requests] == ["Bearer CRN_old", "Bearer CRN_new"]


@pytest.mark.parametrize(("status", "kind"), [(401, NotSignedIn), (403, NotAllowed)])
def test_a_client_secret_that_is_refused(status: int, kind: type[CronofyError], cronofy: ScriptedServer) -> None:
    """A refused client secret is called by its name, and is in no message."""
    cronofy.answer(status, body=b"CRN_only")

    with application_client(cronofy.url, "CRN_only") as client, pytest.raises(kind) as caught:
        client.send("GET", "/v1/smart_invites")

    assert "client secret" in caught.value.message
    assert "access token" not in f"{caught.value.message} {caught.value.hint}"
    assert "CRN_only" not in f"{caught.value.message} {caught.value.hint}"


def test_pages_of_anything(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Answers are followed through `pages.next_page`, each with the same headers, until one names none."""
    cronofy.answer(json={"things": [1], "pages": {"next_page": f"{cronofy.url}/v1/things/pages/2"}})
    cronofy.answer(body=b"not JSON", only_for="GET /v1/things/pages/2")

    bodies = [answer.body for answer in stream_answers(client, "/v1/things?x=1", [("X-Mine", "1")])]

    assert bodies[1:] == [b"not JSON"]
    assert [request.headers["X-Mine"] for request in cronofy.requests] == ["1", "1"]


def test_an_expired_page_keeps_its_answer(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A page that is gone says to start again, and its answer can still be had."""
    cronofy.answer(json={"pages": {"next_page": f"{cronofy.url}/v1/pages/2"}})
    cronofy.answer(404, body=b"gone")

    with pytest.raises(NotFound, match="page 2 has expired") as caught:
        list(stream_answers(client, "/v1/things"))

    refused = refused_answer(caught.value)
    assert refused is not None
    assert refused.body == b"gone"
