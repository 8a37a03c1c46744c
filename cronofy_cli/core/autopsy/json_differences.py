"""How the JSON at hand departs from the JSON that was signed, once that is known."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.causes import Cause, Step
from cronofy_cli.core.autopsy.json_tokens import Spacing, render, tokenize, without_spaces

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_NUMBER = re.compile(r"-?\d[\d.eE+-]*")
_HTML = {0x26, 0x3C, 0x3E, 0x2028, 0x2029}
_FIRST_NOT_ASCII = 0x7F

_PRINTED_AS = {
    Spacing.COMPACT: Cause.BODY_RESERIALIZED_COMPACT,
    Spacing.SPACED: Cause.BODY_RESERIALIZED_SPACED,
    Spacing.INDENTED_2: Cause.BODY_RESERIALIZED_INDENTED,
    Spacing.INDENTED_4: Cause.BODY_RESERIALIZED_INDENTED,
    Spacing.INDENTED_TAB: Cause.BODY_RESERIALIZED_INDENTED,
    Spacing.INDENTED_COLON: Cause.BODY_RESERIALIZED_INDENTED,
    Spacing.KEPT: Cause.SIGNED_OVER_RESERIALIZED,
}


def differences(at_hand: str, signed: str) -> tuple[Step, ...]:
    """Name what turns one JSON text into the other, what matters most first."""
    steps = [*_order(at_hand, signed), *_spacing(at_hand.strip(), signed.strip())]
    # Where keys were dropped, escapes and numbers were dropped with them.
    if not any(step.cause is Cause.SIGNED_OVER_RESERIALIZED for step in steps):
        steps += [*_escapes(at_hand, signed), *_numbers(at_hand, signed)]
    if not steps:
        steps.append(Step(Cause.SIGNED_OVER_RESERIALIZED, "printing its JSON again"))
    return (*steps, *_end(at_hand, signed))


def _order(at_hand: str, signed: str) -> Iterator[Step]:
    have, wanted = _keys(at_hand), _keys(signed)
    if len(have) > len(wanted):
        yield Step(Cause.SIGNED_OVER_RESERIALIZED, "dropping its duplicate keys")
    elif have == wanted:
        return
    elif _is_sorted(at_hand):
        yield Step(Cause.BODY_KEYS_SORTED, "putting its keys in the order of Cronofy's documentation")
    elif _is_sorted(signed):
        yield Step(Cause.SIGNED_OVER_RESERIALIZED, "sorting its keys")
    else:
        yield Step(Cause.BODY_KEYS_REORDERED, "putting its keys in the order of Cronofy's documentation")


def _keys(text: str) -> list[str]:
    keys: list[str] = []
    json.loads(text, object_pairs_hook=lambda pairs: keys.extend(key for key, _ in pairs))
    return keys


def _is_sorted(text: str) -> bool:
    document = json.loads(text)
    return json.dumps(document) == json.dumps(document, sort_keys=True)


def _spacing(at_hand: str, signed: str) -> Iterator[Step]:
    have, wanted = _shape(at_hand), _shape(signed)
    if have is not wanted:
        yield Step(_PRINTED_AS[have], f"printing its JSON again, {wanted}")


def _shape(text: str) -> Spacing:
    text = text.replace("\r\n", "\n")
    tokens = without_spaces(tokenize(text))
    shapes = (spacing for spacing in Spacing if spacing is not Spacing.KEPT)
    return next((spacing for spacing in shapes if render(tokens, spacing) == text), Spacing.KEPT)


def _escapes(at_hand: str, signed: str) -> Iterator[Step]:
    have, wanted = _count_escapes(at_hand), _count_escapes(signed)
    for kind, more, fewer, escaped in (
        (
            "unicode",
            Cause.BODY_UNICODE_ESCAPED,
            Cause.BODY_UNICODE_UNESCAPED,
            "its non-ASCII characters as \\u escapes",
        ),
        ("html", Cause.BODY_HTML_ESCAPED, Cause.BODY_HTML_UNESCAPED, "'&', '<' and '>' as \\u escapes"),
        ("slash", Cause.BODY_SLASHES_ESCAPED, Cause.BODY_SLASHES_UNESCAPED, "'/' as '\\/'"),
    ):
        if have[kind] > wanted[kind]:
            yield Step(more, f"no longer writing {escaped}")
        elif have[kind] < wanted[kind]:
            yield Step(fewer, f"writing {escaped}")
    if have["unicode"] == wanted["unicode"] and have["upper"] != wanted["upper"]:
        yield Step(Cause.BODY_ESCAPE_CASE_CHANGED, "changing the case of the letters in its \\u escapes")


def _count_escapes(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for escape in _ESCAPE.finditer(text):
        digits, character = escape.groups()
        if character == "/":
            found["slash"] += 1
        if digits is None:
            continue
        code = int(digits, 16)
        found["html" if code in _HTML else "unicode"] += code in _HTML or code >= _FIRST_NOT_ASCII
        found["upper"] += digits != digits.lower()
    return found


def _numbers(at_hand: str, signed: str) -> Iterator[Step]:
    if _numbers_of(at_hand) != _numbers_of(signed):
        yield Step(Cause.BODY_NUMBERS_CHANGED, "spelling its numbers differently")


def _numbers_of(text: str) -> list[str]:
    return sorted(token for token in tokenize(text) if _NUMBER.fullmatch(token))


def _end(at_hand: str, signed: str) -> Iterator[Step]:
    have, wanted = at_hand.endswith("\n"), signed.endswith("\n")
    if have and not wanted:
        yield Step(Cause.BODY_NEWLINE_ADDED, "leaving out the last newline")
    elif wanted and not have:
        yield Step(Cause.BODY_NEWLINE_LOST, "adding a newline at the end")
