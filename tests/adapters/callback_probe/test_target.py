"""Callback URLs taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.errors import WrongUsage


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("https://example.com/hook", "example.com", 443, "example.com"),
        ("http://example.com", "example.com", 80, "example.com"),
        ("https://example.com:8443/", "example.com", 8443, "example.com:8443"),
        ("https://[2001:db8::1]:8443/", "2001:db8::1", 8443, "[2001:db8::1]:8443"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example"),
    ],
)
def test_where_to_connect(url: str, host: str, port: int, authority: str) -> None:
    """Host, port and Host header follow from the address, with the scheme's default port left out."""
    target = parse_target(url)

    assert (target.host, target.port, target.authority) == (host, port, authority)


def test_path_and_query_are_kept() -> None:
    """What is asked for is the path and query as they were written."""
    assert parse_target("https://example.com/a%20b/c?x=1&y=%2F#part").request_target == "/a%20b/c?x=1&y=%2F"


@given(st.text())
def test_no_address_breaks_a_request(path: str) -> None:
    """Whatever stands in the path, the request's first line stays one line of ASCII without spaces."""
    try:
        target = parse_target(f"https://example.com/{path}")
    except WrongUsage:
        return

    assert target.request_target.isascii()
    assert not set(target.request_target) & set(" \r\n\t")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com", "example.com", "https://", "https://example.com:99999/", f"https://{'ü' * 70}.example/"],
)
def test_what_is_no_callback_url(url: str) -> None:
    """What cannot be called is refused with a hint."""
    with pytest.raises(WrongUsage) as refused:
        parse_target(url)

    assert refused.value.hint
