"""Which callback URLs `why` tries, and what it posts there."""

from __future__ import annotations

import json
import re
import ssl
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.evidence.callback import Callback, Prober
from cronofy_cli.why.callback_evidence import start_probes
from tests.adapters.callback_probe.tls_servers import serving
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port
from tests.why.conftest import FAR_LIMITS
from tests.why.evidences import LISTENER_URL, NOW, channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.checks import Check

SECRET = ClientSecret("mine", "CRN_mine")
LISTENER_PATH = LISTENER_URL.partition("ngrok.app")[2]


def prober(*secrets: ClientSecret) -> Prober:
    """Return what tries callback URLs."""
    return Prober(lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), lambda: NOW, FAR_LIMITS, secrets)


def found_at(url: str, *secrets: ClientSecret) -> list[tuple[str, CheckState, str]]:
    """Return name, state and code of what is found at a callback URL that is on this machine."""
    (checks,) = start_probes(prober(*secrets), [Callback(url, ("chn_1",), must_be_public=False)])().values()
    return [(check.name, check.state, check.code) for check in checks]


@pytest.mark.parametrize("url", ["http://localhost:3000/hook", "https://10.0.0.1/", "https://[broken"])
def test_an_address_that_is_not_public(url: str) -> None:
    """A private address in a channel of a real data center is never tried."""
    unused = Prober(lambda: pytest.fail("nothing is called"), lambda: NOW, FAR_LIMITS)

    (check,) = start_probes(unused, [Callback(url, ("chn_1",))])()[url]

    assert (check.state, check.code) == (CheckState.FAILED, "not_public")


@pytest.mark.parametrize(
    ("secrets", "state"), [((), SignatureState.UNSIGNED), ((SECRET,), SignatureState.VALID)], ids=["unsigned", "signed"]
)
def test_one_verification(secrets: Sequence[ClientSecret], state: SignatureState) -> None:
    """One verification is posted, signed if a client secret is known; it names a channel that posts there."""
    with serving(None, 200) as (url, server):
        named = channel("chn_7", url)
        probes = start_probes(prober(*secrets), [Callback(url, ("chn_7",), must_be_public=False)], [named])()

    (request,) = server.requests
    assert json.loads(request.body) == {"notification": {"type": "verification"}, "channel": {}}
    assert judge(request.headers[HEADER], request.body, [SECRET]).state is state
    assert [check.state for check in probes[url]] == [CheckState.OK, CheckState.SKIPPED, CheckState.OK]


def test_what_a_handler_responds() -> None:
    """A rejection of what is correctly signed fails; one of what is not signed does not."""
    with serving(None, 401) as (url, _):
        assert found_at(url, SECRET)[-1] == ("callback_signed", CheckState.FAILED, "rejects_correct_signature")
    with serving(None, 401) as (url, _):
        assert found_at(url)[-1] == ("callback_response", CheckState.OK, "")


def test_nothing_is_posted_where_nothing_listens() -> None:
    """The way ends at its first failure."""
    url = f"http://127.0.0.1:{free_port()}/"

    assert found_at(url) == [("callback_reachable", CheckState.FAILED, "connection_refused")]


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [(405, {"Allow": "POST"}, (CheckState.OK, "")), (404, {}, (CheckState.FAILED, "not_a_listener"))],
)
def test_a_listener_is_asked_and_not_posted_to(
    status: int, headers: dict[str, str], expected: tuple[CheckState, str]
) -> None:
    """A listener's address gets one GET, which only a listener rejects in its own way; the finding is the error's."""
    with scripted_server() as server:
        server.answer(status, headers=headers)
        url = f"{server.url}{LISTENER_PATH}"
        (checks,) = start_probes(prober(SECRET), [Callback(url, ("chn_1",), must_be_public=False)])().values()

    assert [request.method for request in server.requests] == ["GET"]
    last: Check = checks[-1]
    assert (last.name, last.subject, last.state, last.code) == ("callback_response", url, *expected)
    words = r"a listener responds there after \d+ ms" if status == 405 else ".*something else responds with 404.*"
    assert re.fullmatch(words, last.finding)


def test_a_listener_far_away() -> None:
    """A listener behind a tunnel that takes its time has as long as Cronofy gives it."""
    with scripted_server() as server:
        server.answer(405, headers={"Allow": "POST"}, delay_s=0.4)

        assert found_at(f"{server.url}{LISTENER_PATH}")[-1] == ("callback_response", CheckState.OK, "")


def test_more_than_are_tried() -> None:
    """Eight are tried; each of the others says that it was not, and how to ask about it."""
    urls = [f"http://127.0.0.1:{free_port()}/{number}" for number in range(10)]

    probes = start_probes(prober(), [Callback(url, must_be_public=False) for url in urls])()

    assert [checks[0].state for checks in probes.values()] == [CheckState.FAILED] * 8 + [CheckState.SKIPPED] * 2
    (check,) = probes[urls[9]]
    assert (check.finding, check.subject) == ("not tried, as 8 others were", urls[9])
    assert check.hint == "ask about the one that matters: --channel CHANNEL_ID"


def test_an_address_that_cannot_be_read() -> None:
    """It is not tried, with the reason: the rest of the answer does not depend on it."""
    assert found_at("mailto:jane") == [("callback_reachable", CheckState.SKIPPED, "")]
