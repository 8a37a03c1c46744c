"""Keys that may have signed: the client secrets, and what a misread setting makes of them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cronofy_cli.core.autopsy.causes import Cause, Step
from cronofy_cli.core.signature import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.core.signature import ClientSecret

_NAME = re.compile(r"(?:export\s+)?[A-Za-z_]\w*\s*[=:]\s*(?=\S)")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_AROUND = " \t\r\n\v\f\0\ufeff\u00a0"
_QUOTES = "\"'`“”‘’"
_SECRET_PREFIX = "CRN_"  # noqa: S105 - how Cronofy's client secrets begin
_UNSET = ("", "undefined", "null", "None", "nil")


@dataclass(frozen=True, slots=True)
class Key:
    """The bytes of a key, and how it differs from the secret that it comes from."""

    label: str | None
    """None for a key that comes from no secret."""
    value: bytes = field(repr=False)
    steps: tuple[Step, ...] = ()


def exact_keys(secrets: Sequence[ClientSecret], *steps: Step) -> list[Key]:
    """Return the client secrets' text as keys, as Cronofy uses it."""
    return [Key(secret.label, key_of(secret.value), steps) for secret in secrets]


def misread_keys(secrets: Sequence[ClientSecret]) -> Iterator[Key]:
    """Yield what the client secrets become where they are configured or read wrongly, then keys that are none."""
    for secret in secrets:
        known = {key_of(secret.value), b""}
        for value, cause, words in _misreadings(secret.value):
            if value not in known:
                known.add(value)
                yield Key(secret.label, value, (Step(cause, words),))
    for text in _UNSET:
        shown = f"the text '{text}'" if text else "nothing"
        yield Key(None, key_of(text), (Step(Cause.SIGNED_WITHOUT_SECRET, f"using {shown} for the key"),))


def _misreadings(secret: str) -> Iterator[tuple[bytes, Cause, str]]:
    for text, cause, words in _respelled(secret):
        yield key_of(text), cause, words
    yield from _decoded(secret)


def _respelled(secret: str) -> Iterator[tuple[str, Cause, str]]:
    bare = secret.strip(_AROUND)
    yield bare, Cause.SECRET_WITH_WHITESPACE, "leaving out the white space around the secret"
    for tail in ("\n", "\r\n", " "):
        yield secret + tail, Cause.SECRET_WITH_WHITESPACE, f"adding {tail!r} to the secret"
    yield bare.strip(_QUOTES), Cause.SECRET_WITH_QUOTES, "leaving out the quotes around the secret"
    for quote in "\"'":
        yield f"{quote}{secret}{quote}", Cause.SECRET_WITH_QUOTES, f"putting the secret in {quote} quotes"
    if name := _NAME.match(bare):
        value = bare[name.end() :].strip(_AROUND + _QUOTES)
        yield value, Cause.SECRET_WITH_NAME, "leaving out the variable's name in the secret"
    for part in re.split(r"[,;\s]+", bare):
        yield part.strip(_QUOTES), Cause.SECRET_LIST_AS_ONE, "taking one part of the secret"
    yield unquote(bare), Cause.SECRET_URL_ENCODED, "percent-decoding the secret"
    for cased in (bare.lower(), bare.upper()):
        yield cased, Cause.SECRET_CASE_CHANGED, "changing the case of the secret's letters"
    yield bare.removeprefix(_SECRET_PREFIX), Cause.SECRET_PREFIX_LOST, "leaving out the secret's prefix"
    yield _SECRET_PREFIX + bare, Cause.SECRET_PREFIX_LOST, f"putting {_SECRET_PREFIX} in front of the secret"


def _decoded(secret: str) -> Iterator[tuple[bytes, Cause, str]]:
    bare = secret.strip(_AROUND)
    base64 = Cause.SECRET_AS_BASE64_KEY
    try:
        key = b64decode(bare.translate(str.maketrans("-_", "+/")) + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        key = b""
    for value in (key, key.strip()):
        yield value, base64, "decoding the secret from base64"
    yield b64encode(key_of(bare)), base64, "encoding the secret in base64"
    if _HEX.fullmatch(bare):
        yield bytes.fromhex(bare), Cause.SECRET_AS_HEX_KEY, "decoding the secret from hexadecimal"
    yield key_of(bare).hex().encode(), Cause.SECRET_AS_HEX_KEY, "encoding the secret in hexadecimal"
