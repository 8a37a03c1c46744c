"""Signing by hand: right, wrong, and as during a rotation."""

from __future__ import annotations

from cronofy_cli.core.signature import ClientSecret, SignatureState, digest, judge
from cronofy_cli.outbound.signing_keys import SigningKeys, signing_keys

BODY = b"{}"
KNOWN = (ClientSecret("new", "CRN_new"), ClientSecret("old", "CRN_old"))


def test_the_order_of_digests() -> None:
    """What the receiver knows stands first or last in the list, in the order in which it was given."""
    keys = SigningKeys(("a", "b"), ("x",))
    a, b, x = (digest(BODY, secret) for secret in "abx")

    assert keys.right(BODY) == f"{a},{b}"
    assert keys.right_first(BODY) == f"{a},{b},{x}"
    assert keys.right_last(BODY) == f"{x},{a},{b}"
    assert keys.wrong(BODY) == x


def test_made_up_secrets() -> None:
    """Made-up secrets differ each time, and nobody who knows the right ones is convinced by them."""
    keys = signing_keys(KNOWN, 3)

    assert len(keys.wrong(BODY).split(",")) == 3
    assert judge(keys.wrong(BODY), BODY, KNOWN).state is SignatureState.INVALID
    assert judge(keys.right_last(BODY), BODY, KNOWN[1:]).state is SignatureState.VALID
    assert not set(keys.made_up) & set(signing_keys(KNOWN, 3).made_up)


def test_secrets_are_not_shown() -> None:
    """No secret gets into a traceback."""
    assert repr(signing_keys(KNOWN)) == "SigningKeys()"
