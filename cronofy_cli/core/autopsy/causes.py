"""The causes of a failed signature, and what an examination answers. Their sentences are in `explanations`."""

# ruff: noqa: S105 - names of causes, no passwords

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a signature failed. An API: the values are shown with `--json`.

    A `body_…` cause says what happened to the body at hand since it was signed; `signed_over_…` says that the bytes at
    hand look untouched and the signature was made over something else.
    """

    VALID = "valid"
    UNKNOWN = "unknown"
    NO_SECRET_KNOWN = "no_secret_known"

    HEADER_MISSING = "header_missing"
    HEADER_EMPTY = "header_empty"
    HEADER_REDACTED = "header_redacted"
    HEADER_WRONG_NAME = "header_wrong_name"
    HEADER_HEX = "header_hex"
    HEADER_BASE64URL = "header_base64url"
    HEADER_MISSING_PADDING = "header_missing_padding"
    HEADER_NOT_CANONICAL = "header_not_canonical"
    HEADER_PREFIXED = "header_prefixed"
    HEADER_QUOTED = "header_quoted"
    HEADER_LIST_AS_WHOLE = "header_list_as_whole"
    HEADER_URL_ENCODED = "header_url_encoded"
    HEADER_PLUS_LOST = "header_plus_lost"
    HEADER_DOUBLE_BASE64 = "header_double_base64"
    HEADER_BASE64_OF_HEX = "header_base64_of_hex"
    HEADER_CASE_CHANGED = "header_case_changed"
    HEADER_TRUNCATED = "header_truncated"
    HEADER_NOT_A_DIGEST = "header_not_a_digest"

    DIGEST_MD5 = "digest_md5"
    DIGEST_SHA1 = "digest_sha1"
    DIGEST_SHA384 = "digest_sha384"
    DIGEST_SHA512 = "digest_sha512"
    DIGEST_WITHOUT_KEY = "digest_without_key"
    DIGEST_ARGUMENTS_SWAPPED = "digest_arguments_swapped"

    OTHER_CONTEXT_SECRET = "other_context_secret"
    REMOVED_SECRET = "removed_secret"
    SECRET_WITH_WHITESPACE = "secret_with_whitespace"
    SECRET_WITH_QUOTES = "secret_with_quotes"
    SECRET_WITH_NAME = "secret_with_name"
    SECRET_LIST_AS_ONE = "secret_list_as_one"
    SECRET_CASE_CHANGED = "secret_case_changed"
    SECRET_PREFIX_LOST = "secret_prefix_lost"
    SECRET_URL_ENCODED = "secret_url_encoded"
    SECRET_AS_BASE64_KEY = "secret_as_base64_key"
    SECRET_AS_HEX_KEY = "secret_as_hex_key"
    SIGNED_WITHOUT_SECRET = "signed_without_secret"

    BODY_EMPTY = "empty_body"
    BODY_RESERIALIZED_COMPACT = "body_reserialized_compact"
    BODY_RESERIALIZED_SPACED = "body_reserialized_spaced"
    BODY_RESERIALIZED_INDENTED = "body_reserialized_indented"
    BODY_KEYS_SORTED = "body_keys_sorted"
    BODY_KEYS_REORDERED = "body_keys_reordered"
    BODY_UNICODE_ESCAPED = "body_unicode_escaped"
    BODY_UNICODE_UNESCAPED = "body_unicode_unescaped"
    BODY_ESCAPE_CASE_CHANGED = "body_escape_case_changed"
    BODY_HTML_ESCAPED = "body_html_escaped"
    BODY_HTML_UNESCAPED = "body_html_unescaped"
    BODY_SLASHES_ESCAPED = "slashes_escaped"
    BODY_SLASHES_UNESCAPED = "slashes_unescaped"
    BODY_NUMBERS_CHANGED = "body_numbers_changed"
    BODY_NEWLINE_ADDED = "newline_added"
    BODY_NEWLINE_LOST = "newline_lost"
    BODY_WHITESPACE_ADDED = "whitespace_added"
    BODY_NUL_PADDED = "body_nul_padded"
    BODY_CRLF_ADDED = "crlf_added"
    BODY_CRLF_LOST = "crlf_lost"
    BODY_BOM_ADDED = "bom_added"
    BODY_BOM_LOST = "bom_lost"
    BODY_LATIN1 = "latin1"
    BODY_UTF16 = "utf16"
    BODY_DOUBLE_ENCODED_UTF8 = "double_encoded_utf8"
    BODY_UNICODE_NORMALIZED = "unicode_normalized"
    BODY_TRUNCATED = "truncated_body"
    BODY_EXTENDED = "body_extended"
    BODY_LENGTH_CHANGED = "body_length_changed"
    BODY_STILL_COMPRESSED = "body_still_compressed"
    BODY_DECOMPRESSED = "body_decompressed"
    BODY_STILL_BASE64 = "body_still_base64"
    BODY_JSON_STRING = "body_json_string"
    BODY_HTML_ENTITIES = "body_html_entities"
    BODY_FORM_ENCODED = "form_encoded_body"
    BODY_URL_ENCODED = "url_encoded_body"
    BODY_URL_DECODED = "url_decoded_body"
    BODY_WHOLE_REQUEST = "body_whole_request"

    SIGNED_OVER_RESERIALIZED = "signed_over_reserialized"
    SIGNED_OVER_LATIN1 = "signed_over_latin1"
    SIGNED_OVER_EMPTY = "signed_over_empty_body"
    SIGNED_OVER_ENCODED = "signed_over_encoded_body"
    SIGNED_OVER_URL_OR_PART = "signed_over_url_or_part"


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

    code: Cause
    cause: str
    """One sentence."""
    cure: str
    """One sentence, for the framework at hand if the headers tell it."""
    evidence: tuple[str, ...]
    """Which alterations made a digest match and with which secret, or what was tried."""
    confidence: Confidence
    secret_label: str | None = None
    """The label of the secret that matched."""
    also: tuple[Cause, ...] = ()
    """Further causes that apply at the same time."""
