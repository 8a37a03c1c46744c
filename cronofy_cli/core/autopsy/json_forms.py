"""The body as JSON printed in the ways that printers do, to find the one that was signed.

Styles are combined with the fewest changes first. The forms, their characters and their tokens are bounded, so that a
large body gets its likely forms only.
"""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.json_order import reordered
from cronofy_cli.core.autopsy.json_tokens import Escaping, Spacing, render, special_strings, tokenize, without_spaces

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FORMS = 200
MOST_CHARACTERS = 8 * 1024 * 1024
MOST_TOKENS = 1_200_000
"""Over all forms: of a body of 1 MiB they are some seven, of a usual notification all."""
LARGEST_INDENTED = 256 * 1024
"""Characters of JSON that indented forms are made of: indentation can make a document many times as large."""

_NUMBER = re.compile(r"-?\d[\d.eE+-]*")
_HTML = re.compile(r"[&<>\u2028\u2029]|\\u(?:0026|003[cCeE]|202[89])")
_LARGEST_PLAIN_FLOAT = 1e21


class _Source:
    """A document as tokens, printed in any style; what several styles share is computed once."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.special = special_strings(tokens)
        self._written: dict[tuple[Escaping | None, bool], list[str]] = {}

    def printed(self, spacing: Spacing, escaping: Escaping | None) -> str:
        return render(self._tokens(escaping, bare=spacing is not Spacing.KEPT), spacing)

    def _tokens(self, escaping: Escaping | None, *, bare: bool) -> list[str]:
        wanted = (escaping, bare)
        if wanted not in self._written:
            self._written[wanted] = self._rewritten(escaping, bare=bare)
        return self._written[wanted]

    def _rewritten(self, escaping: Escaping | None, *, bare: bool) -> list[str]:
        if bare:
            return without_spaces(self._tokens(escaping, bare=False))
        if escaping is None:
            return self.tokens
        changed = {token: escaping.apply(token) for token in self.special}
        return [changed.get(token, token) for token in self.tokens]


def json_forms(text: str) -> Iterator[bytes]:
    """Yield a JSON text printed in other styles, each once, likely ones first; nothing if it is not JSON."""
    if not _is_json(text):
        return
    as_is = _Source(tokenize(text))
    seen = {text}
    characters = 0
    for printed, form in enumerate(_printed(text, as_is), start=1):
        characters += len(form)
        if form not in seen:
            seen.add(form)
            yield form.encode("utf-8", "surrogatepass")
        if len(seen) > MOST_FORMS or characters >= MOST_CHARACTERS or printed * len(as_is.tokens) >= MOST_TOKENS:
            return


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _printed(text: str, as_is: _Source) -> Iterator[str]:
    yield from _styled(as_is)
    for other in reordered(text):
        yield from _styled(_Source(tokenize(other)), reprinted=True)
    for respell in (_as_javascript, _as_python, _as_float):
        tokens = [respell(token) if _NUMBER.fullmatch(token) else token for token in as_is.tokens]
        if tokens != as_is.tokens:
            yield from _styled(_Source(tokens))


def _styled(source: _Source, *, reprinted: bool = False) -> Iterator[str]:
    """Yield all styles; what was reprinted has no spacing and escaping of its own left that could be kept."""
    spacings = [spacing for spacing in _spacings(source) if not (reprinted and spacing is Spacing.KEPT)]
    ranked = sorted(
        (
            (where_spacing + where_escaping, spacing, escaping)
            for (where_spacing, spacing), (where_escaping, escaping) in product(
                enumerate(spacings), enumerate(_escapings(source.special))
            )
        ),
        key=lambda style: style[0],
    )
    for _, spacing, escaping in ranked:
        yield source.printed(spacing, escaping)


def _spacings(source: _Source) -> tuple[Spacing, ...]:
    if sum(map(len, source.tokens)) > LARGEST_INDENTED:
        return Spacing.KEPT, Spacing.COMPACT, Spacing.SPACED
    return tuple(Spacing)


def _escapings(special: set[str]) -> list[Escaping | None]:
    """Return the ways to write strings that can make a difference, likely ones first; None keeps them as they are."""
    if not special:
        return [None]
    text = "".join(special)
    both, off = (False, True), (False,)
    unicode = both if not text.isascii() or "\\u" in text else off
    slash = both if "/" in text else off
    html = both if _HTML.search(text) else off
    return [None, *(Escaping(*flags) for flags in product(unicode, unicode, slash, html))]


def _as_javascript(number: str) -> str:
    value = float(number)
    if value.is_integer() and abs(value) < _LARGEST_PLAIN_FLOAT:
        return str(int(value))
    return repr(value)


def _as_python(number: str) -> str:
    return number if number.lstrip("-").isdigit() else repr(float(number))


def _as_float(number: str) -> str:
    return f"{number}.0" if number.lstrip("-").isdigit() else number
