"""What `verify` says of every cause, whole: to people in two lines, to programs in one document."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.commands.verify import mismatch
from cronofy_cli.core.autopsy import Cause
from cronofy_cli.core.signature import digest, judge
from cronofy_cli.output.documents.signatures import VerifyDocument
from cronofy_cli.output.errors import error_for_people
from tests.core.autopsy.tampering import CHANGE, ODD, OTHER, REMOVED, SECRET, STRANGER, Tampered
from tests.core.autopsy.test_bodies import BYTES_CHANGED, PRINTED_AGAIN, SIGNED_OVER_ELSE, WRAPPED
from tests.core.autopsy.test_doubt import STRUCTURAL
from tests.core.autopsy.test_headers import DAMAGED, MISNAMED
from tests.core.autopsy.test_secrets import MISREAD
from tests.golden_files import check_golden

if TYPE_CHECKING:
    from collections.abc import Mapping

STRANGE = digest(ODD, STRANGER)
EXAMPLES: dict[str, Mapping[str, Tampered]] = {
    "printed-again": PRINTED_AGAIN,
    "bytes": BYTES_CHANGED,
    "wrapped": WRAPPED,
    "signed-over-else": SIGNED_OVER_ELSE,
    "secrets": {
        **MISREAD,
        "another context": Tampered(Cause.OTHER_CONTEXT_SECRET, ODD, digest(ODD, OTHER.value)),
        "removed": Tampered(Cause.REMOVED_SECRET, ODD, digest(ODD, REMOVED.value)),
        "another context, and a newline": Tampered(Cause.BODY_NEWLINE_ADDED, ODD + b"\n", digest(ODD, OTHER.value)),
        "valid after all": Tampered(Cause.VALID, ODD, digest(ODD, SECRET.value)),
    },
    "headers": {
        **DAMAGED,
        **{name: Tampered(Cause.HEADER_WRONG_NAME, ODD, None, headers=lines) for name, lines in MISNAMED.items()},
        "misnamed, and of a stranger": Tampered(
            Cause.HEADER_WRONG_NAME, ODD, None, headers=((b"X-Cronofy-Signature", STRANGE.encode()),)
        ),
        "misnamed, and hexadecimal": Tampered(
            Cause.HEADER_WRONG_NAME,
            ODD,
            None,
            headers=((b"X-Cronofy-Hmac", b64decode(digest(ODD, SECRET.value)).hex().encode()),),
        ),
        "missing": Tampered(Cause.HEADER_MISSING, ODD, None),
        "missing among others": Tampered(Cause.HEADER_MISSING, ODD, None, headers=((b"Host", b"x"), (b"A", b"b"))),
        "empty": Tampered(Cause.HEADER_EMPTY, ODD, ""),
        "a variable that is not set": Tampered(Cause.HEADER_EMPTY, ODD, "undefined"),
        "redacted": Tampered(Cause.HEADER_REDACTED, ODD, "[FILTERED]"),
        "a word": Tampered(Cause.HEADER_NOT_A_DIGEST, ODD, "wrong-hmac"),
    },
    "doubt": {
        **{name: Tampered(cause, body, STRANGE, headers=lines) for name, (cause, body, lines) in STRUCTURAL.items()},
        "unknown": Tampered(Cause.UNKNOWN, CHANGE, STRANGE),
        "unknown, two secrets": Tampered(Cause.UNKNOWN, CHANGE, STRANGE, (SECRET, OTHER)),
    },
}


@pytest.mark.parametrize("group", EXAMPLES)
def test_every_word(group: str) -> None:
    """Message, hint and document of each example are those that are kept."""
    blocks = [block(name, tampered) for name, tampered in EXAMPLES[group].items()]

    check_golden(f"verify-{group}.txt", "\n".join(blocks).encode())


def block(name: str, tampered: Tampered) -> str:
    """Return what is said of an example."""
    finding = tampered.examined()
    state = judge(tampered.header, tampered.body, tampered.secrets).state
    said = error_for_people(mismatch(state, finding), color=False)
    return f"{name}\n{said}\n{VerifyDocument.of(state, finding).encode().decode()}\n"


def test_every_cause_is_among_the_examples() -> None:
    """No cause is left out but the one for which no secret is known."""
    found = {tampered.examined().cause for examples in EXAMPLES.values() for tampered in examples.values()}

    assert set(Cause) - found == {Cause.NO_SECRET_KNOWN}
