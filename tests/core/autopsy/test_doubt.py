"""What cannot be proven: structure is called likely, the rest unknown, and nothing valid is called invalid."""

from __future__ import annotations

import base64
import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.autopsy import Cause, Confidence, examine
from cronofy_cli.core.signature import ClientSecret, SignatureState, digest, judge, sign
from tests.core.autopsy.tampering import ACCENTED, CHANGE, DUPLICATED, ESCAPED, ODD, OTHER, SECRET, SLASHED, STRANGER
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from cronofy_cli.core.autopsy import Finding

TIME_LIMIT_S = 1.5
TRIES = 3
"""How often is measured: another program that takes the caches and the clock of a core slows one try, not all."""
MEBIBYTE = 1024 * 1024
FACTS = {Cause.HEADER_MISSING, Cause.HEADER_EMPTY}

STRUCTURAL = {
    "empty body": (Cause.BODY_EMPTY, b"", ()),
    "gzip by its mark": (Cause.BODY_STILL_COMPRESSED, gzip.compress(ODD)[:-9], ()),
    "brotli by its header": (Cause.BODY_STILL_COMPRESSED, b"\x0b\x02\x80hello\x03", ((b"content-encoding", b"br"),)),
    "decompressed by a proxy": (Cause.BODY_DECOMPRESSED, CHANGE, ((b"Content-Encoding", b"gzip"),)),
    "cut in a key": (Cause.BODY_TRUNCATED, CHANGE[:30], ()),
    "cut in a literal": (Cause.BODY_TRUNCATED, b'{"only_managed":fal', ()),
    "cut in an escape": (Cause.BODY_TRUNCATED, ESCAPED[: ESCAPED.index(b"\\u00e9") + 4], ()),
    "cut in a character": (Cause.BODY_TRUNCATED, ACCENTED[: ACCENTED.index("é".encode()) + 1], ()),
    "shorter than sent": (Cause.BODY_TRUNCATED, CHANGE[:50], ((b"Content-Length", b"%d" % len(CHANGE)),)),
    "other length than sent": (Cause.BODY_LENGTH_CHANGED, CHANGE, ((b"Content-Length", b"%d" % (len(CHANGE) + 3)),)),
    "form by its type": (Cause.BODY_FORM_ENCODED, b"a=b", ((b"Content-Type", b"application/x-www-form-urlencoded"),)),
}


@pytest.mark.parametrize(("expected", "body", "headers"), STRUCTURAL.values(), ids=STRUCTURAL.keys())
def test_structure(expected: Cause, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """What only the structure shows is named as likely, and no secret is."""
    finding = examine(digest(b"what was sent", STRANGER), body, (SECRET,), headers=headers)

    assert (finding.cause, finding.confidence, finding.secret_label) == (expected, Confidence.LIKELY, None)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (digest(CHANGE, STRANGER), CHANGE),
        (digest(ODD, SECRET.value), json.dumps(json.loads(ODD), separators=(",", ":")).encode()),
        (digest(CHANGE, SECRET.value), CHANGE.replace(b"chn_5", b"chn_6")),
        (base64.b64encode(bytes(20)).decode(), CHANGE),
    ],
    ids=["stranger's", "odd bytes are gone", "changed value", "other length"],
)
def test_unknown(header: str, body: bytes) -> None:
    """What nothing proves or shows is unknown, and it is told what was tried."""
    finding = examine(header, body, (SECRET,), other_secrets=(OTHER,))

    assert (finding.cause, finding.confidence) == (Cause.UNKNOWN, Confidence.NONE)
    assert f"secrets: {SECRET.label}, {OTHER.label}" in finding.evidence[1]


@pytest.mark.parametrize(
    "header",
    ["wrong-hmac", "ééé\udcff", "$SIGNATURE", digest(CHANGE, SECRET.value)[:10]],
    ids=["text", "no ASCII", "a variable", "a bit of one"],
)
@pytest.mark.parametrize("body", [CHANGE, CHANGE[:30]], ids=["whole", "cut"])
def test_no_digest_in_the_header(header: str, body: bytes) -> None:
    """A header that no SHA-256 digest can be read from is named before anything that the body's structure shows."""
    finding = examine(header, body, (SECRET,), other_secrets=(OTHER,))

    assert (finding.cause, finding.confidence) == (Cause.HEADER_NOT_A_DIGEST, Confidence.LIKELY)
    assert "header" in finding.explanation
    assert "44 characters" in finding.hint


def test_a_secret_with_odd_bytes() -> None:
    """A client secret that is not UTF-8, as an environment variable may hold, is tried as the bytes that sign."""
    odd = ClientSecret("environment", b"CRN_\xff".decode("utf-8", "surrogateescape"))

    finding = examine(digest(CHANGE, odd.value), CHANGE + b"\n", (odd,))

    assert (finding.cause, finding.secret_label) == (Cause.BODY_NEWLINE_ADDED, "environment")


@given(
    header=st.text(max_size=100) | st.binary(max_size=70).map(lambda raw: base64.b64encode(raw).decode()) | st.none(),
    body=st.binary(max_size=200) | st.sampled_from([CHANGE, ODD, DUPLICATED]),
    headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=3).map(tuple),
)
def test_random_requests(header: str | None, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """A random header never proves anything about a random body, whatever the two hold."""
    finding = examine(header, body, (SECRET,), headers=headers, other_secrets=(OTHER,))

    assert finding.confidence is not Confidence.PROVEN or finding.cause in FACTS
    assert finding.secret_label is None


@given(body=st.binary(max_size=300))
def test_random_digest(body: bytes) -> None:
    """A well-formed digest under an unknown secret names no cause that only a digest could prove."""
    finding = examine(digest(body, STRANGER), body, (SECRET,))

    assert finding.confidence in (Confidence.NONE, Confidence.LIKELY)


@given(
    body=st.binary(max_size=300) | st.sampled_from([ODD, SLASHED, ESCAPED, DUPLICATED]),
    before=st.lists(st.sampled_from([STRANGER, "another"]), max_size=3),
    after=st.lists(st.sampled_from([STRANGER, "another"]), max_size=3),
)
def test_valid(body: bytes, before: list[str], after: list[str]) -> None:
    """What is valid is called valid, wherever the matching digest stands in the list."""
    finding = examine(sign(body, [*before, SECRET.value, *after]), body, (OTHER, SECRET))

    assert (finding.cause, finding.confidence, finding.secret_label) == (Cause.VALID, Confidence.PROVEN, SECRET.label)


@given(st.data())
def test_agrees_with_the_verdict(data: st.DataObject) -> None:
    """On Cronofy's published vectors with one character changed or none, 'valid' is said when verification says it."""
    vector = data.draw(st.sampled_from(_vectors()))
    header = vector["header"] or ""
    if header and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(header) - 1))
        header = header[:at] + data.draw(st.sampled_from("aZ+/=, ")) + header[at + 1 :]
    body, secrets = base64.b64decode(vector["body_base64"]), (ClientSecret("published", vector["secret"]),)

    verdict = judge(header, body, secrets)

    assert (examine(header, body, secrets).cause is Cause.VALID) == (verdict.state is SignatureState.VALID)


def _vectors() -> list[dict[str, str]]:
    vectors: list[dict[str, str]] = json.loads(
        (REPOSITORY / "tests/data/hmac-vectors.json").read_text(encoding="utf-8")
    )
    return vectors


LARGE = {
    "notifications": b"[" + b",".join([ACCENTED] * (MEBIBYTE // len(ACCENTED))) + b"]",
    "numbers": b"[" + b",".join([b"1.50"] * (MEBIBYTE // 5)) + b"]",
    "brackets": b"[" * MEBIBYTE,
    "open strings": b'{"' + b'\\"' * (MEBIBYTE // 2),
    "not UTF-8": b"\xe9" * MEBIBYTE,
    "spaces": b"{" + b" " * MEBIBYTE + b"}",
    "percent signs": b"{%7B" * (MEBIBYTE // 4),
    "bomb": gzip.compress(bytes(64 * MEBIBYTE)),
}


def timed(header: str, body: bytes) -> tuple[Finding, float]:
    """Examine a body until it is done within the limit, some times at most; return what was found, and how long the
    last try took in seconds of processor time.
    """
    for number in range(1, TRIES + 1):
        started = time.process_time()
        finding = examine(header, body, (SECRET, OTHER))
        took_s = time.process_time() - started
        if took_s < TIME_LIMIT_S or number == TRIES:
            return finding, took_s
    raise AssertionError("TRIES is a positive number")


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE.keys())
def test_large_body(body: bytes) -> None:
    """A body of 1 MiB is examined within the limit, whatever it holds."""
    finding, took_s = timed(digest(body, STRANGER), body)

    assert finding.confidence is not Confidence.PROVEN
    assert took_s < TIME_LIMIT_S


@pytest.mark.parametrize(
    "header", ["%25" * 3000, "a=" * 4000, "[" * 8000, "b'\"" * 3000, ", " * 5000 + "x", "=" * 9000]
)
def test_hostile_header(header: str) -> None:
    """A long header that invites taking it apart for ever is done with at once."""
    finding, took_s = timed(header, CHANGE)

    assert finding.cause is Cause.HEADER_NOT_A_DIGEST
    assert took_s < TIME_LIMIT_S


def test_large_body_is_still_explained() -> None:
    """A large body that was printed again by Python is recognised within the limits."""
    body = LARGE["notifications"]
    again = json.dumps(json.loads(body)).encode()

    assert examine(digest(body, SECRET.value), again, (SECRET,)).cause is Cause.BODY_RESERIALIZED_SPACED
