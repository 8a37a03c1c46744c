"""The causes of a failed signature, and what an examination answers. Their sentences are in `explanations`."""

# ruff: noqa: S105 - names of causes, no passwords

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Family(StrEnum):
    """What kind of cause it is. An API: `cause` in JSON.

    A `body_…` family says what happened to the body at hand since it was signed; `signed_over_other_bytes` says that
    the bytes at hand look untouched and the signature was made over something else.
    """

    VALID = "valid"
    UNKNOWN = "unknown"
    NO_SECRET_KNOWN = "no_secret_known"
    HEADER_MISSING = "header_missing"
    HEADER_WRONG_NAME = "header_wrong_name"
    HEADER_REDACTED = "header_redacted"
    HEADER_NOT_A_DIGEST = "header_not_a_digest"
    HEADER_ENCODING = "header_encoding"
    """The right digest, written in another encoding."""
    HEADER_ALTERED = "header_altered"
    """The right digest, with other text around it or changed on the way."""
    WRONG_ALGORITHM = "wrong_algorithm"
    OTHER_CONTEXT_SECRET = "other_context_secret"
    REMOVED_SECRET = "removed_secret"
    SECRET_MISCONFIGURED = "secret_misconfigured"
    SECRET_DECODED = "secret_decoded"
    SIGNED_WITHOUT_SECRET = "signed_without_secret"
    BODY_EMPTY = "body_empty"
    BODY_RESERIALIZED = "body_reserialized"
    BODY_WHITESPACE = "body_whitespace"
    BODY_LINE_ENDS = "body_line_ends"
    BODY_CHARSET = "body_charset"
    BODY_LENGTH = "body_length"
    BODY_COMPRESSION = "body_compression"
    BODY_ENCODING = "body_encoding"
    """The body is wrapped in another encoding, or one was undone."""
    BODY_WHOLE_REQUEST = "body_whole_request"
    SIGNED_OVER_OTHER_BYTES = "signed_over_other_bytes"


class Cause(Enum):
    """Why a signature failed: a family, and within it what happened exactly. An API: `cause` and `detail` in JSON."""

    VALID = (Family.VALID, None)
    UNKNOWN = (Family.UNKNOWN, None)
    NO_SECRET_KNOWN = (Family.NO_SECRET_KNOWN, None)

    HEADER_MISSING = (Family.HEADER_MISSING, None)
    HEADER_EMPTY = (Family.HEADER_MISSING, "empty")
    HEADER_WRONG_NAME = (Family.HEADER_WRONG_NAME, None)
    HEADER_REDACTED = (Family.HEADER_REDACTED, None)
    HEADER_NOT_A_DIGEST = (Family.HEADER_NOT_A_DIGEST, None)
    HEADER_HEX = (Family.HEADER_ENCODING, "hex")
    HEADER_BASE64URL = (Family.HEADER_ENCODING, "base64url")
    HEADER_MISSING_PADDING = (Family.HEADER_ENCODING, "padding_lost")
    HEADER_NOT_CANONICAL = (Family.HEADER_ENCODING, "not_canonical")
    HEADER_DOUBLE_BASE64 = (Family.HEADER_ENCODING, "base64_twice")
    HEADER_BASE64_OF_HEX = (Family.HEADER_ENCODING, "base64_of_hex")
    HEADER_PREFIXED = (Family.HEADER_ALTERED, "prefix_added")
    HEADER_QUOTED = (Family.HEADER_ALTERED, "quotes_added")
    HEADER_LIST_AS_WHOLE = (Family.HEADER_ALTERED, "list_separators")
    HEADER_URL_ENCODED = (Family.HEADER_ALTERED, "url_encoded")
    HEADER_PLUS_LOST = (Family.HEADER_ALTERED, "plus_lost")
    HEADER_CASE_CHANGED = (Family.HEADER_ALTERED, "case_changed")
    HEADER_TRUNCATED = (Family.HEADER_ALTERED, "truncated")

    DIGEST_MD5 = (Family.WRONG_ALGORITHM, "hmac_md5")
    DIGEST_SHA1 = (Family.WRONG_ALGORITHM, "hmac_sha1")
    DIGEST_SHA384 = (Family.WRONG_ALGORITHM, "hmac_sha384")
    DIGEST_SHA512 = (Family.WRONG_ALGORITHM, "hmac_sha512")
    DIGEST_WITHOUT_KEY = (Family.WRONG_ALGORITHM, "without_key")
    DIGEST_ARGUMENTS_SWAPPED = (Family.WRONG_ALGORITHM, "arguments_swapped")

    OTHER_CONTEXT_SECRET = (Family.OTHER_CONTEXT_SECRET, None)
    REMOVED_SECRET = (Family.REMOVED_SECRET, None)
    SECRET_WITH_WHITESPACE = (Family.SECRET_MISCONFIGURED, "whitespace")
    SECRET_WITH_QUOTES = (Family.SECRET_MISCONFIGURED, "quotes")
    SECRET_WITH_NAME = (Family.SECRET_MISCONFIGURED, "variable_name")
    SECRET_LIST_AS_ONE = (Family.SECRET_MISCONFIGURED, "list_as_one")
    SECRET_CASE_CHANGED = (Family.SECRET_MISCONFIGURED, "case_changed")
    SECRET_PREFIX_LOST = (Family.SECRET_MISCONFIGURED, "prefix_lost")
    SECRET_URL_ENCODED = (Family.SECRET_MISCONFIGURED, "url_encoded")
    SECRET_AS_BASE64_KEY = (Family.SECRET_DECODED, "base64")
    SECRET_AS_HEX_KEY = (Family.SECRET_DECODED, "hex")
    SIGNED_WITHOUT_SECRET = (Family.SIGNED_WITHOUT_SECRET, None)

    BODY_EMPTY = (Family.BODY_EMPTY, None)
    BODY_RESERIALIZED_COMPACT = (Family.BODY_RESERIALIZED, "compact")
    BODY_RESERIALIZED_SPACED = (Family.BODY_RESERIALIZED, "spaced")
    BODY_RESERIALIZED_INDENTED = (Family.BODY_RESERIALIZED, "indented")
    BODY_KEYS_SORTED = (Family.BODY_RESERIALIZED, "keys_sorted")
    BODY_KEYS_REORDERED = (Family.BODY_RESERIALIZED, "keys_reordered")
    BODY_UNICODE_ESCAPED = (Family.BODY_RESERIALIZED, "unicode_escaped")
    BODY_UNICODE_UNESCAPED = (Family.BODY_RESERIALIZED, "unicode_unescaped")
    BODY_ESCAPE_CASE_CHANGED = (Family.BODY_RESERIALIZED, "escape_case_changed")
    BODY_HTML_ESCAPED = (Family.BODY_RESERIALIZED, "html_escaped")
    BODY_HTML_UNESCAPED = (Family.BODY_RESERIALIZED, "html_unescaped")
    BODY_SLASHES_ESCAPED = (Family.BODY_RESERIALIZED, "slashes_escaped")
    BODY_SLASHES_UNESCAPED = (Family.BODY_RESERIALIZED, "slashes_unescaped")
    BODY_NUMBERS_CHANGED = (Family.BODY_RESERIALIZED, "numbers_changed")
    BODY_NEWLINE_ADDED = (Family.BODY_WHITESPACE, "newline_added")
    BODY_NEWLINE_LOST = (Family.BODY_WHITESPACE, "newline_lost")
    BODY_WHITESPACE_ADDED = (Family.BODY_WHITESPACE, "whitespace_added")
    BODY_CRLF_ADDED = (Family.BODY_LINE_ENDS, "crlf_added")
    BODY_CRLF_LOST = (Family.BODY_LINE_ENDS, "crlf_lost")
    BODY_BOM_ADDED = (Family.BODY_CHARSET, "bom_added")
    BODY_BOM_LOST = (Family.BODY_CHARSET, "bom_lost")
    BODY_LATIN1 = (Family.BODY_CHARSET, "latin1")
    BODY_UTF16 = (Family.BODY_CHARSET, "utf16")
    BODY_DOUBLE_ENCODED_UTF8 = (Family.BODY_CHARSET, "utf8_twice")
    BODY_UNICODE_NORMALIZED = (Family.BODY_CHARSET, "unicode_normalized")
    BODY_TRUNCATED = (Family.BODY_LENGTH, "truncated")
    BODY_EXTENDED = (Family.BODY_LENGTH, "extended")
    BODY_NUL_PADDED = (Family.BODY_LENGTH, "nul_padded")
    BODY_LENGTH_CHANGED = (Family.BODY_LENGTH, "not_content_length")
    BODY_STILL_COMPRESSED = (Family.BODY_COMPRESSION, "still_compressed")
    BODY_DECOMPRESSED = (Family.BODY_COMPRESSION, "decompressed")
    BODY_STILL_BASE64 = (Family.BODY_ENCODING, "base64")
    BODY_JSON_STRING = (Family.BODY_ENCODING, "json_string")
    BODY_HTML_ENTITIES = (Family.BODY_ENCODING, "html_entities")
    BODY_FORM_ENCODED = (Family.BODY_ENCODING, "form")
    BODY_URL_ENCODED = (Family.BODY_ENCODING, "url_encoded")
    BODY_URL_DECODED = (Family.BODY_ENCODING, "url_decoded")
    BODY_WHOLE_REQUEST = (Family.BODY_WHOLE_REQUEST, None)

    SIGNED_OVER_RESERIALIZED = (Family.SIGNED_OVER_OTHER_BYTES, "reserialized")
    SIGNED_OVER_LATIN1 = (Family.SIGNED_OVER_OTHER_BYTES, "latin1")
    SIGNED_OVER_EMPTY = (Family.SIGNED_OVER_OTHER_BYTES, "empty_body")
    SIGNED_OVER_ENCODED = (Family.SIGNED_OVER_OTHER_BYTES, "encoded_body")
    SIGNED_OVER_URL_OR_PART = (Family.SIGNED_OVER_OTHER_BYTES, "url_or_part")

    def __init__(self, family: Family, detail: str | None) -> None:
        self.family = family
        self.detail = detail


class Confidence(StrEnum):
    """How sure a finding is."""

    PROVEN = "proven"
    """A recomputed digest matches once the cause is undone, or the request itself lacks what is needed."""
    LIKELY = "likely"
    """The request's structure shows it, but no digest could be made to match."""
    NONE = "none"
    """Nothing was found."""


@dataclass(frozen=True, slots=True)
class Step:
    """One alteration that undoes a cause, in words that follow 'matches after'."""

    cause: Cause
    words: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an examination found."""

    cause: Cause
    explanation: str
    """One sentence."""
    hint: str
    """How to fix it, in one sentence, for the framework at hand if the headers name it."""
    evidence: tuple[str, ...]
    """Which alterations made a digest match and with which secret, or what was tried."""
    confidence: Confidence
    secret_label: str | None = None
    """The label of the secret that matched."""
    also: tuple[Cause, ...] = ()
    """Further causes that apply at the same time."""
