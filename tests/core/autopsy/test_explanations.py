"""The sentences: every cause has its own, and the hint depends on the framework at hand."""

from __future__ import annotations

import pytest

from cronofy_cli.core.autopsy import Cause
from cronofy_cli.core.autopsy.explanations import EXPLANATIONS, explain
from cronofy_cli.core.autopsy.frameworks import Framework, find_framework, raw_body_hint
from tests.core.autopsy.tampering import CHANGE, altered, reprinted
from tests.golden_files import check_golden

FRAMEWORKS = {
    Framework.EXPRESS: (b"X-Powered-By", b"Express"),
    Framework.NEXT: (b"x-powered-by", b"Next.js"),
    Framework.FLASK: (b"Server", b"Werkzeug/3.0.1 Python/3.12"),
    Framework.DJANGO: (b"Server", b"WSGIServer/0.2 CPython/3.12"),
    Framework.FASTAPI: (b"server", b"uvicorn"),
    Framework.RAILS: (b"X-Powered-By", b"Phusion Passenger 6"),
    Framework.LARAVEL: (b"Set-Cookie", b"laravel_session=abc; path=/"),
    Framework.PHP: (b"X-Powered-By", b"PHP/8.3"),
    Framework.ASP_NET: (b"Server", b"Kestrel"),
    Framework.LAMBDA: (b"User-Agent", b"AmazonAPIGateway_abc"),
}


def test_every_cause_is_explained() -> None:
    """Every cause has an explanation of its own, and a hint."""
    sentences = [explain(cause, ()) for cause in Cause]

    assert set(EXPLANATIONS) == set(Cause)
    assert len({cause for cause, _ in sentences}) == len(Cause)
    assert all(text.endswith(".") for pair in sentences for text in pair)


@pytest.mark.parametrize("framework", Framework)
def test_hint_for_the_framework(framework: Framework) -> None:
    """The headers of each framework are recognised, and the hint names its own way to the raw body."""
    headers = (FRAMEWORKS[framework],)

    assert find_framework(headers) is framework
    assert framework.value.split()[0] in raw_body_hint(headers)


def test_hint_in_a_finding() -> None:
    """A finding's hint follows the request's headers, and is general without them."""
    body = reprinted(CHANGE)

    known = altered(Cause.BODY_RESERIALIZED_SPACED, CHANGE, body, (b"Via", b"1.1 express")).examined()
    unknown = altered(Cause.BODY_RESERIALIZED_SPACED, CHANGE, body).examined()

    assert "express.raw" in known.hint
    assert "raw bytes" in unknown.hint
    assert find_framework(()) is None


def test_the_sentences_stay() -> None:
    """The sentences of every cause, and the way to the raw body in every framework, are those that are kept."""
    causes = [f"{cause.name}\n  {text}\n  {hint}" for cause in Cause for text, hint in [explain(cause, ())]]
    hints = [f"{framework.value}\n  {raw_body_hint((header,))}" for framework, header in FRAMEWORKS.items()]

    check_golden("explanations.txt", "\n".join([*causes, *hints, ""]).encode())


@pytest.mark.parametrize(
    ("name", "value", "framework"),
    [
        ("x-powered-by", "Next.js, Express", Framework.NEXT),
        ("via", "1.1 express", Framework.EXPRESS),
        ("Set-Cookie", "connect.sid=abc", Framework.EXPRESS),
        ("Set-Cookie", "LARAVEL_session=abc; PHP", Framework.LARAVEL),
        ("Server", "Puma 6", Framework.RAILS),
        ("X-Generator", "Rails 7", Framework.RAILS),
        ("X-Generator", "Django", Framework.DJANGO),
        ("Set-Cookie", "csrftoken=abc", Framework.DJANGO),
        ("X-Powered-By", "Flask", Framework.FLASK),
        ("X-Powered-By", "FastAPI", Framework.FASTAPI),
        ("Server", "Starlette", Framework.FASTAPI),
        ("X-Powered-By", "ASP.NET", Framework.ASP_NET),
        ("User-Agent", "AWS Lambda", Framework.LAMBDA),
        ("X-Other", "Express", None),
        ("Server", "nginx", None),
    ],
)
def test_what_tells_a_framework(name: str, value: str, framework: Framework | None) -> None:
    """Each word by which a framework is known, in the headers that name programs and in no others."""
    assert find_framework(((name.encode(), value.encode()),)) is framework
