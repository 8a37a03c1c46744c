"""What to say about a signature: the search's match, else what the structure shows, else that it is unknown.

Every match is a recomputed digest, so a named cause is never a guess; what only the structure shows is marked as
likely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.causes import Cause, Confidence, Finding
from cronofy_cli.core.autopsy.explanations import explain
from cronofy_cli.core.autopsy.header_readings import SentDigests
from cronofy_cli.core.autopsy.search import KnownSecrets, Search
from cronofy_cli.core.autopsy.structure import structural_evidence
from cronofy_cli.core.notifications.deliveries import find_header
from cronofy_cli.core.signature import HEADER
from cronofy_cli.core.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.autopsy.search import Match
    from cronofy_cli.core.notifications.deliveries import Headers
    from cronofy_cli.core.signature import ClientSecret

_NO_DIGEST = {"", "undefined", "null", "none", "nil", "[object object]"}
_MOST_OTHER_HEADERS = 50
_LONGEST_SHOWN = 60


def examine(
    header: str | None,
    body: bytes,
    secrets: Sequence[ClientSecret],
    *,
    headers: Headers = (),
    other_secrets: Sequence[ClientSecret] = (),
    removed_secrets: Sequence[ClientSecret] = (),
) -> Finding:
    """Say why the signature in `header` does not fit `body`, or that it does.

    `headers` are the request's, and give its length, its encoding, a misnamed signature and the framework at hand;
    `other_secrets` are those of other contexts, `removed_secrets` those that were configured once. A call can take a
    second for a body of 1 MiB: it does not belong into an event loop.
    """
    known = KnownSecrets.of(secrets, other_secrets, removed_secrets)
    sent = header if header is not None else find_header(headers, HEADER)
    if sent is None or sent.strip(" ,\t\r\n\"'").lower() in _NO_DIGEST:
        return _examine_absent(sent, body, known, headers)
    if not known.all:
        return _finding(Cause.NO_SECRET_KNOWN, headers, ("there was nothing to compute with",), Confidence.PROVEN)
    search = Search(SentDigests(sent), known)
    match = search.run(body, headers)
    if match is not None:
        return _proven(match, headers)
    shown = structural_evidence(sent, body, headers)
    if shown is not None:
        cause, evidence = shown
        return _finding(cause, headers, (evidence, *search.summary()), Confidence.LIKELY)
    return _finding(Cause.UNKNOWN, headers, search.summary(), Confidence.NONE)


def _finding(cause: Cause, headers: Headers, evidence: tuple[str, ...], confidence: Confidence) -> Finding:
    explanation, hint = explain(cause, headers)
    return Finding(cause, explanation, hint, evidence, confidence)


def _proven(match: Match, headers: Headers, *, misnamed: str | None = None) -> Finding:
    found = [Cause.HEADER_WRONG_NAME] if misnamed is not None else []
    causes = tuple(dict.fromkeys([*found, *(step.cause for step in match.steps)])) or (Cause.VALID,)
    explanation, hint = explain(causes[0], headers)
    label = f" with the secret {_shown(match.secret_label)}" if match.secret_label is not None else ""
    words = f" after {', '.join(step.words for step in match.steps)}" if match.steps else ""
    evidence = [f"the digest in the header {_shown(misnamed)} matches"] if misnamed is not None else []
    evidence.append(f"the recomputed digest matches{label}{words}")
    return Finding(causes[0], explanation, hint, tuple(evidence), Confidence.PROVEN, match.secret_label, causes[1:])


def _shown(text: str) -> str:
    return f"'{shorten(clean(text), _LONGEST_SHOWN)}'"


def _examine_absent(header: str | None, body: bytes, known: KnownSecrets, headers: Headers) -> Finding:
    """Look for the signature under another name; a header that names Cronofy is searched thoroughly."""
    for name, value in _texts(headers):
        named = _names_the_signature(name)
        search = Search(SentDigests(value), known)
        match = search.run(body, headers) if named else search.run_raw(body)
        if match is not None:
            return _proven(match, headers, misnamed=name)
        if named:
            evidence = (f"there is a header {_shown(name)}", *search.summary())
            return _finding(Cause.HEADER_WRONG_NAME, headers, evidence, Confidence.LIKELY)
    if header is None:
        evidence = (f"none of the {len(headers)} headers holds the signature",) if headers else ()
        return _finding(Cause.HEADER_MISSING, headers, evidence, Confidence.PROVEN)
    return _finding(Cause.HEADER_EMPTY, headers, (f"its value is {_shown(header)}",), Confidence.PROVEN)


def _texts(headers: Headers) -> list[tuple[str, str]]:
    """Return the other headers, those first that name Cronofy's signature."""
    texts = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers[:_MOST_OTHER_HEADERS]]
    others = [(name, value) for name, value in texts if name.lower() != HEADER.lower()]
    return sorted(others, key=lambda each: not _names_the_signature(each[0]))


def _names_the_signature(name: str) -> bool:
    lowered = name.lower()
    return "cronofy" in lowered and ("hmac" in lowered or "signature" in lowered or "sha256" in lowered)
