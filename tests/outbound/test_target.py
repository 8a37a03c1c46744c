"""Targets and headers as the user writes them."""

from __future__ import annotations

import pytest

from cronofy_cli.core.notifications.notification import Notification
from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_app_ack, parse_targets
from cronofy_cli.outbound.headers import parse_extra_headers
from cronofy_cli.outbound.settings import forwarding_settings
from cronofy_cli.outbound.target import parse_route, parse_target
from tests.listen.forwarding.following import Following, now


@pytest.mark.parametrize(
    ("text", "url", "authority"),
    [
        ("3000", "http://localhost:3000/", "localhost:3000"),
        (":3000", "http://localhost:3000/", "localhost:3000"),
        ("3000/cronofy/hook?a=1", "http://localhost:3000/cronofy/hook?a=1", "localhost:3000"),
        ("3000?x=1", "http://localhost:3000/?x=1", "localhost:3000"),
        ("app.test:80?x=1", "http://app.test:80/?x=1", "app.test"),
        ("app.test:80/x", "http://app.test:80/x", "app.test"),
        ("[::1]:3000", "http://[::1]:3000/", "[::1]:3000"),
        ("http://localhost", "http://localhost/", "localhost"),
        ("HTTPS://Example.com/a#b", "https://Example.com/a", "example.com"),
        (" http://127.0.0.1:1/ ", "http://127.0.0.1:1/", "127.0.0.1:1"),
    ],
)
def test_targets(text: str, url: str, authority: str) -> None:
    """A port, a port with a path, a host with a port, an address."""
    target = parse_target(text)

    assert (target.url, target.authority) == (url, authority)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "65536",
        "999999",
        "ftp://x/",
        "http://",
        "http://u:p@x/",
        "http://x:99999/",
        "/hook",
        "http://x/\ny",
        "é:1",
        "http://é..x/",
        "http://[::é]/",
        "http://é:99999/",
    ],
)
def test_no_targets(text: str) -> None:
    """What cannot be meant is wrong usage."""
    with pytest.raises(WrongUsage, match="not a target"):
        parse_target(text)


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("3000/hök?q=ä", "http://localhost:3000/h%C3%B6k?q=%C3%A4"),
        ("3000/h%20ö", "http://localhost:3000/h%20%C3%B6"),
        ("http://bücher.example/hook", "http://xn--bcher-kva.example/hook"),
    ],
)
def test_letters_beyond_ascii(text: str, carried: str) -> None:
    """An address that a request cannot carry as it is written is refused with the one that it can."""
    with pytest.raises(WrongUsage, match="it has letters beyond ASCII") as refused:
        parse_target(text)

    assert refused.value.hint == f"write it as {carried}"
    assert parse_target(carried).url == carried


@pytest.mark.parametrize(
    ("text", "is_loopback"),
    [
        ("3000", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]/", True),
        ("http://app.localhost/", True),
        ("0.0.0.0:3000", True),
        ("http://[::]:3000/", True),
        ("http://192.168.0.1/", False),
        ("http://localhost.example.com/", False),
    ],
)
def test_loopback(text: str, is_loopback: bool) -> None:
    """What is on this machine is told from what is not, without looking a name up."""
    assert parse_target(text).is_loopback is is_loopback


def test_routes() -> None:
    """A route names the types that it wants; a query's = makes no route."""
    route = parse_route("change,verification=3000/hook")
    everything = parse_route("http://x/?a=b")

    assert route.url == "http://localhost:3000/hook"
    assert [route.wants(Notification(type=type_)) for type_ in ("change", "verification", "other", None)] == [
        True,
        True,
        False,
        False,
    ]
    assert everything.url == "http://x/?a=b"
    assert everything.wants(Notification())


@pytest.mark.parametrize("line", ["", "a", "a b: c", ": c", "a: b\r\nc: d", "Host: x", "content-length: 5", "é: x"])
def test_headers_that_cannot_be(line: str) -> None:
    """A line that is no header, or that says how the message is framed, is wrong usage."""
    with pytest.raises(WrongUsage, match="--header"):
        parse_extra_headers([line])


def test_options(tmp_path_factory: pytest.TempPathFactory) -> None:
    """TARGET comes first, then each --forward; 0 means no time limit; --ack app needs somebody to ask."""
    options = ForwardingOptions("3000", ("change=4000",), ("A: b",), timeout="0")
    following = Following(tmp_path_factory.mktemp("history") / "history.db")

    assert [target.port for target in parse_targets(options)] == [3000, 4000]
    assert (forwarding_settings("0").limit_s, forwarding_settings("1.5s").limit_s) == (None, 1.5)
    assert forwarding_settings("30s", ["A: b"]).headers == ((b"A", b"b"),)
    assert parse_targets(ForwardingOptions()) == ()
    with pytest.raises(WrongUsage, match="named twice"):
        parse_targets(ForwardingOptions("3000", ("3000/",)))
    with pytest.raises(WrongUsage, match="needs an app"):
        build_app_ack(ForwardingOptions(), following.history_file, following.calls, now)
