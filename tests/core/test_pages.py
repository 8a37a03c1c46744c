"""The rules of paging: where the next page may be, and when there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.pages import is_last_page, origin_of, own_url
from cronofy_cli.errors import RequestFailed

API = "https://api-uk.cronofy.com"
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,5}){1,2}", fullmatch=True)
PATHS = st.from_regex(r"/[A-Za-z0-9._~%@:/-]{0,30}", fullmatch=True)


@pytest.mark.parametrize("end", [None, ""])
def test_the_end(end: object) -> None:
    """A next page that is null, missing or empty means that there are no more."""
    assert is_last_page(end)


def test_not_the_end() -> None:
    """Anything else is not taken for the end: pages that cannot be reached are not dropped without a word."""
    assert not is_last_page("https://api.cronofy.com/v1/events/pages/2")
    assert not is_last_page(7)


def test_a_long_page() -> None:
    """An address may be as long as servers take them, and no longer."""
    page = f"{API}/v1/"
    longest = page + "x" * (8192 - len(page))

    assert own_url(longest, API) == longest
    with pytest.raises(RequestFailed, match="not valid"):
        own_url(f"{longest}x", API)


@given(path=PATHS, query=st.sampled_from(["", "?page=2", "?calendar_ids[]=a&b=%20"]))
def test_same_origin(path: str, query: str) -> None:
    """A page on the data center's own origin is asked for as it was named, however the origin is spelled."""
    for spelling in ("https://api-uk.cronofy.com", "HTTPS://API-UK.cronofy.com", "https://api-uk.cronofy.com:443"):
        assert own_url(spelling + path + query, API) == API + path + query


@given(
    scheme=st.sampled_from(["http", "https"]),
    host=HOSTS
    | st.sampled_from(["api-uk.cronofy.com", "api.cronofy.com", "api-uk.cronofy.com.", "127.0.0.1", "[::1]"]),
    port=st.none() | st.integers(1, 65535),
    path=PATHS,
)
def test_other_origin(scheme: str, host: str, port: int | None, path: str) -> None:
    """A page with any other scheme, host or port is refused, and the message names the two origins."""
    url = f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"
    if origin_of(url) == origin_of(API):
        assert own_url(url, API) == API + path
        return
    with pytest.raises(RequestFailed) as caught:
        own_url(url, API)
    assert API in caught.value.message
    assert host.strip("[]") in caught.value.message


@pytest.mark.parametrize(
    "value",
    [
        "/v1/events/pages/2",
        "//evil.example/pages/2",
        "//evil.example:80/pages/2",
        "ftp://api-uk.cronofy.com:443/pages/2",
        "file:///etc/passwd",
        "https://api-uk.cronofy.com@evil.example/",
        "https://user:pass@api-uk.cronofy.com/",
        "https://evil.example\\@api-uk.cronofy.com/",
        "https://api-uk.cronofy.com\\.evil.example/",
        " https://api-uk.cronofy.com/",
        "https://api-uk.cronofy.com\t.evil.example/",
        "https://api-uk.cronofy.com:99999/",
        "https://api-uk.cronofy.com:x/",
        "https://[::1/",
        "https://api\u2024cronofy.com/",
        "https://",
        7,
        ["https://api-uk.cronofy.com/"],
    ],
)
def test_not_an_address(value: object) -> None:
    """What is no absolute address, names a user, or could be read in two ways is refused."""
    with pytest.raises(RequestFailed, match="is not valid"):
        own_url(value, API)


def test_any_text() -> None:
    """Whatever a server names as the next page, only the data center's own origin is ever asked."""
    taken = 0
    starts = st.just(API) | st.sampled_from(["", API.upper(), "https://", f"{API}.", "//", "http://a@"])
    middles = st.sampled_from(["/", "?"]) | st.sampled_from(["", ":443", ":80", "@", ".evil.example", "\\", "#"])

    @given(st.builds("{}{}{}".format, starts, middles, PATHS | st.text(max_size=4)))
    def check(text: str) -> None:
        nonlocal taken
        try:
            url = own_url(text, API)
        except RequestFailed:
            return
        taken += 1
        assert url.startswith(API + "/")
        assert origin_of(text) == origin_of(url) == origin_of(API)

    check()
    assert taken > 5


def test_base_without_path() -> None:
    """An address without a path is the root of the origin."""
    assert own_url("http://127.0.0.1:7080?x=1", "http://127.0.0.1:7080/prefix") == "http://127.0.0.1:7080/?x=1"
