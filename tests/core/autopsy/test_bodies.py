"""Bodies that were altered after they were signed: the alteration is named."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote_plus

import pytest

from cronofy_cli.core.autopsy import Cause, Confidence
from tests.core.autopsy.tampering import (
    ACCENTED,
    AMPERSAND,
    CHANGE,
    DUPLICATED,
    ESCAPED,
    INDENTED,
    MEETING,
    ODD,
    SECRET,
    SLASHED,
    altered,
    published,
    reprinted,
)

if TYPE_CHECKING:
    from tests.core.autopsy.tampering import Tampered

COMPACT = (",", ":")
BOM = b"\xef\xbb\xbf"
TIMED = published("smart_invite")
NUMBERED = MEETING.replace(b'"minutes":30', b'"minutes":30.0')

PRINTED_AGAIN = {
    "python's json.dumps": altered(Cause.BODY_RESERIALIZED_SPACED, CHANGE, reprinted(CHANGE)),
    "python, long body": altered(Cause.BODY_RESERIALIZED_SPACED, MEETING, reprinted(MEETING)),
    "python, accents": altered(Cause.BODY_RESERIALIZED_SPACED, ACCENTED, reprinted(ACCENTED)),
    "python, slashes": altered(Cause.BODY_RESERIALIZED_SPACED, SLASHED, reprinted(SLASHED)),
    "javascript of a spaced body": altered(
        Cause.BODY_RESERIALIZED_COMPACT, reprinted(CHANGE), reprinted(CHANGE, separators=COMPACT)
    ),
    "javascript of an indented body": altered(
        Cause.BODY_RESERIALIZED_COMPACT, INDENTED, reprinted(INDENTED, separators=COMPACT)
    ),
    "indent 2": altered(Cause.BODY_RESERIALIZED_INDENTED, CHANGE, INDENTED),
    "indent 4": altered(Cause.BODY_RESERIALIZED_INDENTED, CHANGE, reprinted(CHANGE, indent=4)),
    "indent tab": altered(Cause.BODY_RESERIALIZED_INDENTED, CHANGE, reprinted(CHANGE, indent="\t")),
    "indent 2 on Windows": altered(Cause.BODY_RESERIALIZED_INDENTED, CHANGE, INDENTED.replace(b"\n", b"\r\n")),
    "indent 2, accents, newline": altered(
        Cause.BODY_RESERIALIZED_INDENTED, ACCENTED, reprinted(ACCENTED, indent=2) + b"\n"
    ),
    "sorted": altered(Cause.BODY_KEYS_SORTED, CHANGE, reprinted(CHANGE, sort_keys=True, separators=COMPACT)),
    "sorted and spaced": altered(Cause.BODY_KEYS_SORTED, CHANGE, reprinted(CHANGE, sort_keys=True)),
    "sorted, long body": altered(Cause.BODY_KEYS_SORTED, TIMED, reprinted(TIMED, sort_keys=True)),
    "reversed keys": altered(
        Cause.BODY_KEYS_REORDERED,
        b'{"notification":{"type":"change"},"channel":{"channel_id":"chn_1","callback_url":"https:"}}',
        b'{"notification":{"type":"change"},"channel":{"callback_url":"https:","channel_id":"chn_1"}}',
    ),
    "escapes written out": altered(Cause.BODY_UNICODE_UNESCAPED, ESCAPED, ACCENTED),
    "characters escaped": altered(Cause.BODY_UNICODE_ESCAPED, ACCENTED, ESCAPED),
    "escapes in upper case": altered(
        Cause.BODY_ESCAPE_CASE_CHANGED, ESCAPED, ESCAPED.replace(b"\\u00e9", b"\\u00E9").replace(b"00fc", b"00FC")
    ),
    "ampersand escaped": altered(Cause.BODY_HTML_ESCAPED, AMPERSAND, AMPERSAND.replace(b"&", b"\\u0026")),
    "ampersand written out": altered(Cause.BODY_HTML_UNESCAPED, AMPERSAND.replace(b"&", b"\\u0026"), AMPERSAND),
    "slashes escaped": altered(Cause.BODY_SLASHES_ESCAPED, CHANGE, SLASHED),
    "slashes written out": altered(Cause.BODY_SLASHES_UNESCAPED, SLASHED, CHANGE),
    "php of an accented body": altered(
        Cause.BODY_UNICODE_ESCAPED, ACCENTED, reprinted(ACCENTED, separators=COMPACT).replace(b"/", b"\\/")
    ),
    "1 for 1.0": altered(Cause.BODY_NUMBERS_CHANGED, NUMBERED, MEETING),
    "1.0 for 1": altered(Cause.BODY_NUMBERS_CHANGED, MEETING, NUMBERED),
    "odd bytes, signed compact": altered(Cause.SIGNED_OVER_RESERIALIZED, reprinted(ODD, separators=COMPACT), ODD),
    "odd bytes, signed by python": altered(Cause.SIGNED_OVER_RESERIALIZED, reprinted(ODD), ODD),
    "duplicates, signed without": altered(
        Cause.SIGNED_OVER_RESERIALIZED, reprinted(DUPLICATED, separators=COMPACT), DUPLICATED
    ),
    "indented, and the newline lost": altered(
        Cause.BODY_RESERIALIZED_INDENTED, CHANGE + b"\n", reprinted(CHANGE, indent=2)
    ),
    "indented, a newline at both ends": altered(
        Cause.BODY_RESERIALIZED_INDENTED, CHANGE + b"\n", reprinted(CHANGE, indent=2) + b"\n"
    ),
    "indented, and a newline added": altered(
        Cause.BODY_RESERIALIZED_INDENTED, CHANGE, reprinted(CHANGE, indent=2) + b"\n"
    ),
    "signed sorted": altered(
        Cause.SIGNED_OVER_RESERIALIZED, reprinted(CHANGE, sort_keys=True, separators=COMPACT), CHANGE
    ),
}

BYTES_CHANGED = {
    "editor's newline": altered(Cause.BODY_NEWLINE_ADDED, CHANGE, CHANGE + b"\n"),
    "editor's newline, odd bytes": altered(Cause.BODY_NEWLINE_ADDED, ODD, ODD + b"\n"),
    "echo on Windows": altered(Cause.BODY_NEWLINE_ADDED, DUPLICATED, DUPLICATED + b"\r\n"),
    "newlines": altered(Cause.BODY_NEWLINE_ADDED, ESCAPED, ESCAPED + b"\n\n"),
    "shell's $(…)": altered(Cause.BODY_NEWLINE_LOST, CHANGE + b"\n", CHANGE),
    "CRLF lost at the end": altered(Cause.BODY_NEWLINE_LOST, ODD + b"\r\n", ODD),
    "spaces around": altered(Cause.BODY_WHITESPACE_ADDED, ODD, b"  " + ODD + b" "),
    "buffer too long": altered(Cause.BODY_NUL_PADDED, CHANGE, CHANGE + bytes(100)),
    "LF to CRLF": altered(Cause.BODY_CRLF_ADDED, INDENTED, INDENTED.replace(b"\n", b"\r\n")),
    "CRLF to LF": altered(Cause.BODY_CRLF_LOST, INDENTED.replace(b"\n", b"\r\n"), INDENTED),
    "BOM added": altered(Cause.BODY_BOM_ADDED, ODD, BOM + ODD),
    "BOM lost": altered(Cause.BODY_BOM_LOST, BOM + ODD, ODD),
    "Latin-1": altered(Cause.BODY_LATIN1, ACCENTED, ACCENTED.decode().encode("latin-1")),
    "Windows-1252": altered(Cause.BODY_LATIN1, "{“é”}".encode(), "{“é”}".encode("cp1252")),
    "signed in Latin-1": altered(Cause.SIGNED_OVER_LATIN1, ACCENTED.decode().encode("latin-1"), ACCENTED),
    "PowerShell's >": altered(Cause.BODY_UTF16, ACCENTED, (ACCENTED.decode() + "\r\n").encode("utf-16")),
    "mojibake": altered(Cause.BODY_DOUBLE_ENCODED_UTF8, ACCENTED, ACCENTED.decode("latin-1").encode()),
    "mojibake of Windows": altered(Cause.BODY_DOUBLE_ENCODED_UTF8, ACCENTED, ACCENTED.decode("cp1252").encode()),
    "accents taken apart": altered(
        Cause.BODY_UNICODE_NORMALIZED,
        ACCENTED,
        ACCENTED.replace("é".encode(), "e\u0301".encode()).replace("ü".encode(), "u\u0308".encode()),
    ),
}

WRAPPED = {
    "gzip": altered(Cause.BODY_STILL_COMPRESSED, ODD, gzip.compress(ODD), (b"Content-Encoding", b"gzip")),
    "deflate": altered(Cause.BODY_STILL_COMPRESSED, ODD, zlib.compress(ODD)),
    "raw deflate": altered(Cause.BODY_STILL_COMPRESSED, CHANGE, zlib.compress(CHANGE, wbits=-15)),
    "API gateway": altered(Cause.BODY_STILL_BASE64, ACCENTED, base64.b64encode(ACCENTED)),
    "API gateway, gzip": altered(Cause.BODY_STILL_BASE64, ODD, base64.b64encode(gzip.compress(ODD))),
    "JSON in a JSON string": altered(Cause.BODY_JSON_STRING, ODD, json.dumps(ODD.decode()).encode()),
    "HTML entities": altered(Cause.BODY_HTML_ENTITIES, CHANGE, html.escape(CHANGE.decode()).encode()),
    "form field": altered(Cause.BODY_FORM_ENCODED, ODD, b"payload=" + quote_plus(ODD).encode()),
    "curl -d's form": altered(Cause.BODY_FORM_ENCODED, CHANGE, quote_plus(CHANGE).encode() + b"="),
    "percent-encoded": altered(Cause.BODY_URL_ENCODED, ODD, quote(ODD).encode()),
    "URL-decoded": altered(Cause.BODY_URL_DECODED, TIMED, unquote_plus(TIMED.decode()).encode()),
    "whole request": altered(
        Cause.BODY_WHOLE_REQUEST, CHANGE, b"POST /hook HTTP/1.1\r\nHost: localhost\r\n\r\n" + CHANGE
    ),
    "last brackets cut": altered(Cause.BODY_TRUNCATED, CHANGE, CHANGE[:-2]),
    "appended": altered(Cause.BODY_EXTENDED, ODD, ODD + b"<!-- proxy -->", (b"content-length", str(len(ODD)).encode())),
}

SIGNED_OVER_ELSE = {
    "empty": altered(Cause.SIGNED_OVER_EMPTY, b"", CHANGE),
    "hexadecimal": altered(Cause.SIGNED_OVER_ENCODED, CHANGE.hex().encode(), CHANGE),
    "base64": altered(Cause.SIGNED_OVER_ENCODED, base64.b64encode(CHANGE), CHANGE),
    "JSON string": altered(Cause.SIGNED_OVER_ENCODED, json.dumps(CHANGE.decode()).encode(), CHANGE),
    "[object Object]": altered(Cause.SIGNED_OVER_ENCODED, b"[object Object]", CHANGE),
    "callback URL": altered(Cause.SIGNED_OVER_URL_OR_PART, b"https://example.com/cronofy?user_id=42", CHANGE),
    "URL and body": altered(Cause.SIGNED_OVER_URL_OR_PART, b"https://example.com/cronofy?user_id=42" + CHANGE, CHANGE),
    "notification alone": altered(
        Cause.SIGNED_OVER_URL_OR_PART, b'{"type":"change","changes_since":"2026-04-19T09:24:16Z"}', CHANGE
    ),
}

PROVEN = {**PRINTED_AGAIN, **BYTES_CHANGED, **WRAPPED, **SIGNED_OVER_ELSE}


@pytest.mark.parametrize("tampered", PROVEN.values(), ids=PROVEN.keys())
def test_altered_body(tampered: Tampered) -> None:
    """What happened to the body is named, proven by a digest that matches, with the secret that matched."""
    finding = tampered.examined()

    assert (finding.cause, finding.confidence) == (tampered.expected, Confidence.PROVEN)
    assert finding.secret_label == SECRET.label
    assert SECRET.label in finding.evidence[-1]
