"""Cronofy's published signatures and notifications, and those computed from its documentation: the files in `data/`."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Vector:
    """A body, a header, a client secret, and whether they belong together."""

    name: str
    secret: str
    body: bytes
    header: str | None
    """None: the header is not there."""
    valid: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A notification as Cronofy sends it."""

    name: str
    document: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The document as it comes over the wire."""
        return json.dumps(self.document, ensure_ascii=False).encode()

    @property
    def type(self) -> str | None:
        """The notification's type, if it has one."""
        found: str | None = self.document.get("notification", {}).get("type")
        return found


VECTORS = [
    Vector(each["name"], each["secret"], base64.b64decode(each["body_base64"]), each["header"], each["valid"])
    for each in json.loads((DATA / "hmac-vectors.json").read_bytes())
]

EXAMPLES = [
    Example(f"{number}-{each['type']}", each["body"])
    for number, each in enumerate(json.loads((DATA / "notification-examples.json").read_bytes()), 1)
]
