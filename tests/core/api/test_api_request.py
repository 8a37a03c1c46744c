"""Requests of the user's own making: where they may go, and what they may say."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.api.api_request import (
    Method,
    api_address,
    asked_as_other,
    parse_header,
    parse_method,
)
from cronofy_cli.core.pages import origin_of
from cronofy_cli.errors import WrongUsage

API = "https://api-uk.cronofy.com"
# Of what addresses are made of, and of what makes two parsers disagree about them.
PIECES = [API, "https:", "HTTPS:", "http:", "//", "/", "\\", "@", ":", "?", "#", "%", "..", ";", "[", "]", "443", "80"]
HOSTILE = ["evil.example", "api-uk.cronofy.com", "API-UK.cronofy.com.", "127.0.0.1", "[::1]", "%2f", "%00", "\t", " "]
ADDRESSES = st.lists(st.sampled_from([*PIECES, *HOSTILE, "v1", "userinfo"]), max_size=8).map("".join)
TOKEN_CHARACTERS = st.sampled_from("abcXYZ019-_.!#$%&'*+^`|~")


def test_never_to_another_host() -> None:
    """Whatever is given as the path, two parsers agree that the data center is asked, or nothing is."""
    accepted: Counter[bool] = Counter()
    own = st.builds(str.__add__, st.sampled_from([f"{API}/", "/", "v1/", API]), ADDRESSES)

    @given(ADDRESSES | st.text() | own)
    @example("//evil.example/v1/userinfo")
    @example("/\\evil.example/v1/userinfo")
    @example("https://api-uk.cronofy.com@evil.example/")
    @example("https://api-uk.cronofy.com:443@evil.example/")
    @example("https://evil.example\\@api-uk.cronofy.com/")
    @example("https:/evil.example/v1/userinfo")
    @example("https:evil.example")
    @example("@evil.example/v1")
    @example(":443@evil.example/v1")
    @example(".evil.example/v1")
    def check(text: str) -> None:
        try:
            address = api_address(text, API)
        except WrongUsage:
            accepted[False] += 1
            return
        accepted[True] += 1
        url = f"{API}{address}" if address.startswith("/") else address
        assert url.startswith(f"{API}/")
        assert origin_of(url) == origin_of(API)
        asked = httpx.URL(url)
        assert (asked.scheme, asked.host, asked.port, asked.userinfo) == ("https", "api-uk.cronofy.com", None, b"")

    check()
    assert min(accepted[True], accepted[False]) > 10


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/v1/userinfo", "/v1/userinfo"),
        ("v1/userinfo", "/v1/userinfo"),
        ("v1/events?tzid=Etc/UTC", "/v1/events?tzid=Etc/UTC"),
        ("/v1/calendars/cal_a@b_c-d/events", "/v1/calendars/cal_a@b_c-d/events"),
        (f"{API}/v1/userinfo", f"{API}/v1/userinfo"),
        ("HTTPS://API-UK.cronofy.com:443/v1/events/pages/2?x=1", f"{API}/v1/events/pages/2?x=1"),
    ],
)
def test_paths(text: str, address: str) -> None:
    """A path goes with or without its slash, and so does the data center's own address, however it is spelled."""
    assert api_address(text, API) == address


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_parameters(parameters: list[tuple[str, str]]) -> None:
    """Parameters join a query that is there, and nothing in them can end it or lead elsewhere."""
    address = api_address("/v1/events?tzid=Etc/UTC", API, parameters)

    parts = urlsplit(address)
    assert (parts.path, parts.fragment) == ("/v1/events", "")
    assert parse_qsl(parts.query, keep_blank_values=True) == [("tzid", "Etc/UTC"), *parameters]


def test_arrays_look_as_in_the_documentation() -> None:
    """Brackets are not escaped."""
    assert api_address("v1/events", API, [("calendar_ids[]", "cal_a@b")]) == "/v1/events?calendar_ids[]=cal_a@b"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("/v1/a b", "a space"),
        ("/v1/é", "outside ASCII"),
        ("/v1\\x", "backslash"),
        ("/v1/x#y", "#"),
        ("/v1/calendars/{calendar_id}/events", "{calendar_id}"),
        ("https://api.cronofy.com/v1/userinfo", "https://api.cronofy.com is not"),
        ("http://api-uk.cronofy.com/v1/userinfo", "http://api-uk.cronofy.com is not"),
        ("https://api-uk.cronofy.com:8443/", "https://api-uk.cronofy.com:8443 is not"),
        ("https://user:CRN_1@api-uk.cronofy.com/", "neither a path nor an address"),
        ("file:///etc/passwd", "neither a path nor an address"),
        ("//api-uk.cronofy.com/v1/userinfo", "neither a path nor an address"),
    ],
)
def test_refused(text: str, words: str) -> None:
    """What is refused is told why, with what to write instead."""
    with pytest.raises(WrongUsage) as caught:
        api_address(text, API)

    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("text", ["get", "Get", "GET"])
def test_methods(text: str) -> None:
    """A method's spelling does not matter."""
    assert parse_method(text) is Method.GET


def test_what_is_no_method() -> None:
    """What is no method is answered with those that are."""
    with pytest.raises(WrongUsage) as caught:
        parse_method("/v1/userinfo")

    assert (caught.value.hint or "").startswith("use one of GET, ")


def test_where_fields_go() -> None:
    """What reads has its fields in the query, what writes or deletes in the body."""
    assert {method for method in Method if method.puts_fields_in_query} == {Method.GET, Method.HEAD, Method.OPTIONS}


@given(st.text(TOKEN_CHARACTERS, min_size=1).filter(lambda name: name.lower() != "te"), st.text("\t !azAZ09:~"))
def test_headers(name: str, value: str) -> None:
    """A header's name and value come through, without the blanks around the value."""
    assert parse_header(f"{name}:{value}") == (name, value.strip(" \t"))


def test_no_header_can_bring_another() -> None:
    """Whatever is given as a header, it stays one line of ASCII."""
    accepted: Counter[bool] = Counter()
    names = st.text(TOKEN_CHARACTERS, min_size=1)
    values = st.text("\r\n\0\x0b\x85 aé:", max_size=5)

    @given(st.text() | st.builds("{}:{}".format, names, values | st.text("a :")))
    def check(text: str) -> None:
        try:
            line = ": ".join(parse_header(text))
        except WrongUsage:
            accepted[False] += 1
            return
        accepted[True] += 1
        assert line.isascii()
        assert not set(line) & {"\r", "\n", "\0"}

    check()
    assert min(accepted[True], accepted[False]) > 5


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0", "\x0b", "\x85", "é"])
@pytest.mark.parametrize("text", ["X-A: 1{}X-B: 2", "X-A: {}", "X{}-A: 1", "{}X-A: 1", "X-A: 1{}"])
def test_no_line_end_in_a_header(text: str, end: str) -> None:
    """A line end, a null or a letter outside ASCII is refused wherever it stands."""
    with pytest.raises(WrongUsage, match="cannot be read"):
        parse_header(text.format(end))


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Proxy-Authorization"])
def test_no_credential_in_a_header(name: str) -> None:
    """A credential is not taken from the command line, and not repeated either."""
    with pytest.raises(WrongUsage) as caught:
        parse_header(f"{name}: Bearer CRN_secret")

    assert "CRN_secret" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("name", ["Host", "Content-Length", "Transfer-Encoding", "connection", "TE"])
def test_framing_is_ours(name: str) -> None:
    """Where a request goes and where it ends is not a header to set."""
    with pytest.raises(WrongUsage, match="cannot be set"):
        parse_header(f"{name}: x")


@pytest.mark.parametrize(
    ("address", "credential", "other"),
    [
        ("/v1/real_time_scheduling", Credential.ACCESS_TOKEN, Credential.CLIENT_SECRET),
        ("/v1/smart_invites?x=1", Credential.ACCESS_TOKEN, Credential.CLIENT_SECRET),
        (f"{API}/v1/userinfo", Credential.CLIENT_SECRET, Credential.ACCESS_TOKEN),
        ("/v1/calendars/cal_1/events", Credential.CLIENT_SECRET, Credential.ACCESS_TOKEN),
        ("/v1/real_time_scheduling", Credential.CLIENT_SECRET, None),
        ("/v1/events", Credential.ACCESS_TOKEN, None),
        ("/v1/availability", Credential.ACCESS_TOKEN, None),
        ("/v1/availability", Credential.CLIENT_SECRET, None),
        ("/oauth/token", Credential.CLIENT_SECRET, None),
        ("/v1", Credential.CLIENT_SECRET, None),
    ],
)
def test_the_other_credential(address: str, credential: Credential, other: Credential | None) -> None:
    """Only a call that is known to want the other credential is said to."""
    assert asked_as_other(address, credential) is other
