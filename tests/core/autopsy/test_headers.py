"""Headers that were damaged, renamed or computed otherwise: the damage is named."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import quote

import pytest

from cronofy_cli.core.autopsy import Cause, Confidence, examine
from cronofy_cli.core.signature import HEADER, digest, sign
from tests.core.autopsy.tampering import CHANGE, ODD, OTHER, SECRET, STRANGER, Tampered

KEY = SECRET.value.encode()
RAW = hmac.digest(KEY, ODD, "sha256")
GOOD = base64.b64encode(RAW).decode()
STRANGE = digest(ODD, STRANGER)
PAIR = sign(ODD, (STRANGER, SECRET.value))


def _body_with(*characters: str) -> bytes:
    """Return a body whose digest holds the given base64 characters."""
    bodies = (b'{"number":%d}' % number for number in range(10_000))
    return next(body for body in bodies if all(each in digest(body, SECRET.value) for each in characters))


SPECIAL = _body_with("+", "/")
SPECIAL_GOOD = digest(SPECIAL, SECRET.value)


def _hmac(algorithm: str) -> str:
    return base64.b64encode(hmac.digest(KEY, ODD, algorithm)).decode()


def _header(expected: Cause, header: str, body: bytes = ODD) -> Tampered:
    return Tampered(expected, body, header)


DAMAGED = {
    "hex": _header(Cause.HEADER_HEX, RAW.hex()),
    "upper-case hex": _header(Cause.HEADER_HEX, RAW.hex().upper()),
    "base64url": _header(
        Cause.HEADER_BASE64URL, base64.urlsafe_b64encode(base64.b64decode(SPECIAL_GOOD)).decode(), SPECIAL
    ),
    "base64url without padding": _header(
        Cause.HEADER_BASE64URL, SPECIAL_GOOD.translate(str.maketrans("+/", "-_", "=")), SPECIAL
    ),
    "no padding": _header(Cause.HEADER_MISSING_PADDING, GOOD.rstrip("=")),
    "two paddings": _header(Cause.HEADER_NOT_CANONICAL, GOOD + "="),
    "sha256=": _header(Cause.HEADER_PREFIXED, f"sha256={GOOD}"),
    "GitHub's form": _header(Cause.HEADER_PREFIXED, f"sha256={RAW.hex()}"),
    "name pasted along": _header(Cause.HEADER_PREFIXED, f"{HEADER}: {GOOD}"),
    "scheme": _header(Cause.HEADER_PREFIXED, f"HMAC-SHA256 {GOOD}"),
    "prefix in a list": _header(Cause.HEADER_PREFIXED, f"sha256={STRANGE},sha256={GOOD}"),
    "quotes": _header(Cause.HEADER_QUOTED, f'"{GOOD}"'),
    "python's bytes": _header(Cause.HEADER_QUOTED, f"b'{GOOD}'"),
    "JSON list": _header(Cause.HEADER_LIST_AS_WHOLE, json.dumps([STRANGE, GOOD])),
    "python's list": _header(Cause.HEADER_LIST_AS_WHOLE, str([STRANGE, GOOD])),
    "list of one": _header(Cause.HEADER_LIST_AS_WHOLE, json.dumps([GOOD])),
    "quoted as a whole": _header(Cause.HEADER_LIST_AS_WHOLE, f'"{PAIR}"'),
    "semicolons": _header(Cause.HEADER_LIST_AS_WHOLE, PAIR.replace(",", ";")),
    "spaces": _header(Cause.HEADER_LIST_AS_WHOLE, PAIR.replace(",", " ")),
    "lines": _header(Cause.HEADER_LIST_AS_WHOLE, PAIR.replace(",", "\n")),
    "bars": _header(Cause.HEADER_LIST_AS_WHOLE, PAIR.replace(",", "|")),
    "percent-encoded": _header(Cause.HEADER_URL_ENCODED, quote(GOOD)),
    "percent-encoded list": _header(Cause.HEADER_URL_ENCODED, quote(PAIR, safe="")),
    "plus became a space": _header(Cause.HEADER_PLUS_LOST, SPECIAL_GOOD.replace("+", " "), SPECIAL),
    "base64 twice": _header(Cause.HEADER_DOUBLE_BASE64, base64.b64encode(GOOD.encode()).decode()),
    "base64 of hex": _header(Cause.HEADER_BASE64_OF_HEX, base64.b64encode(RAW.hex().encode()).decode()),
    "lower case": _header(Cause.HEADER_CASE_CHANGED, GOOD.lower()),
    "upper case": _header(Cause.HEADER_CASE_CHANGED, GOOD.upper()),
    "cut": _header(Cause.HEADER_TRUNCATED, GOOD[:30]),
    "md5": _header(Cause.DIGEST_MD5, hmac.digest(KEY, ODD, "md5").hex()),
    "sha1": _header(Cause.DIGEST_SHA1, _hmac("sha1")),
    "sha384": _header(Cause.DIGEST_SHA384, _hmac("sha384")),
    "sha512": _header(Cause.DIGEST_SHA512, _hmac("sha512")),
    "no key": _header(Cause.DIGEST_WITHOUT_KEY, base64.b64encode(hashlib.sha256(ODD).digest()).decode()),
    "key in front": _header(Cause.DIGEST_WITHOUT_KEY, hashlib.sha256(KEY + ODD).hexdigest()),
    "swapped": _header(Cause.DIGEST_ARGUMENTS_SWAPPED, base64.b64encode(hmac.digest(ODD, KEY, "sha256")).decode()),
}

MISNAMED = {
    "X- in front": ((b"X-Cronofy-HMAC-SHA256", GOOD.encode()),),
    "CGI name": ((b"HTTP_CRONOFY_HMAC_SHA256", GOOD.encode()),),
    "some other name": ((b"Host", b"localhost"), (b"X-Signature", GOOD.encode())),
}


@pytest.mark.parametrize("tampered", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_header(tampered: Tampered) -> None:
    """What happened to the header is named, proven by a digest that matches."""
    finding = tampered.examined()

    assert (finding.cause, finding.confidence) == (tampered.expected, Confidence.PROVEN)
    assert finding.secret_label == SECRET.label


@pytest.mark.parametrize("headers", MISNAMED.values(), ids=MISNAMED.keys())
def test_misnamed_header(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """A signature in a header of another name is found, and that name is told."""
    finding = examine(None, ODD, (SECRET,), headers=headers)

    assert (finding.cause, finding.confidence) == (Cause.HEADER_WRONG_NAME, Confidence.PROVEN)
    assert headers[-1][0].decode() in finding.evidence[0]


def test_misnamed_header_that_does_not_match() -> None:
    """A name alone proves nothing: it is likely, and no secret is named."""
    finding = examine(None, ODD, (SECRET,), headers=((b"Cronofy_Hmac_Sha256", STRANGE.encode()),))

    assert (finding.cause, finding.confidence, finding.secret_label) == (
        Cause.HEADER_WRONG_NAME,
        Confidence.LIKELY,
        None,
    )


def test_misnamed_and_damaged_header() -> None:
    """Two causes at once are both named."""
    finding = examine(None, ODD, (SECRET,), headers=((b"X-Cronofy-HMAC-SHA256", RAW.hex().encode()),))

    assert (finding.cause, finding.also) == (Cause.HEADER_WRONG_NAME, (Cause.HEADER_HEX,))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, Cause.HEADER_MISSING),
        ("", Cause.HEADER_EMPTY),
        (" , ", Cause.HEADER_EMPTY),
        ("undefined", Cause.HEADER_EMPTY),
    ],
)
def test_no_digest(header: str | None, expected: Cause) -> None:
    """A header that is not there and one that holds nothing are told apart, without any secret too."""
    for secrets in ((SECRET,), ()):
        assert examine(header, CHANGE, secrets, headers=((b"Host", b"localhost"),)).cause is expected


@pytest.mark.parametrize("header", ["[REDACTED]", "[FILTERED]", "***", "<hidden>"])
def test_redacted_header(header: str) -> None:
    """A placeholder of a log is recognised as one."""
    finding = examine(header, CHANGE, (SECRET,))

    assert (finding.cause, finding.confidence) == (Cause.HEADER_REDACTED, Confidence.LIKELY)


def test_header_is_found_among_the_headers() -> None:
    """A caller that passes only the headers gets the same answer."""
    headers = ((b"cronofy-hmac-sha256", RAW.hex().encode()),)

    assert examine(None, ODD, (SECRET,), headers=headers).cause is Cause.HEADER_HEX


def test_hostile_header_is_shown_safely() -> None:
    """Control characters of a header's name never reach the evidence."""
    finding = examine(None, ODD, (SECRET, OTHER), headers=((b"X-Cronofy-Signature\x1b[31m", GOOD.encode()),))

    assert finding.cause is Cause.HEADER_WRONG_NAME
    assert "\x1b" not in "".join(finding.evidence)
