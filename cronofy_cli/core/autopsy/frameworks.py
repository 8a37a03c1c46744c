"""Which web framework an HTTP message comes from, and how to get at its raw body there.

Only headers are read: a request straight from Cronofy names no framework, an application's response or a relay may.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.deliveries import find_header

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers


class Framework(StrEnum):
    """A framework whose way to the raw body is known."""

    EXPRESS = "Express"
    NEXT = "Next.js"
    FLASK = "Flask"
    DJANGO = "Django"
    FASTAPI = "FastAPI"
    RAILS = "Rails"
    LARAVEL = "Laravel"
    PHP = "PHP"
    ASP_NET = "ASP.NET Core"
    LAMBDA = "AWS Lambda"


_TELLING_HEADERS = ("X-Powered-By", "Server", "Via", "User-Agent", "Set-Cookie", "X-Generator")

# The first word that is found decides: a Laravel application also says PHP, a Next.js one may also say Express.
_WORDS = (
    ("next.js", Framework.NEXT),
    ("express", Framework.EXPRESS),
    ("connect.sid", Framework.EXPRESS),
    ("laravel", Framework.LARAVEL),
    ("phusion passenger", Framework.RAILS),
    ("rails", Framework.RAILS),
    ("puma", Framework.RAILS),
    ("django", Framework.DJANGO),
    ("wsgiserver", Framework.DJANGO),
    ("csrftoken", Framework.DJANGO),
    ("flask", Framework.FLASK),
    ("werkzeug", Framework.FLASK),
    ("fastapi", Framework.FASTAPI),
    ("starlette", Framework.FASTAPI),
    ("uvicorn", Framework.FASTAPI),
    ("asp.net", Framework.ASP_NET),
    ("kestrel", Framework.ASP_NET),
    ("php", Framework.PHP),
    ("amazonapigateway", Framework.LAMBDA),
    ("aws lambda", Framework.LAMBDA),
)

_RAW_BODY = {
    Framework.EXPRESS: (
        "In Express, put express.raw({type: 'application/json'}) on this route before any express.json(), "
        "and check req.body as the Buffer that it then is."
    ),
    Framework.NEXT: (
        "In Next.js, check await request.text() before parsing it; under pages/api, also export "
        "config = { api: { bodyParser: false } } and read the stream."
    ),
    Framework.FLASK: "In Flask, check request.get_data() before anything reads request.json or request.form.",
    Framework.DJANGO: "In Django, check request.body, never json.dumps() of what was parsed from it.",
    Framework.FASTAPI: "In FastAPI, take the Request and check await request.body(), not a model serialized again.",
    Framework.RAILS: "In Rails, check request.raw_post, never params.to_json.",
    Framework.LARAVEL: "In Laravel, check $request->getContent(), never json_encode($request->all()).",
    Framework.PHP: "In PHP, check file_get_contents('php://input'), never json_encode() of what was decoded from it.",
    Framework.ASP_NET: (
        "In ASP.NET Core, call Request.EnableBuffering() and check the bytes of Request.Body before model binding."
    ),
    Framework.LAMBDA: "In AWS Lambda, check event['body'], decoded from base64 first if event['isBase64Encoded'].",
}

_RAW_BODY_ANYWHERE = (
    "Check the raw bytes of the body as they arrive, before a JSON parser, a relay or other middleware touches them."
)


def find_framework(headers: Headers) -> Framework | None:
    """Return the framework that the headers name, or None."""
    text = " ".join(find_header(headers, name) or "" for name in _TELLING_HEADERS).lower()
    return next((framework for word, framework in _WORDS if word in text), None)


def raw_body_hint(headers: Headers) -> str:
    """Say how to check the raw body, in the framework that the headers name if they do."""
    framework = find_framework(headers)
    return _RAW_BODY_ANYWHERE if framework is None else _RAW_BODY[framework]
