"""Why an application refuses a notification: by its own words, and by the status where those say nothing.

That the signature is right is known here, so what is left is the application's client secret, or what stands before its
handler.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.signature import NOT_FROM_CRONOFY, SignatureState

if TYPE_CHECKING:
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.outbound.target import Target

_LOOKED_AT: Final = 16 * 1024
_UNSEEN: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
"""What a browser does not show of a page."""

_FORGERY: Final = "the route is under CSRF protection: exempt it, a notification carries no CSRF token"
_HOST: Final = "the app does not accept the host {authority}: add it to the allowed hosts of its framework"
_ORIGIN: Final = "the app checks the origin of requests: exempt the route, Cronofy sends no Origin"
_LOGIN: Final = (
    "the app wants credentials: exempt the route from its login, Cronofy sends a signature and no credentials"
)
_BODY: Final = "the app cannot read the body as JSON: is it JSON, and does nothing before the handler consume it?"
_ALLOWED: Final = "the app allows only some senders: exempt the route, the signature says who sent it"
_SIGNATURE: Final = ""
"""Which client secret it is made with is not known there."""
_BY_KNOWN_KEY: Final = (
    "the signature is right for the client secret known here: does the app use the same one, and check the raw body?"
)
_BY_ANY_KEY: Final = "does the app use the client secret of this application, and check the raw body?"
_BY_WORDS: Final = (
    (r"csrf|xsrf|authenticity.?token|page expired", _FORGERY),
    (r"allowed_hosts|disallowed.?host|(blocked|invalid|unknown) (http_)?host|\bhosts?\b.{0,60}\bnot allowed", _HOST),
    (r"\borigin\b|\bcors\b", _ORIGIN),
    (r"json web token|\bjwt\b|\bbearer\b", _LOGIN),
    (r"signature|\bhmac\b|\bdigest\b", _SIGNATURE),
    (r"json|malformed|unexpected token|\bparse", _BODY),
    (r"\btoken\b|log.?in\b|sign.?in\b|credential|api.?key|password|authenticat", _LOGIN),
    (r"not allowed|\bip address\b", _ALLOWED),
)
_BY_STATUS: Final = {
    400: "is the signature checked on the raw body? One that was parsed and printed again does not match",
    419: _FORGERY,
    422: "does the app refuse the body by a schema, or the route by CSRF protection?",
}
_OR_LOGIN: Final = {401: " Or is the route behind a login?", 403: " Or is the route behind a login or a middleware?"}


def refusal_advice(attempt: Attempt, target: Target, signature: SignatureState) -> str:
    """Return what to look at when an answer is 4xx."""
    status = attempt.status or 0
    if signature in NOT_FROM_CRONOFY and status in {400, 401, 403}:
        return "Cronofy did not sign this, and the app refuses it, as it should"
    found = _by_words(attempt)
    if found:
        return found.format(authority=target.authority)
    secret = _BY_KNOWN_KEY if signature is SignatureState.VALID else _BY_ANY_KEY
    if found == _SIGNATURE:
        return secret
    if status in _OR_LOGIN:
        return secret + _OR_LOGIN[status]
    return _BY_STATUS.get(status, "Cronofy takes anything but 2xx for a failure, and sends it again")


def _by_words(attempt: Attempt) -> str | None:
    """Return the sentence for what the application says; empty when that is the signature."""
    if attempt.header("WWW-Authenticate"):
        return _LOGIN
    said = _UNSEEN.sub(" ", attempt.text[:_LOOKED_AT]).lower()
    return next((sentence for pattern, sentence in _BY_WORDS if re.search(pattern, said)), None)
