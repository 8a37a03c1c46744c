"""Why no answer came: what is said of each cause, and what follows from it for another attempt."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from cronofy_cli.adapters.api.failures import explain
from cronofy_cli.adapters.whole_answer import TooLarge, TooSlow

URL = "https://api-uk.cronofy.com/v1/events"
HOST = "api-uk.cronofy.com"
STATUS_HINT = "run it again; see https://status.cronofy.com"
NETWORK_HINT = "check the network connection and --data-center"
UNTRUSTED = ssl.SSLCertVerificationError()
UNTRUSTED.verify_message = "unable to get local issuer certificate"


def caused(error: httpx.HTTPError, cause: BaseException) -> httpx.HTTPError:
    """Return an error as httpx raises it: over others of its own, and at last what the system has said."""
    error.__cause__ = ConnectionError()
    error.__cause__.__context__ = cause
    return error


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("error", "reason", "message", "hint"),
    [
        (
            httpx.ConnectTimeout(""),
            "connecting took too long",
            f"{HOST} could not be reached in time",
            NETWORK_HINT,
        ),
        (
            caused(httpx.ConnectError("x"), socket.gaierror()),
            "unknown name",
            f"the name {HOST} could not be resolved",
            NETWORK_HINT,
        ),
        (
            caused(httpx.ConnectError("x"), ConnectionRefusedError()),
            "connection refused",
            f"nothing answers at {HOST}: the connection was refused",
            NETWORK_HINT,
        ),
        (
            caused(httpx.ConnectError("no route"), OSError()),
            "no connection",
            f"no connection with {HOST}: no route",
            NETWORK_HINT,
        ),
        (
            caused(httpx.ConnectError("EOF"), ssl.SSLEOFError()),
            "no connection",
            f"no connection with {HOST}: EOF",
            NETWORK_HINT,
        ),
    ],
)
def test_no_connection(error: httpx.HTTPError, reason: str, message: str, hint: str) -> None:
    """The server cannot know of the request, and another attempt may succeed."""
    failure = explain(error, URL)

    assert (failure.reason, failure.error.message, failure.error.hint) == (reason, message, hint)
    assert (failure.nothing_sent, failure.is_passing) == (True, True)


@pytest.mark.parametrize(
    ("error", "reason", "message", "hint"),
    [
        (
            TooSlow(was_sent=False),
            "connecting took too long",
            f"{HOST} could not be reached in time",
            NETWORK_HINT,
        ),
        (
            caused(httpx.ConnectError("x"), UNTRUSTED),
            "untrusted certificate",
            f"the TLS certificate of {HOST} is not trusted: unable to get local issuer certificate",
            "if a proxy of yours signs it, name its CA certificate: export SSL_CERT_FILE=...",
        ),
        (
            caused(httpx.ConnectError("wrong version"), ssl.SSLError()),
            "no TLS connection",
            f"no TLS connection with {HOST}: wrong version",
            "check the scheme of --data-center",
        ),
        (
            httpx.ProxyError("403 Forbidden"),
            "the proxy refused",
            f"the proxy refused the way to {HOST}: 403 Forbidden",
            "check HTTPS_PROXY, or exclude the host in NO_PROXY",
        ),
    ],
)
def test_no_connection_ever(error: httpx.HTTPError | TooSlow, reason: str, message: str, hint: str) -> None:
    """The server cannot know of the request either, and every other attempt would end as this one did."""
    failure = explain(error, URL)

    assert (failure.reason, failure.error.message, failure.error.hint) == (reason, message, hint)
    assert (failure.nothing_sent, failure.is_passing) == (True, False)


@pytest.mark.parametrize(
    ("error", "is_passing", "reason", "message", "hint"),
    [
        (httpx.ReadTimeout(""), True, "no answer in time", f"{HOST} sent no answer in time", STATUS_HINT),
        (
            httpx.RemoteProtocolError("cut"),
            True,
            "broken connection",
            f"{HOST} broke the connection off: cut",
            "run it again",
        ),
        (httpx.ReadError(""), True, "broken connection", f"{HOST} broke the connection off: ReadError", "run it again"),
        (
            TooSlow(was_sent=True),
            False,
            "no whole answer in time",
            f"{HOST} did not finish its answer in time",
            STATUS_HINT,
        ),
        (
            TooLarge(),
            False,
            "answer too large",
            f"the answer of {HOST} is larger than 64 MiB: it was not read to its end",
            "ask for less, such as a shorter time span, and check that --data-center names Cronofy",
        ),
        (
            httpx.DecodingError("bad gzip"),
            False,
            "undecodable answer",
            f"the answer of {HOST} cannot be decompressed: bad gzip",
            None,
        ),
    ],
)
def test_what_was_sent(
    error: httpx.HTTPError | TooSlow | TooLarge, is_passing: bool, reason: str, message: str, hint: str | None
) -> None:
    """Where the server may have done what it was asked for, that is known, and whether to ask it again."""
    failure = explain(error, URL)

    assert (failure.reason, failure.error.message, failure.error.hint) == (reason, message, hint)
    assert (failure.nothing_sent, failure.is_passing) == (False, is_passing)


def test_nothing_listens_here() -> None:
    """On this machine it is a simulator that is not there, which no other attempt changes."""
    failure = explain(caused(httpx.ConnectError("x"), ConnectionRefusedError()), "http://127.0.0.1:7080/v1/events")

    assert failure.error.message == "nothing answers at 127.0.0.1:7080: the connection was refused"
    assert failure.error.hint == "cronofy simulator run"
    assert (failure.nothing_sent, failure.is_passing) == (True, False)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (socket.gaierror(), "its name could not be resolved"),
        (ConnectionRefusedError(), "the connection was refused"),
        (OSError(), "it could not be reached"),
    ],
)
def test_a_proxy_that_does_not_answer(cause: OSError, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with the variable that names it, and not asked again; Cronofy is not suspected."""
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")

    failure = explain(caused(httpx.ConnectError("x"), cause), URL)

    assert failure.error.message == f"the proxy proxy.example:3128 (HTTPS_PROXY) does not answer: {reason}"
    assert failure.error.hint == f"correct HTTPS_PROXY, or exclude {HOST} in NO_PROXY"
    assert (failure.reason, failure.nothing_sent, failure.is_passing) == ("the proxy does not answer", True, False)


def test_a_connection_that_broke_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either of the two may have broken it; a certificate that is not trusted is the server's all the same."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    broken = explain(httpx.ReadError("reset"), URL)
    untrusted = explain(caused(httpx.ConnectError("x"), UNTRUSTED), URL)

    both = f"{HOST}, or the proxy proxy.example:3128 (HTTPS_PROXY) on the way to it,"
    assert broken.error.message == f"{both} broke the connection off: reset"
    assert untrusted.reason == "untrusted certificate"
