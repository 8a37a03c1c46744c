"""Wrong or misread client secrets: it is named which one signed, and how it was misread."""

from __future__ import annotations

import base64
import hmac

import pytest

from cronofy_cli.core.autopsy import Cause, Confidence, examine
from cronofy_cli.core.signature import ClientSecret, digest
from tests.core.autopsy.tampering import CHANGE, ODD, OTHER, REMOVED, SECRET, STRANGER, Tampered, altered

TRUE = SECRET.value


def _configured(expected: Cause, secret: str) -> Tampered:
    return Tampered(expected, ODD, digest(ODD, TRUE), (ClientSecret("production", secret),))


def _signed_with(expected: Cause, key: bytes, secret: str = TRUE) -> Tampered:
    header = base64.b64encode(hmac.digest(key, ODD, "sha256")).decode()
    return Tampered(expected, ODD, header, (ClientSecret("production", secret),))


BASE64_TEXT = base64.b64encode(bytes(range(32))).decode()

MISREAD = {
    "newline of a file": _configured(Cause.SECRET_WITH_WHITESPACE, TRUE + "\n"),
    "spaces": _configured(Cause.SECRET_WITH_WHITESPACE, f"  {TRUE} "),
    "byte order mark": _configured(Cause.SECRET_WITH_WHITESPACE, "\ufeff" + TRUE),
    "signed with a newline": _signed_with(Cause.SECRET_WITH_WHITESPACE, TRUE.encode() + b"\n"),
    "quotes of a .env file": _configured(Cause.SECRET_WITH_QUOTES, f'"{TRUE}"'),
    "single quotes": _configured(Cause.SECRET_WITH_QUOTES, f"'{TRUE}'"),
    "signed with quotes": _signed_with(Cause.SECRET_WITH_QUOTES, f'"{TRUE}"'.encode()),
    "line of a .env file": _configured(Cause.SECRET_WITH_NAME, f'CRONOFY_CLIENT_SECRET="{TRUE}"'),
    "shell line": _configured(Cause.SECRET_WITH_NAME, f"export CRONOFY_CLIENT_SECRET={TRUE}\n"),
    "list": _configured(Cause.SECRET_LIST_AS_ONE, f"{STRANGER},{TRUE}"),
    "lower case": _signed_with(Cause.SECRET_CASE_CHANGED, TRUE.lower().encode()),
    "prefix lost": _configured(Cause.SECRET_PREFIX_LOST, TRUE.removeprefix("CRN_")),
    "prefix left out": _signed_with(Cause.SECRET_PREFIX_LOST, TRUE.removeprefix("CRN_").encode()),
    "percent-encoded": _signed_with(Cause.SECRET_URL_ENCODED, b"a+b/c", "a%2Bb%2Fc"),
    "Kubernetes' base64": _configured(Cause.SECRET_AS_BASE64_KEY, base64.b64encode(TRUE.encode()).decode()),
    "Kubernetes' base64 of echo": _configured(
        Cause.SECRET_AS_BASE64_KEY, base64.b64encode(f"{TRUE}\n".encode()).decode()
    ),
    "key decoded from base64": _signed_with(Cause.SECRET_AS_BASE64_KEY, bytes(range(32)), BASE64_TEXT),
    "key decoded from hex": _signed_with(Cause.SECRET_AS_HEX_KEY, bytes(range(16)), bytes(range(16)).hex()),
    "no key": _signed_with(Cause.SIGNED_WITHOUT_SECRET, b""),
    "undefined": _signed_with(Cause.SIGNED_WITHOUT_SECRET, b"undefined"),
}


@pytest.mark.parametrize("tampered", MISREAD.values(), ids=MISREAD.keys())
def test_misread_secret(tampered: Tampered) -> None:
    """How the secret was misread is named, proven by a digest, and no secret is in what is said."""
    finding = tampered.examined()

    assert (finding.cause, finding.confidence) == (tampered.expected, Confidence.PROVEN)
    assert TRUE not in repr(finding)


@pytest.mark.parametrize(("secret", "expected"), [(OTHER, Cause.OTHER_CONTEXT_SECRET), (REMOVED, Cause.REMOVED_SECRET)])
def test_foreign_secret(secret: ClientSecret, expected: Cause) -> None:
    """The secret of another context, or one that was removed, is named by its label."""
    finding = Tampered(expected, ODD, digest(ODD, secret.value)).examined()

    assert (finding.cause, finding.confidence, finding.secret_label) == (expected, Confidence.PROVEN, secret.label)
    assert secret.label in finding.evidence[0]
    assert secret.value not in repr(finding)


def test_misread_and_known_elsewhere() -> None:
    """A configured secret with spaces around it is named as that, also where another context has it without them."""
    spaced = ClientSecret("file", f"  {OTHER.value} ")

    finding = examine(digest(ODD, OTHER.value), ODD, (spaced,), other_secrets=(OTHER,), removed_secrets=(OTHER,))

    assert (finding.cause, finding.secret_label) == (Cause.SECRET_WITH_WHITESPACE, "file")


def test_foreign_secret_and_altered_body() -> None:
    """A body that was altered and signed with another context's secret shows both causes."""
    tampered = Tampered(Cause.BODY_NEWLINE_ADDED, CHANGE + b"\n", digest(CHANGE, OTHER.value))

    finding = tampered.examined()

    assert (finding.cause, finding.also) == (Cause.BODY_NEWLINE_ADDED, (Cause.OTHER_CONTEXT_SECRET,))
    assert finding.secret_label == OTHER.label


def test_only_foreign_secrets_are_known() -> None:
    """Without a configured secret, another context's is still recognised."""
    finding = examine(digest(ODD, OTHER.value), ODD, (), other_secrets=(OTHER,))

    assert finding.cause is Cause.OTHER_CONTEXT_SECRET


def test_no_secret_is_known() -> None:
    """Without any secret nothing is computed, and that is said."""
    assert examine(digest(ODD, TRUE), ODD, ()).cause is Cause.NO_SECRET_KNOWN


def test_which_of_several_secrets() -> None:
    """Of several configured secrets, the one that signed is named."""
    tampered = altered(Cause.BODY_NEWLINE_ADDED, ODD, ODD + b"\n")

    finding = examine(tampered.header, tampered.body, (OTHER, REMOVED, SECRET))

    assert (finding.cause, finding.secret_label) == (Cause.BODY_NEWLINE_ADDED, SECRET.label)
