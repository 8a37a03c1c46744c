"""The rules that all documents share.

* A key is always there. One that is there in some documents alone is declared `T | UnsetType = UNSET`; null means that
  a value is known to be missing.
* Times are RFC 3339 text in UTC, durations are numbers in the unit that ends their key, closed sets are enums.
* Objects of Cronofy's API pass through as they were sent, as `msgspec.Raw`.
* Keys and codes are promised to scripts: each is in the table of `docs/vocabulary.md`.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import UNSET, Struct

if TYPE_CHECKING:
    from msgspec import UnsetType


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is printed as JSON, or a part of it.

    Only our own tests read documents back. Programs must expect that keys are added.
    """

    def encode(self) -> bytes:
        """Return the document as compact JSON."""
        try:
            return msgspec.json.encode(self)
        except UnicodeEncodeError:
            # A path or an argument that is not UTF-8: msgspec has no escape for what stands in place of its bytes.
            return json.dumps(msgspec.to_builtins(self)).encode()


class Line(Document, frozen=True, tag_field="kind"):
    """A line of what `listen` and `wait` print: its `kind` comes first, and says what the other keys are.

    A kind is given by `tag=`.
    """


class Content(NamedTuple):
    """Bytes as JSON can hold them: as text, or in base64 if they are not UTF-8. The other one is left out."""

    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET


def content_of(raw: bytes) -> Content:
    """Return bytes for a pair of keys, of which the second one's name ends in `_base64`."""
    try:
        return Content(text=raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Content(base64=base64.b64encode(raw).decode())
