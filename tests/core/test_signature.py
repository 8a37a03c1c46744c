"""Signatures: the published vectors, and what must hold for any body and header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.signature import (
    ClientSecret,
    SignatureState,
    Verdict,
    digest,
    judge,
    sign,
)
from tests.vectors import VECTORS

if TYPE_CHECKING:
    from tests.vectors import Vector

SECRET = ClientSecret("old", "CRN_old")
OTHER = ClientSecret("new", "CRN_new")
HEADERS = st.one_of(
    st.none(),
    st.text(),
    st.binary().map(lambda sent: sent.decode("utf-8", "surrogateescape")),
)
"""Any header that can come over a wire or from a command line."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_published_vector(vector: Vector) -> None:
    """Each published signature gets its stated verdict."""
    verdict = judge(vector.header, vector.body, [ClientSecret("known", vector.secret)])

    assert (verdict.state is SignatureState.VALID) is vector.valid


def test_all_44_vectors_are_there() -> None:
    """The data file is whole: 44 vectors, both verdicts, headers that are missing and that are empty."""
    assert len(VECTORS) == 44
    assert {vector.valid for vector in VECTORS} == {True, False}
    assert {None, ""} < {vector.header for vector in VECTORS}


@given(body=st.binary(min_size=1, max_size=200), data=st.data())
def test_a_changed_bit_of_the_body_breaks_the_signature(body: bytes, data: st.DataObject) -> None:
    """One flipped bit anywhere in the body, and the signature is wrong."""
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8

    assert judge(sign(body, [SECRET.value]), bytes(changed), [SECRET]) == Verdict(SignatureState.INVALID)


@given(body=st.binary(max_size=200), bit=st.integers(0, 44 * 8 - 1))
def test_a_changed_bit_of_the_header_breaks_the_signature(body: bytes, bit: int) -> None:
    """One flipped bit anywhere in the digest, and nothing matches any more."""
    header = bytearray(digest(body, SECRET.value).encode())
    header[bit // 8] ^= 1 << bit % 8

    verdict = judge(header.decode("utf-8", "surrogateescape"), body, [SECRET])

    assert verdict == Verdict(SignatureState.INVALID)


@given(
    body=st.binary(max_size=200),
    secrets=st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True),
    strangers=st.lists(st.from_regex(r"[a-z=+/]{0,44}", fullmatch=True), max_size=3),
    data=st.data(),
)
def test_any_order_of_digests_verifies(
    body: bytes, secrets: list[str], strangers: list[str], data: st.DataObject
) -> None:
    """While a secret is rotated, the digest that matches may stand anywhere, and any known secret may be the one."""
    digests = data.draw(st.permutations([digest(body, secret) for secret in secrets] + strangers))
    known = data.draw(st.sampled_from(secrets))

    assert judge(",".join(digests), body, [OTHER, ClientSecret("known", known)]).secret_label in {"known", "new"}
    assert judge(", ".join(digests), body, [ClientSecret("known", known)]).secret_label == "known"


@given(header=HEADERS, body=st.binary(max_size=50))
def test_no_header_raises(header: str | None, body: bytes) -> None:
    """Anyone can send any header: it is judged, never an exception."""
    assert judge(header, body, [SECRET]).state in {SignatureState.INVALID, SignatureState.UNSIGNED}


def test_sign_joins_a_digest_per_secret() -> None:
    """Two active secrets give two digests, joined by a comma without a space, as Cronofy sends them."""
    body = b'{"example":"well-known"}'
    vector = next(each for each in VECTORS if each.name == "docs-current-multi-secret-checked-with-first")

    signed = sign(body, ["CRN_NggYusqPGLxwjw5FHOJYOqSrTPNXy8WQf14OID", "CRN_nGlYDFXwfSXgB9rvGNBJyfE454GGPtWIbNuPwr"])

    assert signed == vector.header


def test_a_secret_that_is_not_utf_8_is_taken_as_its_bytes() -> None:
    """An environment variable with odd bytes is a key like any other: same bytes, same digest."""
    odd = b"CRN_\xff\xfe".decode("utf-8", "surrogateescape")

    assert judge(digest(b"body", odd), b"body", [ClientSecret("odd", odd)]).state is SignatureState.VALID


def test_the_matching_secret_is_named() -> None:
    """The verdict tells by its label which secret it was."""
    assert judge(digest(b"body", OTHER.value), b"body", [SECRET, OTHER]) == Verdict(SignatureState.VALID, "new")


def test_without_a_known_secret_nothing_is_judged() -> None:
    """A signed body is neither right nor wrong where no secret is known; an unsigned one is unsigned all the same."""
    assert judge("anything", b"body", []).state is SignatureState.UNKNOWN
    assert judge(None, b"body", []).state is SignatureState.UNSIGNED


@pytest.mark.parametrize("header", [None, "", "  ", ",", " , "])
def test_a_missing_signature_is_no_wrong_one(header: str | None) -> None:
    """Without a digest the verdict is that it is unsigned, not that a digest is wrong."""
    assert judge(header, b"body", [SECRET]) == Verdict(SignatureState.UNSIGNED)


def test_a_secret_is_not_shown() -> None:
    """A secret's text stands neither in its own representation nor in a verdict's."""
    assert SECRET.value not in f"{SECRET!r} {judge(digest(b'body', SECRET.value), b'body', [SECRET])!r}"
