"""What can be a callback URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.callback_url import callback_url_warning, check_callback_url, is_public_host
from cronofy_cli.errors import WrongUsage

HERE = ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "::1", "0.0.0.0"]
NEARBY = ["10.0.0.7", "192.168.1.20", "172.16.3.4", "169.254.1.1", "fe80::1", "fd00::1", "nas", "nas.local", "db.lan"]
PUBLIC = [
    "example.com",
    "hooks.example.co.uk.",
    "8.8.8.8",
    "2606:4700::1111",
    "ab12.ngrok.app",
    "xn--bcher-kva.example",
]


@pytest.mark.parametrize("host", HERE + NEARBY)
def test_hosts_that_nobody_outside_reaches(host: str) -> None:
    """This machine, private networks and names without a dot are not public."""
    assert not is_public_host(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_public_hosts(host: str) -> None:
    """Names with a dot and global addresses are taken as public; nothing is looked up."""
    assert is_public_host(host)


@pytest.mark.parametrize("host", ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "10.0.0.7"])
def test_a_callback_url_must_be_reachable_from_outside(host: str) -> None:
    """For a real data center a loopback or private address is refused, with three ways out."""
    with pytest.raises(WrongUsage, match="cannot reach") as caught:
        check_callback_url(f"http://{host}/hook", must_be_public=True)

    assert "--force" in str(caught.value.hint)
    assert "--data-center simulator" in str(caught.value.hint)


@pytest.mark.parametrize("url", ["http://localhost:3000/hook", "https://example.com/hook?user_id=42"])
def test_on_this_machine_any_address_will_do(url: str) -> None:
    """For a simulator a loopback address is as good as any other."""
    check_callback_url(url, must_be_public=False)

    assert callback_url_warning(url) is None


@pytest.mark.parametrize("url", ["", "example.com/hook", "ftp://example.com", "https://", "http://[::1", "/hook"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Only absolute http and https addresses are callback URLs."""
    with pytest.raises(WrongUsage, match="is not a callback URL"):
        check_callback_url(url, must_be_public=False)


def test_a_long_callback_url_is_warned_about() -> None:
    """Older documentation had a limit of 128 characters: said, not enforced."""
    url = "https://example.com/" + "x" * 109

    assert callback_url_warning(url[:128]) is None
    assert callback_url_warning(url) == "the callback URL has 129 characters; Cronofy used to allow 128"


def test_plain_http_over_the_internet_is_warned_about() -> None:
    """Notifications over plain http can be read on the way."""
    assert "not https" in str(callback_url_warning("http://example.com/hook"))


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_no_text_crashes_it(url: str) -> None:
    """Any text is either a callback URL or refused as none."""
    try:
        check_callback_url(url, must_be_public=True)
    except WrongUsage as error:
        told = error.hint
    else:
        told = callback_url_warning(url) or "nothing to say"

    assert told
