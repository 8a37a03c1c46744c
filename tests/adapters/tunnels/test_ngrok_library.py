"""pyngrok as it is used here."""

from __future__ import annotations

import os
import urllib.request

import pytest

from cronofy_cli.adapters.tunnels.ngrok.library import loopback_without_proxy

LOOPBACK_API = "127.0.0.1:4040"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is set, by none of its names."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("proxy", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("excluded", "within"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"no_proxy": "internal.example"}, "internal.example,127.0.0.1,localhost"),
        ({"NO_PROXY": "internal.example"}, "internal.example,127.0.0.1,localhost"),
        ({"no_proxy": "a.example", "NO_PROXY": "b.example"}, "a.example,127.0.0.1,localhost"),
    ],
)
def test_calls_on_this_machine(
    proxy: str, excluded: dict[str, str], within: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a proxy, this machine is left out besides what was before, and everything is as it was afterwards."""
    for name, value in {**excluded, proxy: "http://proxy.example:3128"}.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)

    with loopback_without_proxy():
        assert os.environ["no_proxy"] == within
        assert urllib.request.proxy_bypass(LOOPBACK_API)
    assert dict(os.environ) == before

    with pytest.raises(KeyError), loopback_without_proxy():
        raise KeyError
    assert dict(os.environ) == before


def test_no_proxy() -> None:
    """Where there is no proxy nothing is changed."""
    before = dict(os.environ)

    with loopback_without_proxy():
        assert dict(os.environ) == before
