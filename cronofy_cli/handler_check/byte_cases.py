"""Cases about the bytes of a body: legal JSON in other layouts than the usual one, all correctly signed.

Cronofy signs the raw bytes (docs: /developers/push-notifications/authentication/) and documents no layout of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.samples import encode_body
from cronofy_cli.handler_check.case import AUTHENTICATION, Case, Expectation, Importance, Moment, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.sample_bodies import Body
    from cronofy_cli.handler_check.case import Workshop

_RAW_BYTES: Final = Reason(
    "the signature is over the bytes as they came; the same JSON printed again has other bytes",
    "the digest is made from parsed and printed JSON; take the raw body, before any parser",
    AUTHENTICATION,
)
_ENCODING: Final = Reason(
    "the body is UTF-8, and the signature is over its bytes",
    "the body is decoded as Latin-1 or ASCII before the digest is made",
    AUTHENTICATION,
)
_STRIPPED: Final = Reason(
    "white space around the JSON is signed too",
    "the body is stripped, or read line by line, before the digest is made",
    AUTHENTICATION,
)
_DUPLICATES: Final = Reason(
    "legal, though discouraged: the signature must be checked before a parser can fail on it",
    "a strict parser runs first",
    AUTHENTICATION,
)
_NUL: Final = Reason(
    "legal JSON that some databases do not store; better refused by the queue than by the handler",
    "the body goes into a PostgreSQL jsonb column before the answer",
    AUTHENTICATION,
)

_NAME: Final = "José 📅"
_NUMBERS: Final = '"notification":{"sequence":12345678901234567890123,"ratio":1.0,"scale":1E+2,"zero":-0,'
_NOTIFICATION: Final = '"notification":{'
_TYPE: Final = '"type":"change",'


def byte_cases(workshop: Workshop) -> Iterator[Case]:
    """Yield the cases about layouts, escapes and encodings."""
    for name, sent, reason, body in (*_layouts(workshop), *_contents(workshop)):
        yield _case(workshop, name, sent, Importance.MUST, reason, body)
    twice = _compact(workshop).replace(_TYPE, _TYPE * 2, 1)
    yield _case(workshop, "duplicate_keys", "with a key twice", Importance.SHOULD, _DUPLICATES, twice)
    nul = _compact(workshop).replace(_NOTIFICATION, _NOTIFICATION + '"note":"a\\u0000b",', 1)
    yield _case(workshop, "nul_escape", "with \\u0000 in a text", Importance.SHOULD, _NUL, nul)


_Variant = tuple[str, str, Reason, str]
"""Name, description, reason and body."""


def _layouts(workshop: Workshop) -> Iterator[_Variant]:
    body = workshop.change(Moment.BYTES)
    pretty = json.dumps(body, indent=2)
    yield "spaced", "with spaces after ':' and ','", _RAW_BYTES, json.dumps(body)
    yield "indented", "over several lines", _RAW_BYTES, pretty
    yield "crlf", "with CRLF line ends", _RAW_BYTES, pretty.replace("\n", "\r\n")
    yield "key_order", "with its keys in another order", _RAW_BYTES, _text(_reversed(body))
    yield "trailing_newline", "with a line break at its end", _STRIPPED, _text(body) + "\n"


def _contents(workshop: Workshop) -> Iterator[_Variant]:
    compact = _compact(workshop)
    named = workshop.change(Moment.BYTES, f"channel.callback_url={_with_query(workshop, f'user={_NAME}')}")
    html = workshop.change(Moment.BYTES, f"channel.callback_url={_with_query(workshop, 'a=1&b=<2>')}")
    escaped = json.dumps(named, separators=(",", ":"))
    yield "escaped_slash", "with '/' written as '\\/'", _RAW_BYTES, compact.replace("/", "\\/")
    yield "unicode_escape", "with letters written as \\u00e9", _RAW_BYTES, escaped
    yield "html_characters", "with & < > as they are", _RAW_BYTES, _text(html)
    yield (
        "numbers",
        "with numbers like 1.0, 1E+2 and one of 23 digits",
        _RAW_BYTES,
        compact.replace(_NOTIFICATION, _NUMBERS, 1),
    )
    yield "utf8", "with letters and an emoji in UTF-8", _ENCODING, _text(named)


def _compact(workshop: Workshop) -> str:
    return _text(workshop.change(Moment.BYTES))


def _text(body: Body) -> str:
    return encode_body(body).decode()


def _reversed(body: Body) -> Body:
    return {key: _reversed(value) if isinstance(value, dict) else value for key, value in reversed(body.items())}


def _with_query(workshop: Workshop, query: str) -> str:
    url = workshop.setting.callback_url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _case(workshop: Workshop, name: str, sent: str, importance: Importance, reason: Reason, body: str) -> Case:
    post = workshop.signed_bytes(body.encode())
    return Case(f"bytes.{name}", importance, f"a change {sent}", Expectation.ACCEPTED, reason, (post,))
