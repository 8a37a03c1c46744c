"""Which proxy is used for which host."""

from __future__ import annotations

import socket

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.http import open_client
from cronofy_cli.adapters.proxies import find_proxy
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import Unreachable
from tests.ports import free_port

ORBSTACK = "localhost,127.0.0.1,::1,fd07:b51a:cc66:f0::/64"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is named but those of a test."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("host", "no_proxy", "is_used"),
    [
        ("api.cronofy.com", "", True),
        ("api.cronofy.com", ORBSTACK, True),
        ("api.cronofy.com", "[::1],fe80::/10,[fe80::1]:8080,2001:db8::/32,1.2.3.4/99,//,:,[", True),
        ("api.cronofy.com", "*", False),
        ("api.cronofy.com", "localhost cronofy.com", False),
        ("api.cronofy.com", ".cronofy.com", False),
        ("api.cronofy.com", "API.Cronofy.com.", False),
        ("api.cronofy.com", "api.cronofy.com:443", False),
        ("api.cronofy.com", "onofy.com", True),
        ("notcronofy.com", "cronofy.com", True),
        ("10.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", False),
        ("10.1.2.3", "2.3", True),
        ("11.1.2.3", "10.0.0.0/8", True),
        ("[fd07:b51a:cc66:f0::2]", ORBSTACK, False),
        ("[2001:db8::1]", "[2001:db8::1]", False),
        ("[2001:db8::2]", "[2001:db8::1]", True),
        ("127.0.0.1", "", False),
        ("[::1]", "", False),
        ("0.0.0.0", "", False),
        ("app.localhost", "", False),
    ],
)
def test_no_proxy(host: str, no_proxy: str, is_used: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY is read as curl reads it; what cannot be understood in it excludes nothing. This machine needs none."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("no_proxy", no_proxy)

    assert (find_proxy(f"https://{host}/v1/userinfo") is not None) is is_used


def test_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheme's own proxy comes before that for all; one without a scheme is http; its password is not shown."""
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:7890")
    for_all = find_proxy("https://api.cronofy.com")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy.example:8080")
    for_https = find_proxy("https://api.cronofy.com")

    assert for_all is not None
    assert (for_all.url, for_all.place) == ("http://127.0.0.1:7890", "127.0.0.1:7890 (ALL_PROXY)")
    assert for_https is not None
    assert for_https.place == "proxy.example:8080 (HTTPS_PROXY)"
    assert "hunter2" not in repr(for_https)


def test_addresses_in_no_proxy_break_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What container engines put into NO_PROXY keeps no client from being made, with or without a proxy."""
    monkeypatch.setenv("NO_PROXY", ORBSTACK)
    open_client("https://api.cronofy.com").close()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    open_client("https://api.cronofy.com").close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dead_proxy_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the proxy refuses the connection it is named with its variable, at once, and not Cronofy."""
    port = free_port()
    monkeypatch.setenv(f"{scheme}_proxy", f"http://user:hunter2@127.0.0.1:{port}")

    with (
        ApiClient(data_center_at(f"{scheme}://api.cronofy.example"), "tok_1") as client,
        pytest.raises(Unreachable) as caught,
    ):
        client.request("POST", "/v1/channels")

    place = f"127.0.0.1:{port} ({scheme}_proxy)"
    assert caught.value.message == f"the proxy {place} does not answer: the connection was refused"
    assert caught.value.hint == f"correct {scheme}_proxy, or exclude api.cronofy.example in NO_PROXY"


def test_a_proxy_that_hangs_up_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a connection through a proxy breaks, both who may have done it are named."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{listening.getsockname()[1]}")
        hang_up(listening)
        with (
            ApiClient(data_center_at("http://api.cronofy.example"), "tok_1", sleep=lambda _: None) as client,
            pytest.raises(Unreachable, match=r"or the proxy 127\.0\.0\.1:\d+ \(http_proxy\) on the way to it, broke"),
        ):
            client.request("POST", "/v1/channels")


def hang_up(listening: socket.socket) -> None:
    """Close the next connection once something was sent through it."""
    import threading

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)

    threading.Thread(target=serve, daemon=True).start()
