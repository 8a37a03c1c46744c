"""For every cause a sentence that explains it, and a hint how to fix it.

A hint of None means: check the raw body, and `frameworks` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.autopsy.frameworks import raw_body_hint
from cronofy_cli.core.signature import HEADER

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers


class Explanation(NamedTuple):
    """What happened, and how to fix it."""

    explanation: str
    hint: str | None = None


_STANDARD_BASE64 = "Compare with the standard base64 of the digest's 32 bytes, padding included."
_PASS_HEADER_ON = f"Pass {HEADER} on exactly as it was received."
_CLEAN_SECRET = "Configure the client secret exactly as Cronofy's dashboard shows it, with nothing around it."  # noqa: S105 - a sentence
_KEY_IS_TEXT = "Use the text of the client secret, as UTF-8, as the key, without decoding it first."
_USE_SHA256 = "Use HMAC-SHA256 with the client secret as the key."
_KEEP_BYTES = "Keep the body as bytes: do not decode it to text and encode it again before checking."
_SAVE_BYTES = "Save and pass on the body byte for byte: editors, echo and here-documents change how it ends."

_GENERAL = {
    Cause.VALID: Explanation(
        "The signature is valid: these bytes were signed with a known client secret.",
        "Nothing needs fixing here. A handler that refuses this request must check these raw bytes, and compare each "
        "digest of the comma-separated header.",
    ),
    Cause.UNKNOWN: Explanation(
        "The signature matches nothing that could be tested.",
        "Compare the client secret with that of the channel's application in Cronofy's dashboard, and check a body "
        "that was saved byte for byte.",
    ),
    Cause.NO_SECRET_KNOWN: Explanation(
        "No client secret is known, so no digest could be computed.",
        "Give the client secret of the application that the channel belongs to.",
    ),
}

_HEADER = {
    Cause.HEADER_MISSING: Explanation(
        f"The request has no {HEADER} header.",
        "Check that the request came from Cronofy, and that no proxy drops headers that it does not know.",
    ),
    Cause.HEADER_EMPTY: Explanation(
        f"The {HEADER} header is there but holds no digest.",
        "Copy the value as it was received; a script that sends it may use a variable that is not set.",
    ),
    Cause.HEADER_REDACTED: Explanation(
        f"The {HEADER} header's value was replaced by a placeholder.",
        "Take the value from the request itself: this copy comes from a log or an export that hides secrets.",
    ),
    Cause.HEADER_WRONG_NAME: Explanation(
        f"The signature is in a header that is not named {HEADER}.",
        f"Send or read it as {HEADER}; CGI-style environments show that header as HTTP_CRONOFY_HMAC_SHA256.",
    ),
    Cause.HEADER_HEX: Explanation("The digest in the header is right but written in hexadecimal.", _STANDARD_BASE64),
    Cause.HEADER_BASE64URL: Explanation(
        "The digest in the header is right but written in the URL-safe base64 alphabet.", _STANDARD_BASE64
    ),
    Cause.HEADER_MISSING_PADDING: Explanation(
        "The digest in the header is right but its base64 lacks the '=' at the end.", _STANDARD_BASE64
    ),
    Cause.HEADER_NOT_CANONICAL: Explanation(
        "The header decodes to the right digest but is not its standard base64 spelling.", _PASS_HEADER_ON
    ),
    Cause.HEADER_PREFIXED: Explanation(
        "The digest in the header is right but other text stands in front of it.",
        "Use the bare digest: Cronofy's header has no prefix such as 'sha256='.",
    ),
    Cause.HEADER_QUOTED: Explanation("The digest in the header is right but stands in quotes.", _PASS_HEADER_ON),
    Cause.HEADER_LIST_AS_WHOLE: Explanation(
        "The right digest is in the header, inside a list that is not separated by commas alone.",
        "Split the header on commas, trim each part, and accept the request if any part equals the expected digest.",
    ),
    Cause.HEADER_URL_ENCODED: Explanation("The header's value was percent-encoded.", _PASS_HEADER_ON),
    Cause.HEADER_PLUS_LOST: Explanation(
        "Each '+' in the header became a space, as decoding a form or a URL does.", _PASS_HEADER_ON
    ),
    Cause.HEADER_DOUBLE_BASE64: Explanation(
        "The digest in the header is right but was encoded in base64 twice.", _STANDARD_BASE64
    ),
    Cause.HEADER_BASE64_OF_HEX: Explanation(
        "The header is the base64 of the digest's hexadecimal text instead of its bytes.",
        "Encode the digest's bytes: in PHP that is hash_hmac(…, true), elsewhere digest() rather than hexdigest().",
    ),
    Cause.HEADER_CASE_CHANGED: Explanation(
        "The header's letters were all made lower or upper case; base64 is case-sensitive.", _PASS_HEADER_ON
    ),
    Cause.HEADER_TRUNCATED: Explanation("The header holds only the beginning of the right digest.", _PASS_HEADER_ON),
    Cause.HEADER_NOT_A_DIGEST: Explanation(
        "No SHA-256 digest can be read from the header's value.",
        "Copy the value as it was received: 44 characters of base64 for each client secret, separated by commas.",
    ),
    Cause.DIGEST_MD5: Explanation("The header is an HMAC-MD5 of the body, not an HMAC-SHA256.", _USE_SHA256),
    Cause.DIGEST_SHA1: Explanation("The header is an HMAC-SHA1 of the body, not an HMAC-SHA256.", _USE_SHA256),
    Cause.DIGEST_SHA384: Explanation("The header is an HMAC-SHA384 of the body, not an HMAC-SHA256.", _USE_SHA256),
    Cause.DIGEST_SHA512: Explanation("The header is an HMAC-SHA512 of the body, not an HMAC-SHA256.", _USE_SHA256),
    Cause.DIGEST_WITHOUT_KEY: Explanation("The header is a plain SHA-256 hash, not an HMAC.", _USE_SHA256),
    Cause.DIGEST_ARGUMENTS_SWAPPED: Explanation(
        "The HMAC was computed with the body as the key and the client secret as the message.",
        "Swap the two: the client secret is the key, the raw body is the message.",
    ),
}

_SECRET = {
    Cause.OTHER_CONTEXT_SECRET: Explanation(
        "The body was signed with the client secret of another context.",
        "Use that context, or register the channel with the application whose client secret is configured.",
    ),
    Cause.REMOVED_SECRET: Explanation(
        "The body was signed with a client secret that was removed here.",
        "Add that client secret again, and keep it until Cronofy no longer signs with it.",
    ),
    Cause.SECRET_WITH_WHITESPACE: Explanation(
        "The configured client secret and the one that signed differ by white space or a newline around them.",
        _CLEAN_SECRET,
    ),
    Cause.SECRET_WITH_QUOTES: Explanation(
        "The configured client secret and the one that signed differ by quotes around them.", _CLEAN_SECRET
    ),
    Cause.SECRET_WITH_NAME: Explanation(
        "The configured client secret still has its variable's name in front.", _CLEAN_SECRET
    ),
    Cause.SECRET_LIST_AS_ONE: Explanation(
        "Several client secrets are configured as if they were one.", "Configure each client secret on its own."
    ),
    Cause.SECRET_CASE_CHANGED: Explanation(
        "The configured client secret and the one that signed differ in upper and lower case.", _CLEAN_SECRET
    ),
    Cause.SECRET_PREFIX_LOST: Explanation(
        "The configured client secret and the one that signed differ by the prefix 'CRN_'.", _CLEAN_SECRET
    ),
    Cause.SECRET_URL_ENCODED: Explanation("The configured client secret is percent-encoded.", _CLEAN_SECRET),
    Cause.SECRET_AS_BASE64_KEY: Explanation(
        "The key that signed is the configured client secret decoded from, or encoded in, base64.", _KEY_IS_TEXT
    ),
    Cause.SECRET_AS_HEX_KEY: Explanation(
        "The key that signed is the configured client secret decoded from, or encoded in, hexadecimal.", _KEY_IS_TEXT
    ),
    Cause.SIGNED_WITHOUT_SECRET: Explanation(
        "The signature was made with no client secret at all, or with the text of an unset variable.",
        "Set the client secret where the signature is made; Cronofy never signs like this.",
    ),
}

_BODY = {
    Cause.BODY_EMPTY: Explanation(
        "The body is empty: something read it before, or it was not saved.",
        "Read the raw body once, keep it, and check that copy.",
    ),
    Cause.BODY_RESERIALIZED_COMPACT: Explanation("The body was parsed and printed again as compact JSON."),
    Cause.BODY_RESERIALIZED_SPACED: Explanation(
        "The body was parsed and printed again with a space after each comma and colon."
    ),
    Cause.BODY_RESERIALIZED_INDENTED: Explanation("The body was parsed and printed again as indented JSON."),
    Cause.BODY_KEYS_SORTED: Explanation("The body was parsed and printed again with its keys sorted."),
    Cause.BODY_KEYS_REORDERED: Explanation("The body was parsed and printed again with its keys in another order."),
    Cause.BODY_UNICODE_ESCAPED: Explanation(
        "The body was parsed and printed again: characters that were sent as they are became \\u escapes."
    ),
    Cause.BODY_UNICODE_UNESCAPED: Explanation(
        "The body was parsed and printed again: characters that were sent as \\u escapes were written out."
    ),
    Cause.BODY_ESCAPE_CASE_CHANGED: Explanation(
        "The body was parsed and printed again: the letters in its \\u escapes changed between upper and lower case."
    ),
    Cause.BODY_HTML_ESCAPED: Explanation(
        "The body was parsed and printed again: '&', '<' or '>' became a \\u escape, as Go and Rails print them."
    ),
    Cause.BODY_HTML_UNESCAPED: Explanation(
        "The body was parsed and printed again: '&', '<' or '>' were sent as \\u escapes and were written out."
    ),
    Cause.BODY_SLASHES_ESCAPED: Explanation(
        "The body was parsed and printed again: '/' became '\\/', as PHP prints it."
    ),
    Cause.BODY_SLASHES_UNESCAPED: Explanation("The body was parsed and printed again: '\\/' became '/'."),
    Cause.BODY_NUMBERS_CHANGED: Explanation(
        "The body was parsed and printed again: a number is spelled differently, such as 1 for 1.0."
    ),
    Cause.BODY_NEWLINE_ADDED: Explanation("A newline was added at the end of the body.", _SAVE_BYTES),
    Cause.BODY_NEWLINE_LOST: Explanation("The newline at the end of the body was lost.", _SAVE_BYTES),
    Cause.BODY_WHITESPACE_ADDED: Explanation("White space was added around the body.", _SAVE_BYTES),
    Cause.BODY_NUL_PADDED: Explanation(
        "The body is followed by NUL bytes: a buffer was checked beyond what was read into it.",
        "Check only as many bytes as Content-Length says.",
    ),
    Cause.BODY_CRLF_ADDED: Explanation("Line ends in the body changed from LF to CRLF.", _KEEP_BYTES),
    Cause.BODY_CRLF_LOST: Explanation("Line ends in the body changed from CRLF to LF.", _KEEP_BYTES),
    Cause.BODY_BOM_ADDED: Explanation("A byte order mark was added in front of the body.", _KEEP_BYTES),
    Cause.BODY_BOM_LOST: Explanation("The byte order mark in front of the body was lost.", _KEEP_BYTES),
    Cause.BODY_LATIN1: Explanation("The body was encoded again, in Latin-1 instead of UTF-8.", _KEEP_BYTES),
    Cause.BODY_UTF16: Explanation("The body was encoded again, in UTF-16 instead of UTF-8.", _KEEP_BYTES),
    Cause.BODY_DOUBLE_ENCODED_UTF8: Explanation(
        "The body's UTF-8 was read as Latin-1 and encoded in UTF-8 a second time.", _KEEP_BYTES
    ),
    Cause.BODY_UNICODE_NORMALIZED: Explanation(
        "Accented letters in the body were composed or taken apart (Unicode normalization).", _KEEP_BYTES
    ),
    Cause.BODY_TRUNCATED: Explanation(
        "The body was cut short.", "Read until Content-Length is reached, and look for a size limit on the way."
    ),
    Cause.BODY_EXTENDED: Explanation(
        "Bytes were added after the body that was sent.", "Check only as many bytes as Content-Length says."
    ),
    Cause.BODY_LENGTH_CHANGED: Explanation(
        "The body is not as long as Content-Length says: it was changed on the way."
    ),
    Cause.BODY_STILL_COMPRESSED: Explanation(
        "The body is still compressed; the signature is over the plain bytes.",
        "Undo the Content-Encoding first, then check the resulting bytes.",
    ),
    Cause.BODY_DECOMPRESSED: Explanation(
        "Content-Encoding says that the body is compressed, and it is not: it was decompressed on the way.",
        "Check the bytes as they arrive, before anything decompresses them.",
    ),
    Cause.BODY_STILL_BASE64: Explanation(
        "The body is still in base64, as gateways such as AWS API Gateway hand it over.",
        "Decode the base64 (in AWS Lambda: if isBase64Encoded) and check the resulting bytes.",
    ),
    Cause.BODY_JSON_STRING: Explanation("The body was wrapped into a JSON string: it was encoded as JSON twice."),
    Cause.BODY_HTML_ENTITIES: Explanation(
        "The body went through HTML: characters such as '\"' became entities.",
        "Save the raw body rather than copying it from a page.",
    ),
    Cause.BODY_FORM_ENCODED: Explanation(
        "The body was sent on as a form field instead of as JSON.",
        "Pass the body on byte for byte, with its Content-Type application/json (curl: --data-binary @file).",
    ),
    Cause.BODY_URL_ENCODED: Explanation("The body was percent-encoded.", _KEEP_BYTES),
    Cause.BODY_URL_DECODED: Explanation(
        "The body was URL-decoded: characters such as '+' became spaces.",
        "Do not decode the body: it is JSON, not a form.",
    ),
    Cause.BODY_WHOLE_REQUEST: Explanation(
        "The body given is a whole HTTP request with its head; only the part after the empty line is signed.",
        "Check the part after the empty line (cronofy verify --request FILE does that).",
    ),
    Cause.SIGNED_OVER_RESERIALIZED: Explanation(
        "The signature is over this JSON printed again, not over these bytes.",
    ),
    Cause.SIGNED_OVER_LATIN1: Explanation(
        "The signature is over this text in Latin-1, or read as Latin-1, not over its UTF-8 bytes.", _KEEP_BYTES
    ),
    Cause.SIGNED_OVER_EMPTY: Explanation(
        "The signature is over an empty body: where it was made, the body had been read already.",
        "Read the raw body once, keep it, and sign or check that copy.",
    ),
    Cause.SIGNED_OVER_ENCODED: Explanation(
        "The signature is over the hexadecimal, base64 or JSON-string text of the body, not over the body."
    ),
    Cause.SIGNED_OVER_URL_OR_PART: Explanation(
        "The signature is over the callback URL or a part of the body, not over the whole body and only that."
    ),
}

EXPLANATIONS = {**_GENERAL, **_HEADER, **_SECRET, **_BODY}
"""Every cause's sentences."""


def explain(cause: Cause, headers: Headers) -> tuple[str, str]:
    """Return the explanation of a cause and its hint, which depends on the framework that the headers name."""
    known = EXPLANATIONS[cause]
    return known.explanation, known.hint or raw_body_hint(headers)
