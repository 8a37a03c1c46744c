"""What an answer of Cronofy means: every status that is not a success becomes one of our errors (docs:
/developers/api/error-codes/).

Only a 422 is known to have a body in a fixed shape; the others may be empty, plain text or a proxy's HTML.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.fields import UNREADABLE, as_object, decode_leniently, decode_object, objects, text
from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import (
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    RateLimited,
    RequestFailed,
    ServerFailed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.errors import (
        CronofyError,
    )

_EXCERPT: Final = 200
_DOCS: Final = "https://docs.cronofy.com/developers/api/error-codes/"
_LOCKED: Final = 423
_FIELD_HINTS: Final = {
    "tzid": "name a zone such as Europe/London: --tzid Europe/London",
    "calendar_ids": "cronofy calendars list",
    "callback_url": "name an address that Cronofy can reach: --callback-url https://...",
}

_Expected = TypeVar("_Expected")

Fields = dict[str, tuple[tuple[str, str], ...]]
"""Each refused field with its (key, description) pairs."""


class Answer(NamedTuple):
    """An answer to a request, whole. `headers` finds names whatever their spelling."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    head: bytes = b""
    """The status line and the header lines as they came, each with a line feed."""

    @property
    def is_success(self) -> bool:
        """Whether Cronofy did, or accepted to do, what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Refusal(Exception):
    """The cause of the error that an answer stands for: the answer itself, for those who want to see it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the answer was {answer.status}")
        self.answer = answer


def refused_answer(error: BaseException) -> Answer | None:
    """Return the answer that an error comes from, if it comes from one."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Refusal):
        cause = cause.__cause__
    return None if cause is None else cause.answer


def error_for(
    answer: Answer,
    data_center: DataCenter,
    *,
    not_found_hint: str | None = None,
    credential: Credential = Credential.ACCESS_TOKEN,
) -> CronofyError:
    """Return the error that an answer other than a success stands for. `credential` is what was sent."""
    said = _said(answer)
    status = answer.status
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return _invalid_request(answer, said)
    if status == HTTPStatus.NOT_IMPLEMENTED:
        return RequestFailed(f"the server does not do this call (501){said}", hint=_what_it_does(answer, data_center))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        hint = "see https://status.cronofy.com, and run it again later" if data_center.is_real else "run it again later"
        return ServerFailed(f"Cronofy failed with {_name(status)}{said}", hint=hint)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirected(answer, data_center)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(answer, said)
    if status == HTTPStatus.NOT_FOUND:
        step = not_found_hint or _what_it_does(answer, data_center)
        return NotFound(f"Cronofy does not know what was asked for (404){said}", hint=step, docs=_DOCS)
    if credential is Credential.CLIENT_SECRET and status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _refused_application(status, said, data_center)
    return _refused(status, said, data_center)


def decode_answer(body: bytes, expected: type[_Expected], said_by: str) -> _Expected:
    """Return a success's body as `expected`; `said_by` is the request, such as `GET /v1/channels`.

    Raises:
        RequestFailed: it is not that JSON.
    """
    try:
        return decode_leniently(msgspec.json.Decoder(expected), body)
    except UNREADABLE as error:
        shown = excerpt(body)
        raise RequestFailed(
            f"the answer to {said_by} is not what Cronofy sends: {clean(str(error))}"
            + (f" in '{shown}'" if shown else ""),
            hint="check that --data-center names Cronofy or a simulator, and that no sign-in page is in between",
        ) from error


def excerpt(body: bytes) -> str:
    """Return the beginning of an error's body on one line, without HTML's tags; "" when it says nothing."""
    start = body[: 20 * _EXCERPT].decode("utf-8", "replace")
    if re.match(r"\s*<", start):
        start = _without_tags(start)
    return shorten(" ".join(clean(start).split()), _EXCERPT)


def refused_fields(body: bytes) -> Fields:
    """Return what a 422 says of each field, as far as it can be read."""
    errors = as_object(decode_object(body).get("errors"))
    return {
        name: tuple((text(item, "key") or "", text(item, "description") or "") for item in objects(errors, name))
        for name in errors
    }


def _invalid_request(answer: Answer, said: str) -> CronofyError:
    fields = refused_fields(answer.body)
    if not fields:
        return InvalidRequest(f"Cronofy refused the parameters (422){said}", fields={}, docs=_DOCS)
    told = "; ".join(_field_words(name, pairs) for name, pairs in fields.items())
    hint = next((hint for name, hint in _FIELD_HINTS.items() if any(name in field for field in fields)), None)
    return InvalidRequest(
        f"Cronofy refused the parameters: {told}{_request_id(answer)}",
        fields=fields,
        hint=hint or f"correct {', '.join(map(clean, fields))}; the command's --help describes each option",
        docs=_DOCS,
    )


def _field_words(name: str, pairs: tuple[tuple[str, str], ...]) -> str:
    reasons = ", ".join(f"{description or key} ({key})" if key else description for key, description in pairs)
    return clean(f"{name}: {reasons}" if reasons else name)


def _rate_limited(answer: Answer, said: str) -> CronofyError:
    wait = shorten(clean(answer.headers.get("retry-after", "")), _EXCERPT)
    until = f"wait (Retry-After: {wait})" if wait else "wait a minute"
    return RateLimited(
        f"too many requests: Cronofy allows an application 50 a second and 500 a minute by default{said}",
        hint=f"{until}, then run it again",
        docs="https://docs.cronofy.com/developers/faqs/rate-limits",
    )


def _redirected(answer: Answer, data_center: DataCenter) -> CronofyError:
    to = shorten(clean(answer.headers.get("location", "another address")), _EXCERPT)
    return RequestFailed(
        f"{data_center.api_url} redirects ({answer.status}) to {to}: not followed, it would be shown the access token",
        hint="name the address of the API itself with --data-center",
    )


def _refused(status: int, said: str, data_center: DataCenter) -> CronofyError:
    if status == HTTPStatus.UNAUTHORIZED:
        hint = (
            "sign in again: cronofy auth login, or export CRONOFY_ACCESS_TOKEN=... "
            f"with a fresh one, of an account in data center {data_center.name}"
        )
        return NotSignedIn(f"Cronofy does not recognise the access token (401){said}", hint=hint, docs=_DOCS)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        hint = (
            "leave out what needs it (such as --include-geo), or change the application's plan at "
            + data_center.app_url
        )
        return NotAllowed(f"the application's plan does not include this (402){said}", hint=hint, docs=_DOCS)
    if status == HTTPStatus.FORBIDDEN:
        hint = "authorize the account again with the scope that this needs; `cronofy userinfo` shows the token's scope"
        return NotAllowed(f"the access token does not allow this (403){said}", hint=hint, docs=_DOCS)
    if status == _LOCKED:
        hint = "ask Cronofy's support to unlock it"
        return RequestFailed(f"the account is locked (423){said}", hint=hint, docs=_DOCS)
    return RequestFailed(f"Cronofy answered with {_name(status)}{said}", docs=_DOCS)


def _refused_application(status: int, said: str, data_center: DataCenter) -> CronofyError:
    if status == HTTPStatus.FORBIDDEN:
        hint = "leave out --use-client-secret if the call is about an account"
        return NotAllowed(f"the client secret does not allow this (403){said}", hint=hint, docs=_DOCS)
    hint = (
        "export CRONOFY_CLIENT_SECRET=..., or cronofy auth secret add, with a client secret that is active, "
        f"of an application in data center {data_center.name}"
    )
    return NotSignedIn(f"Cronofy does not recognise the client secret (401){said}", hint=hint, docs=_DOCS)


def _name(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _what_it_does(answer: Answer, data_center: DataCenter) -> str | None:
    is_simulator = not data_center.is_real and decode_object(answer.body).get("simulator") is True
    return "what it does: cronofy simulator routes" if is_simulator else None


def _said(answer: Answer) -> str:
    message = text(decode_object(answer.body), "message")
    shown = shorten(" ".join(clean(message).split()), _EXCERPT) if message else excerpt(answer.body)
    return (f": '{shown}'" if shown else "") + _request_id(answer)


def _request_id(answer: Answer) -> str:
    for name, value in answer.headers.items():
        if "request-id" in name.lower():
            return f" (request id {shorten(clean(value), _EXCERPT)})"
    return ""


def _without_tags(page: str) -> str:
    from html import unescape

    if title := re.search(r"<title[^>]*>(.*?)</title", page, re.IGNORECASE | re.DOTALL):
        return unescape(title[1])
    return unescape(re.sub(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", " ", page, flags=re.IGNORECASE | re.DOTALL))
