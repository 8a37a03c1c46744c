"""Cases about the header `Cronofy-HMAC-SHA256`: lists of digests, wrong ones, none.

Looking at signatures is the receiver's choice (docs: /developers/push-notifications/authentication/). It is a must here
because nothing else distinguishes Cronofy's posts from those of anyone who knows the URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.samples import encode_body
from cronofy_cli.core.signature import HEADER, digest
from cronofy_cli.handler_check.case import AUTHENTICATION, Case, Expectation, Importance, Moment, Reason
from cronofy_cli.outbound.request import Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.handler_check.case import Workshop
    from cronofy_cli.outbound.signing_keys import SigningKeys

_ROTATION: Final = Reason(
    "while a client secret is rotated the header holds a digest for each secret; one match is enough",
    "the header is compared as a whole, or only its first digest; split it at the commas",
    AUTHENTICATION,
)
_SPACED: Final = Reason(
    "Cronofy writes none, but a proxy on the way may", "the digests are not trimmed after splitting", AUTHENTICATION
)
_NAMED: Final = Reason(
    "names of HTTP headers have no case; tunnels and HTTP/2 proxies write them in lower case",
    "the header is looked up with its exact spelling",
    AUTHENTICATION,
)
_NOT_ASCII: Final = Reason(
    "anyone can send it; an error of the server's own fills its log instead of a refusal",
    "a comparison that takes only ASCII text, such as Python's compare_digest on str; compare bytes",
    AUTHENTICATION,
)
_FORGED: Final = Reason(
    "anyone who knows the URL can post to it; only the signature shows that it was Cronofy",
    "the signature is not checked, or its result is not used",
    AUTHENTICATION,
)
_PARTIAL: Final = Reason(
    "a check that is content with a part of the digest can be guessed through",
    "'in' or 'startswith' instead of a comparison of the whole digest in constant time",
    AUTHENTICATION,
)

_HALF: Final = 22
"""Half of a digest's 44 characters."""


def signature_cases(workshop: Workshop) -> Iterator[Case]:
    """Yield the cases about the signature's header."""
    bodies = (encode_body(workshop.change(moment)) for moment in range(Moment.SIGNATURES, Moment.BYTES))
    yield from _accepted(workshop.keys, bodies)
    yield from _refused(workshop.keys, bodies)


def _accepted(keys: SigningKeys, bodies: Iterator[bytes]) -> Iterator[Case]:
    body = next(bodies)
    first = Post(body, keys.right_first(body))
    yield _accepted_case("matching_first", "two digests, the matching one first", _ROTATION, first)
    body = next(bodies)
    second = Post(body, keys.right_last(body))
    yield _accepted_case("matching_second", "two digests, the matching one second", _ROTATION, second)
    body = next(bodies)
    spaced = Post(body, keys.right_last(body).replace(",", ", "))
    yield _accepted_case("space_after_comma", "a space after the comma", _SPACED, spaced, Importance.SHOULD)
    body = next(bodies)
    lower = Post(body, keys.right(body), signature_header=HEADER.lower())
    yield _accepted_case("lower_case_header", "the header's name in lower case", _NAMED, lower, Importance.SHOULD)


def _refused(keys: SigningKeys, bodies: Iterator[bytes]) -> Iterator[Case]:
    body = next(bodies)
    half = digest(body, keys.known[0])[:_HALF]
    yield _refused_case("wrong", "a digest of an unknown secret", _FORGED, Post(body, keys.wrong(body)))
    yield _refused_case("missing", "no signature", _FORGED, Post(body, None))
    yield _refused_case("empty", "an empty signature", _FORGED, Post(body, ""))
    another = Post(body, keys.right(next(bodies)))
    yield _refused_case("of_another_body", "the right digest of another body", _FORGED, another)
    yield _refused_case("truncated", "the first half of the right digest", _PARTIAL, Post(body, half))
    odd = Post(body, "\xe9\xff")
    yield _refused_case("not_ascii", "a signature that is not ASCII", _NOT_ASCII, odd, Importance.SHOULD)


def _accepted_case(name: str, sent: str, reason: Reason, post: Post, importance: Importance = Importance.MUST) -> Case:
    return Case(f"signatures.{name}", importance, f"a change with {sent}", Expectation.ACCEPTED, reason, (post,))


def _refused_case(name: str, sent: str, reason: Reason, post: Post, importance: Importance = Importance.MUST) -> Case:
    return Case(f"signatures.{name}", importance, f"a change with {sent}", Expectation.REFUSED, reason, (post,))
