"""What may have been signed, or computed, instead of an HMAC-SHA256 over the body."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.byte_forms import BodyForm
from cronofy_cli.core.autopsy.causes import Cause, Step
from cronofy_cli.core.autopsy.header_readings import DIGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.autopsy.keys import Key

_OTHER_ALGORITHMS = {
    "md5": Cause.DIGEST_MD5,
    "sha1": Cause.DIGEST_SHA1,
    "sha384": Cause.DIGEST_SHA384,
    "sha512": Cause.DIGEST_SHA512,
}


def other_messages(body: bytes) -> Iterator[BodyForm]:
    """Yield other texts that may have been signed in the body's place."""
    form = BodyForm(body)
    if body:
        yield form.then(b"", Cause.SIGNED_OVER_EMPTY, "taking no bytes at all")
    encoded = Cause.SIGNED_OVER_ENCODED
    yield form.then(body.hex().encode(), encoded, "writing it in hexadecimal")
    yield form.then(b64encode(body), encoded, "writing it in base64")
    text = body.decode("utf-8", "replace")
    for ascii_only in (False, True):
        string = json.dumps(text, ensure_ascii=ascii_only).encode()
        yield form.then(string, encoded, "writing it as a JSON string")
    yield form.then(b"[object Object]", encoded, "taking JavaScript's text for any object, '[object Object]'")
    yield from _parts(form, text)


def _parts(form: BodyForm, text: str) -> Iterator[BodyForm]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    cause = Cause.SIGNED_OVER_URL_OR_PART
    for name in ("notification", "channel", "event", "smart_invite"):
        part = document.get(name) if isinstance(document, dict) else None
        if isinstance(part, dict):
            compact = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            yield form.then(compact, cause, f"taking its {name} alone, as compact JSON")
            url = part.get("callback_url")
            if isinstance(url, str):
                address = url.encode("utf-8", "surrogatepass")
                yield form.then(address, cause, "taking the callback URL")
                yield form.then(address + form.body, cause, "putting the callback URL in front of it")
                yield form.then(form.body + address, cause, "putting the callback URL after it")


def other_digests(body: bytes, key: Key, lengths: frozenset[int]) -> Iterator[tuple[bytes, Step]]:
    """Yield digests of the body made in another way, as far as the header holds digests of their length."""
    for name, cause in _OTHER_ALGORITHMS.items():
        if DIGEST_BYTES[name] in lengths:
            yield hmac.digest(key.value, body, name), Step(cause, f"computing an HMAC with {name}")
    if DIGEST_BYTES["sha256"] not in lengths:
        return
    plain = Cause.DIGEST_WITHOUT_KEY
    yield sha256(body).digest(), Step(plain, "computing a plain SHA-256 of it")
    yield sha256(key.value + body).digest(), Step(plain, "computing a plain SHA-256 of the secret and it")
    yield sha256(body + key.value).digest(), Step(plain, "computing a plain SHA-256 of it and the secret")
    swapped = hmac.digest(body, key.value, "sha256")
    yield swapped, Step(Cause.DIGEST_ARGUMENTS_SWAPPED, "swapping key and message")
