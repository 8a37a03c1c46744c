"""`--verbose`: each request and answer on stderr. They come masked; here they are made harmless and readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.output.streams import Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.exchanges import Exchange, HeaderLines
    from cronofy_cli.adapters.api.retries import Retry
    from cronofy_cli.output.streams import Output

SHOWN_BODY = 2000
"""Characters of a body that are shown."""


def exchange_printer(output: Output) -> Callable[[Exchange], None]:
    """Return what writes an exchange to stderr."""

    def show(exchange: Exchange) -> None:
        for line in _lines(output, exchange):
            output.styled_note(line)

    return show


def retry_printer(output: Output) -> Callable[[Retry], None]:
    """Return what announces that a request is about to be sent again."""

    def show(retry: Retry) -> None:
        output.note(
            f"{retry.method} {retry.url}: {retry.reason}; "
            f"trying again in {retry.delay_s:.1f} s ({retry.attempt} of {retry.attempts})"
        )

    return show


def _lines(output: Output, exchange: Exchange) -> list[str]:
    sent = [f"> {clean(exchange.method)} {clean(exchange.url)}", *_headers(">", exchange.request_headers)]
    sent += _body(">", exchange.request_body)
    outcome = exchange.failure if exchange.status is None else str(exchange.status)
    got = [f"< {clean(outcome or '')}  {exchange.elapsed_ms:.0f} ms", *_headers("<", exchange.answer_headers)]
    got += _body("<", exchange.answer_body)
    return [output.paint_note(line, Style.DIM) for line in [*sent, *got]]


def _headers(mark: str, headers: HeaderLines) -> list[str]:
    return [f"{mark} {clean(name)}: {clean(value)}" for name, value in headers]


def _body(mark: str, body: bytes) -> list[str]:
    return [f"{mark} {shorten(clean(body.decode('utf-8', 'replace')), SHOWN_BODY)}"] if body else []
