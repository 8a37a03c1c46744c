"""Requests as Cronofy would send them, and what is done to them: the material of the diagnosis' tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy import examine
from cronofy_cli.core.signature import ClientSecret, digest
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.autopsy import Cause, Finding
    from cronofy_cli.core.notifications.deliveries import Headers

SECRET = ClientSecret("production", "CRN_NggYusqPGLxwjw5FHOJYOqSrTPNXy8WQf14OID")
OTHER = ClientSecret("staging", "CRN_nGlYDFXwfSXgB9rvGNBJyfE454GGPtWIbNuPwr")
REMOVED = ClientSecret("rotated out", "CRN_0Ld1s0utofuse8RmTNpXw5FHOJYOqSrTPNXy8W")
STRANGER = "CRN_n0b0dyKn0wsTh1sS3cr3t"

_EXAMPLES = json.loads((REPOSITORY / "tests/data/notification-examples.json").read_text(encoding="utf-8"))


def published(kind: str) -> bytes:
    """Return the first published notification of a type, compact as Cronofy sends it."""
    body = next(example["body"] for example in _EXAMPLES if example["type"] == kind)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


CHANGE = published("change")
MEETING = published("scheduling_request_time_chosen")
ACCENTED = CHANGE.replace(b"user_id=42", "user_id=José&city=Zürich".encode())
ESCAPED = ACCENTED.replace("é".encode(), b"\\u00e9").replace("ü".encode(), b"\\u00fc")
SLASHED = CHANGE.replace(b"/", b"\\/")
AMPERSAND = CHANGE.replace(b"user_id=42", b"user_id=abc123&secret=")
ODD = (
    b'{ "notification" :{"type":  "change","changes_since":"2026-04-19T09:24:16Z"}\t,"channel":{"channel_id":"chn_1"} }'
)
DUPLICATED = b'{"notification":{"type":"old","type":"change"},"channel":{"channel_id":"chn_1","ratio":1.50}}'
INDENTED = json.dumps(json.loads(CHANGE), indent=2).encode()


@dataclass(frozen=True, slots=True)
class Tampered:
    """A request after something happened to it, and the cause that must be named."""

    expected: Cause
    body: bytes
    """As it is at hand."""
    header: str | None
    secrets: Sequence[ClientSecret] = (SECRET,)
    headers: Headers = ()

    def examined(self) -> Finding:
        """Return what the diagnosis says."""
        return examine(
            self.header,
            self.body,
            self.secrets,
            headers=self.headers,
            other_secrets=(OTHER,),
            removed_secrets=(REMOVED,),
        )


def altered(expected: Cause, signed: bytes, at_hand: bytes, *headers: tuple[bytes, bytes]) -> Tampered:
    """Return a request whose body was altered after it was signed."""
    return Tampered(expected, at_hand, digest(signed, SECRET.value), headers=headers)


def reprinted(body: bytes, **how: object) -> bytes:
    """Parse a body and print it again, as a handler or a relay does."""
    return json.dumps(json.loads(body), **how).encode()  # type: ignore[arg-type]
