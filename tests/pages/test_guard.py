"""Programs on this machine may call the server behind a page, and so may the page; other sites' pages may not."""

from __future__ import annotations

import pytest

from cronofy_cli.pages.guard import why_refused

JSON = {"content-type": "application/json"}
OWN = {"origin": "http://localhost:7080", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "host", ["localhost:7080", "127.0.0.1:7080", "[::1]:7080", "LOCALHOST", "cronofy.localhost:7080", "box.lan:7080"]
)
def test_own_names_are_served(host: str) -> None:
    """Loopback has several names, and `--host` allows another one."""
    assert why_refused("GET", {"host": host}, {"box.lan"}) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:7080",
        "localhost.evil.example",
        "192.0.2.1:7080",
        "127.0.0.1.evil.example",
        "127.0.0.1:7080.evil.example",
        "127.0.0.1:7080@evil.example",
        "localhost@evil.example",
        "[::1]:7080.evil.example",
    ],
)
def test_a_name_that_leads_here_is_not_enough(host: str) -> None:
    """A page that makes its own name point to this machine is refused, reading and writing (DNS rebinding)."""
    assert why_refused("GET", {"host": host}) == "this server answers on loopback only"
    assert why_refused("POST", {"host": host, **JSON}) == "this server answers on loopback only"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_programs_need_no_token(method: str) -> None:
    """curl and HTTP libraries send neither `Origin` nor `Sec-Fetch-Site`."""
    assert why_refused(method, {"host": "localhost:7080", **JSON}) is None


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_the_page_itself_is_served(method: str) -> None:
    """What the page asks for comes from its own origin."""
    assert why_refused(method, {"host": "localhost:7080", **OWN, **JSON}) is None


def test_a_port_that_is_forwarded_under_https_is_the_same_origin() -> None:
    """A development environment in the cloud shows the page under https."""
    headers = {"host": "box.lan", "origin": "https://box.lan", "sec-fetch-site": "same-origin"}

    assert why_refused("POST", {**headers, **JSON}, {"box.lan"}) is None


@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://127.0.0.1:7080"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
    ids=lambda sent: " ".join(sent.values()),
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_sites_page_is_refused(method: str, sent: dict[str, str]) -> None:
    """So are a sandboxed page, an app on another port of this machine, and a frame."""
    headers = {"host": "localhost:7080", **JSON, **sent}

    assert why_refused(method, headers) == "another site's page cannot use this server"


def test_a_link_from_elsewhere_opens_the_page() -> None:
    """Who follows a link sees the page; whoever linked does not. A form of another site is no link."""
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}

    assert why_refused("GET", {"host": "localhost:7080", **link}) is None
    assert why_refused("POST", {"host": "localhost:7080", **link, **JSON}) is not None


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_can_send_is_refused(content_type: str) -> None:
    """A browser that says nothing of where a form comes from cannot write either."""
    headers = {"host": "localhost:7080", "content-type": content_type}

    assert why_refused("POST", headers) == "the content type must be application/json"
