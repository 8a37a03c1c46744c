"""How far the search goes: each limit is reached, and the thing just within it is still found."""

from __future__ import annotations

import json
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.autopsy import Cause, examine
from cronofy_cli.core.autopsy.envelopes import LARGEST_PLAIN_BODY
from cronofy_cli.core.autopsy.frameworks import Framework, find_framework
from cronofy_cli.core.autopsy.json_forms import LARGEST_INDENTED, MOST_FORMS, json_forms
from cronofy_cli.core.autopsy.keys import misread_keys
from cronofy_cli.core.autopsy.search import MOST_DIGESTS
from cronofy_cli.core.signature import ClientSecret, digest
from tests.core.autopsy.tampering import CHANGE, ODD, SECRET, STRANGER

GOOD = digest(ODD, SECRET.value)
STRANGE = digest(ODD, STRANGER)


def cause_of(header: str | None, *headers: tuple[bytes, bytes], body: bytes = ODD) -> Cause:
    """Return the cause that is found."""
    return examine(header, body, (SECRET,), headers=headers).cause


@pytest.mark.parametrize(("length", "cause"), [(16, Cause.HEADER_TRUNCATED), (15, Cause.HEADER_NOT_A_DIGEST)])
def test_the_shortest_beginning(length: int, cause: Cause) -> None:
    """A digest that was cut is recognised by 16 characters, and not by fewer."""
    assert cause_of(GOOD[:length]) is cause


@pytest.mark.parametrize(("length", "cause"), [(16, Cause.UNKNOWN), (15, Cause.HEADER_NOT_A_DIGEST)])
def test_what_may_be_a_beginning(length: int, cause: Cause) -> None:
    """16 characters of a stranger's digest may be one, and are searched for; fewer are none."""
    assert cause_of(STRANGE[:length]) is cause


@pytest.mark.parametrize(("others", "cause"), [(62, Cause.HEADER_LIST_AS_WHOLE), (63, Cause.UNKNOWN)])
def test_the_most_parts_of_a_header(others: int, cause: Cause) -> None:
    """A header is taken apart into 64 parts at most, itself among them."""
    parts = [digest(b"%d" % number, STRANGER) for number in range(others)]

    assert cause_of("|".join([*parts, GOOD])) is cause


@pytest.mark.parametrize(("before", "cause"), [(8192 - 45, Cause.VALID), (8192 - 44, Cause.HEADER_MISSING_PADDING)])
def test_the_longest_header(before: int, cause: Cause) -> None:
    """A header is read up to 8,192 characters: one character more, and the last one of a digest is not seen."""
    header = f"{STRANGE},".ljust(before, "-") + f",{GOOD}"

    assert (len(header) - 8192, cause_of(header)) == (before - 8192 + 45, cause)


@pytest.mark.parametrize(("others", "cause"), [(49, Cause.HEADER_WRONG_NAME), (50, Cause.HEADER_MISSING)])
def test_the_most_headers(others: int, cause: Cause) -> None:
    """The signature is looked for in the first 50 headers."""
    assert cause_of(None, *[(b"X-Other", b"x")] * others, (b"X-Signature", GOOD.encode())) is cause


def test_a_long_name_is_shortened() -> None:
    """What is shown of a name from outside has 60 characters at most."""
    name = b"X-Cronofy-Signature-" + b"a" * 41

    [first, *_] = examine(None, ODD, (SECRET,), headers=((name, GOOD.encode()),)).evidence
    [same, *_] = examine(None, ODD, (SECRET,), headers=((name[:-1], GOOD.encode()),)).evidence

    assert first == f"the digest in the header '{name[:59].decode()}…' matches"
    assert same == f"the digest in the header '{name[:60].decode()}' matches"


@pytest.mark.parametrize(("size", "cause"), [(0, Cause.BODY_STILL_COMPRESSED), (1, Cause.BODY_STILL_COMPRESSED)])
def test_the_largest_plain_body(size: int, cause: Cause) -> None:
    """A compressed body is opened up to 4 MiB: beyond it, only its first bytes say that it is compressed."""
    plain = b" " * (LARGEST_PLAIN_BODY + size)

    finding = examine(digest(plain, SECRET.value), zlib.compress(plain), (SECRET,))

    assert (finding.cause, finding.secret_label) == (cause, None if size else SECRET.label)


@pytest.mark.parametrize("more", [0, 1])
def test_the_largest_indented_document(more: int) -> None:
    """Indented forms are made of documents up to 256 Ki characters."""
    text = json.dumps(["x" * (LARGEST_INDENTED + more - 4)])

    assert any(form.startswith(b"[\n") for form in json_forms(text)) is not more


def test_the_most_forms() -> None:
    """Of a document with everything that can be written in several ways, 200 forms are tried, each once."""
    forms = list(json_forms('{"b":"é&/\\u00e9","a":1.50,"c":[1,{"d":"<>"}]}'))

    assert len(forms) == len(set(forms)) == MOST_FORMS


@pytest.mark.parametrize(("items", "forms"), [(10, 167), (49_997, 9), (49_998, 8)])
def test_the_most_tokens(items: int, forms: int) -> None:
    """Of a usual document all forms are printed; of one of 100,000 tokens the first twelve, in which eight differ."""
    text = f'["é/&<"{",1" * items}] '

    assert len(list(json_forms(text))) == forms


def test_the_most_characters() -> None:
    """Of a document of 1 MiB the first eight forms are printed; three of them differ."""
    assert len(list(json_forms(f'["{"x" * 1024 * 1024}é/&<",1]'))) == 3


def test_numbers_as_others_spell_them() -> None:
    """JavaScript, Python and what knows only floating-point numbers spell numbers in ways of their own."""
    text = '{"a":1.50,"b":7,"c":-1e2,"d":1e21,"e":-7.0,"f":123456789012345678}'

    compact = {form.decode() for form in json_forms(text) if b" " not in form and b"\n" not in form}

    javascript = '{"a":1.5,"b":7,"c":-100,"d":1e+21,"e":-7,"f":123456789012345680}'
    python = '{"a":1.5,"b":7,"c":-100.0,"d":1e+21,"e":-7.0,"f":123456789012345678}'
    floating = '{"a":1.50,"b":7.0,"c":-1e2,"d":1e21,"e":-7.0,"f":123456789012345678.0}'
    assert {javascript, python, floating} <= compact


@pytest.mark.parametrize(("count", "is_exhausted"), [(1, False), (55, True), (100, True)])
def test_the_most_digests(count: int, is_exhausted: bool) -> None:
    """The search ends at 4,000 digests, at the end of a form, and says so; before it is over it does not.

    With 55 secrets some form ends at just that number.
    """
    secrets = [ClientSecret(f"label {number}", f"CRN_{number}") for number in range(count)]

    readable, tried, *stopped = examine(STRANGE, CHANGE, secrets).evidence

    number = int(re.match(r"tried (\d+) digests", tried)[1])  # type: ignore[index]
    assert readable == "digests that the header can be read as: 1"
    assert stopped == (["the search stopped at its limit"] if is_exhausted else [])
    assert (MOST_DIGESTS <= number < MOST_DIGESTS + count) is is_exhausted


@pytest.mark.parametrize(("size", "is_exhausted"), [(1024, False), (1024 * 1024, True)])
def test_the_most_hashed_bytes(size: int, is_exhausted: bool) -> None:
    """A body of 1 MiB is hashed some 200 times, in whatever way: then the search ends and says so."""
    secrets = [ClientSecret(f"label {number}", f"CRN_{number}") for number in range(12)]

    _, tried, *stopped = examine(STRANGE, b"x" * size, secrets).evidence

    assert stopped == (["the search stopped at its limit"] if is_exhausted else [])
    assert (int(re.match(r"tried (\d+) digests", tried)[1]) < 256) is is_exhausted  # type: ignore[index]


@given(st.text(min_size=1, max_size=60), st.sampled_from(["", "CRN_", '"', " ", "NAME="]))
def test_no_key_is_tried_twice(secret: str, before: str) -> None:
    """Each key that a secret may have become is tried once, and the secret itself is not among them."""
    misread = [key for key in misread_keys((ClientSecret("main", before + secret),)) if key.label is not None]

    values = [key.value for key in misread]
    assert len(values) == len(set(values))
    assert (before + secret).encode("utf-8", "surrogatepass") not in values


@pytest.mark.parametrize(
    ("name", "value", "framework"),
    [
        (b"X-Powered-By", b"Next.js, Express", Framework.NEXT),
        (b"X-Powered-By", b"Express", Framework.EXPRESS),
        (b"Set-Cookie", b"connect.sid=s%3A", Framework.EXPRESS),
        (b"Set-Cookie", b"laravel_session=1; PHP", Framework.LARAVEL),
        (b"Server", b"nginx + Phusion Passenger 6", Framework.RAILS),
        (b"X-Generator", b"Ruby on Rails", Framework.RAILS),
        (b"Server", b"puma 6", Framework.RAILS),
        (b"User-Agent", b"Django/5", Framework.DJANGO),
        (b"Server", b"WSGIServer/0.2", Framework.DJANGO),
        (b"Set-Cookie", b"csrftoken=1", Framework.DJANGO),
        (b"Via", b"1.1 flask", Framework.FLASK),
        (b"Server", b"Werkzeug/3", Framework.FLASK),
        (b"X-Powered-By", b"FastAPI", Framework.FASTAPI),
        (b"Server", b"starlette", Framework.FASTAPI),
        (b"Server", b"uvicorn", Framework.FASTAPI),
        (b"X-Powered-By", b"ASP.NET", Framework.ASP_NET),
        (b"Server", b"Kestrel", Framework.ASP_NET),
        (b"X-Powered-By", b"PHP/8.3", Framework.PHP),
        (b"User-Agent", b"AmazonAPIGateway_1", Framework.LAMBDA),
        (b"Via", b"AWS Lambda", Framework.LAMBDA),
        (b"Host", b"express.example.test", None),
    ],
)
def test_each_trace_of_a_framework(name: bytes, value: bytes, framework: Framework | None) -> None:
    """A framework is recognised by each trace that it leaves; a host's name is none."""
    assert find_framework(((b"Accept", b"*/*"), (name, value))) is framework
