"""A request and its answer as `--verbose` shows them, without the secrets in them. Drawing them is output's job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK: Final = "***"

_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SECRET_NAMES: Final = rb"access_token|refresh_token|id_token|client_secret|code_verifier|code|password|link_token"
_IN_JSON: Final = re.compile(rb'("(?:' + _SECRET_NAMES + rb')"\s*:\s*")(?:[^"\\]|\\.)*')
_IN_FORM: Final = re.compile(rb"((?:^|[?&\s])(?:" + _SECRET_NAMES + rb")=)[^&\s]+")

HeaderLines = tuple[tuple[str, str], ...]
"""Header names and values in their order."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt at a request, and what came of it. Holds no secret."""

    method: str
    url: str
    request_headers: HeaderLines
    request_body: bytes
    elapsed_ms: float
    status: int | None = None
    answer_headers: HeaderLines = ()
    answer_body: bytes = b""
    failure: str | None = None
    """Why there was no answer."""


def mask_headers(headers: Iterable[tuple[str, str]]) -> HeaderLines:
    """Return headers with the values that are secrets masked; a scheme such as `Bearer` stays."""
    return tuple((name, _mask_value(value) if name.lower() in _SECRET_HEADERS else value) for name, value in headers)


def mask_text(text: str, *secrets: str) -> str:
    """Return an address or a message with every secret that is known, or named as one, masked."""
    return mask_body(text.encode("utf-8", "surrogateescape"), *secrets).decode("utf-8", "surrogateescape")


def mask_body(body: bytes, *secrets: str) -> bytes:
    """Return a JSON or form body with every secret that is known, or named as one, masked."""
    for secret in filter(None, secrets):
        body = body.replace(secret.encode(), MASK.encode())
    for pattern in (_IN_JSON, _IN_FORM):
        body = pattern.sub(rb"\g<1>" + MASK.encode(), body)
    return body


def _mask_value(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.isalpha() else MASK
