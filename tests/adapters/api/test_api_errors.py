"""What each answer of Cronofy means to the user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.api.api_errors import Answer, decode_answer, error_for, excerpt, refused_fields
from cronofy_cli.adapters.api.endpoints import list_channels
from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.accounts.data_centers import DataCenterId, data_center_at, real_data_center
from cronofy_cli.core.text import clean
from cronofy_cli.errors import (
    CronofyError,
    ExitCode,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    RateLimited,
    RequestFailed,
    ServerFailed,
)
from tests.adapters.api.conftest import TOKEN
from tests.golden_errors import compare_errors

if TYPE_CHECKING:
    from cronofy_cli.adapters.api.client import ApiClient
    from tests.adapters.api.conftest import OpenClient
    from tests.fakes.scripted_server import ScriptedServer

UK = real_data_center(DataCenterId.UK)
OWN_SERVER = "http://127.0.0.1:7080"
JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["errors", "key", "description"]), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = ("tzid", "calendar_ids[]", "callback_url", "summary")
PROXY_PAGE = b"<html><head><title>502 Bad&nbsp;Gateway</title></head><body><h1>nginx</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "kind", "exit_code", "hint"),
    [
        (400, RequestFailed, ExitCode.FAILED, None),
        (401, NotSignedIn, ExitCode.AUTH, "a fresh one, of an account in data center uk"),
        (402, NotAllowed, ExitCode.AUTH, "app-uk.cronofy.com"),
        (403, NotAllowed, ExitCode.AUTH, "scope"),
        (404, NotFound, ExitCode.FAILED, "cronofy channels list"),
        (422, InvalidRequest, ExitCode.FAILED, None),
        (423, RequestFailed, ExitCode.FAILED, "support"),
        (429, RateLimited, ExitCode.FAILED, "wait a minute"),
        (500, ServerFailed, ExitCode.UNREACHABLE, "status.cronofy.com"),
        (501, RequestFailed, ExitCode.FAILED, None),
        (502, ServerFailed, ExitCode.UNREACHABLE, "status.cronofy.com"),
        (503, ServerFailed, ExitCode.UNREACHABLE, "status.cronofy.com"),
        (504, ServerFailed, ExitCode.UNREACHABLE, "status.cronofy.com"),
        (418, RequestFailed, ExitCode.FAILED, None),
        (599, ServerFailed, ExitCode.UNREACHABLE, "status.cronofy.com"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"plain text", PROXY_PAGE, b'{"error":"x"}', b"\xff\xfe\x00", b"[[["])
def test_every_status(
    status: int, kind: type[CronofyError], exit_code: ExitCode, hint: str | None, body: bytes
) -> None:
    """Each status of the reference is its own error with the step that mends it, whatever the body is."""
    error = error_for(Answer(status, {}, body), UK, not_found_hint="cronofy channels list")

    assert type(error) is kind
    assert error.exit_code is exit_code
    assert str(status) in error.message or kind is RateLimited
    assert error.message == clean(error.message)
    assert hint is None or hint in str(error.hint)


ALL = (301, 400, 401, 402, 403, 404, 418, 422, 423, 429, 500, 501, 599)


@pytest.mark.parametrize("credential", list(Credential))
def test_words(credential: Credential) -> None:
    """What is said of each status is kept word for word, by what was sent to be let in."""
    answers = [(f"{status}", Answer(status, {}, b"")) for status in ALL]
    answers.append(("503 with words", Answer(503, {"Request-Id": "r1"}, b"down")))
    answers.append(("429 with a time", Answer(429, {"retry-after": "17"}, b"{}")))
    answers += [(name, Answer(422, {}, b'{"errors":{"%s":[{}]}}' % name.encode())) for name in FIELDS]
    told = [(cause, error_for(answer, UK, credential=credential)) for cause, answer in answers]

    compare_errors(f"refusals-{credential.name.lower()}.txt", told, Path(__file__).parent / "golden")


def test_refused_fields() -> None:
    """A 422 names each field with its key and description, and keeps them for programs."""
    body = {
        "errors": {
            "tzid": [{"key": "errors.tzid_unrecognized", "description": "TZID not recognized"}],
            "to": [
                {"key": "errors.invalid_time_pair", "description": "after from"},
                {"key": "errors.required"},
            ],
        }
    }

    error = error_for(Answer(422, {}, json.dumps(body).encode()), UK)

    assert isinstance(error, InvalidRequest)
    assert error.message == (
        "Cronofy refused the parameters: tzid: TZID not recognized (errors.tzid_unrecognized); "
        "to: after from (errors.invalid_time_pair), errors.required (errors.required)"
    )
    assert error.hint == "name a zone such as Europe/London: --tzid Europe/London"
    assert error.fields["tzid"] == (("errors.tzid_unrecognized", "TZID not recognized"),)


def test_refused_field_without_a_known_step() -> None:
    """A field that no step is known for is named in the hint, cleaned."""
    body = b'{"errors":{"summ\\u001bary":[{"key":"errors.required","description":"required\\n"}]}}'

    error = error_for(Answer(422, {}, body), UK)

    assert error.message == "Cronofy refused the parameters: summary: required  (errors.required)"
    assert str(error.hint).startswith("correct summary;")


@given(JSON)
def test_any_refusal(document: object) -> None:
    """A 422 in a shape that is not documented is still an error of ours."""
    body = json.dumps(document).encode()

    assert isinstance(refused_fields(body), dict)
    message = error_for(Answer(422, {}, body), UK).message
    assert message == clean(message)


def test_request_id() -> None:
    """Whatever header carries a request id, the message does too."""
    error = error_for(Answer(503, {"x-request-id": "abc\x1b-123"}, b"down"), UK)

    assert error.message == "Cronofy failed with 503 Service Unavailable: 'down' (request id abc-123)"


def test_waiting_time() -> None:
    """A rate limit tells how long Cronofy asks to wait."""
    assert error_for(Answer(429, {"retry-after": "17"}, b""), UK).hint == "wait (Retry-After: 17), then run it again"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ""),
        (b"  \n", ""),
        (b"no\tsuch\nthing\x1b[31m", "no such thing[31m"),
        (PROXY_PAGE, "502 Bad Gateway"),
        (b"<!doctype html><style>p{}</style><p>Gateway&nbsp;<b>down</b></p><script>x()</script>", "Gateway down"),
        (b"x" * 5000, "x" * 199 + "…"),
        (b"\xff", "\ufffd"),
    ],
)
def test_excerpt(body: bytes, expected: str) -> None:
    """The beginning of a body is shown on one line, without tags and controls."""
    assert excerpt(body) == expected


@pytest.mark.parametrize("body", [b"", b"<html>Sign in here</html>", b"[]", b'{"x":1}', b"\xff", b"[" * 9999])
def test_success_that_is_not_json(body: bytes) -> None:
    """A success in another shape, such as a network's sign-in page, is an error that says so."""
    with pytest.raises(RequestFailed, match="the answer to GET /v1/x is not what Cronofy sends") as caught:
        decode_answer(body, dict[str, list[int]], "GET /v1/x")

    assert caught.value.hint == (
        "check that --data-center names Cronofy or a simulator, and that no sign-in page is in between"
    )


def test_html_bad_gateway(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A proxy's HTML page over HTTP ends as a sentence, after the retries."""
    for _ in range(4):
        cronofy.answer(502, body=PROXY_PAGE, headers={"Content-Type": "text/html"})

    with pytest.raises(ServerFailed) as caught:
        list_channels(client)

    assert caught.value.message == "Cronofy failed with 502 Bad Gateway: '502 Bad Gateway'"
    assert caught.value.hint == "run it again later"


def test_empty_unauthorized(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A 401 without a body over HTTP is enough to know what to do."""
    cronofy.answer(401)

    with pytest.raises(NotSignedIn) as caught:
        list_channels(client)

    assert caught.value.message == "Cronofy does not recognise the access token (401)"


def test_redirect(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A redirect is refused: whoever it leads to would be shown the access token."""
    cronofy.answer(301, headers={"Location": "https://evil.example/x"})

    with pytest.raises(RequestFailed, match=r"redirects \(301\) to https://evil\.example/x"):
        list_channels(client)


def test_echoed_token(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A body that repeats the access token does not bring it into the message."""
    cronofy.answer(400, body=f"bad token {TOKEN}".encode())

    with pytest.raises(RequestFailed, match=r"bad token \*\*\*"):
        list_channels(client)


def test_truncated_json(cronofy: ScriptedServer, open_client: OpenClient) -> None:
    """An answer that ends too early is not taken for a whole one."""
    for _ in range(4):
        cronofy.answer(json={"channels": [{"channel_id": "chn_1"}]}, drop_after=120)

    with pytest.raises(CronofyError, match="broke the connection off"):
        list_channels(open_client(cronofy.url))


def test_own_data_center() -> None:
    """A failure of a data center that is not Cronofy's does not point at Cronofy's status page."""
    assert "status.cronofy.com" not in str(error_for(Answer(500, {}, b""), data_center_at(OWN_SERVER)).hint)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (501, "the server does not do this call (501): 'this simulator does not do POST /v1/x'"),
        (404, "Cronofy does not know what was asked for (404): 'this simulator does not do POST /v1/x'"),
    ],
)
def test_what_a_simulator_does_not_do(status: int, message: str) -> None:
    """What the server says is shown without the JSON around it, and what it does instead of trying again is named."""
    body = b'{"error":"not_simulated","message":"this simulator does not do POST /v1/x","simulator":true}'

    error = error_for(Answer(status, {}, body), data_center_at(OWN_SERVER))

    assert (error.message, error.hint) == (message, "what it does: cronofy simulator routes")
    assert "cronofy simulator" not in str(error_for(Answer(status, {}, body), UK).hint)
    assert "cronofy simulator" not in str(error_for(Answer(status, {}, b"{}"), data_center_at(OWN_SERVER)).hint)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"5", "'{\"message\":5}'"),
        (b'""', '\'{"message":""}\''),
        (b'"\xff"', "'\ufffd'"),
        (b'"a\\u001b[2Jb"', "'a[2Jb'"),
    ],
)
def test_a_message_that_is_odd(value: bytes, shown: str) -> None:
    """What is no text is shown as it came, and nothing raw reaches a terminal."""
    message = error_for(Answer(500, {}, b'{"message":%s}' % value), UK).message

    assert message == f"Cronofy failed with 500 Internal Server Error: {shown}"
