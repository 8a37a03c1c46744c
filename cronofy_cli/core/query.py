"""JMESPath for `--where` and `--query`: a published language (https://jmespath.org) that can only look at a document.

Where the library would be silently wrong or raise, this is stricter and safer: a bare word where a text is meant is
refused, as are unknown functions; a field that is missing contains nothing and begins with nothing; a number is neither
less nor greater than a text. Imported only when an expression is used.
"""

from __future__ import annotations

import re
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from jmespath import exceptions, functions, lexer, parser, visitor

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HELP: Final = "cronofy help where"
DEEPEST: Final = 100
"""Parts of an expression inside one another."""

_SHOWN: Final = 60
"""Characters before and after a mistake that are shown."""
_COMPARATORS: Final = {"eq", "ne", "lt", "lte", "gt", "gte"}
_IDENTIFIERS: Final = {"unquoted_identifier", "quoted_identifier"}
_STEPS: Final = {"dot", "lparen", "lbracket", "flatten", "filter"}
"""What may follow a name so that it is more than a bare word."""
_TEXT_FUNCTIONS: Final = {"contains", "starts_with", "ends_with"}
_OPENING: Final = {"lparen", "lbracket", "lbrace", "filter"}
_CLOSING: Final = {"rparen", "rbracket", "rbrace"}
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_NUMBER: Final = re.compile(r"-?[0-9]")


class _Functions(functions.Functions):
    """The functions that ask about a value answer for one that is missing, too."""

    @functions.signature({"types": []}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> bool:
        if isinstance(subject, str):
            return isinstance(search, str) and search in subject
        return isinstance(subject, list) and search in subject

    @functions.signature({"types": []}, {"types": []})
    def _func_starts_with(self, text: Any, prefix: Any) -> bool:
        return isinstance(text, str) and isinstance(prefix, str) and text.startswith(prefix)

    @functions.signature({"types": []}, {"types": []})
    def _func_ends_with(self, text: Any, suffix: Any) -> bool:
        return isinstance(text, str) and isinstance(suffix, str) and text.endswith(suffix)

    @functions.signature({"types": []})
    def _func_length(self, value: Any) -> int:
        return len(value) if isinstance(value, (str, list, dict)) else 0


class _Interpreter(visitor.TreeInterpreter):
    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Compare; jmespath lets Python's TypeError out for a number and a text, which by its own rules is null."""
        try:
            return super().visit_comparator(node, value)
        except TypeError:
            return None


class Query:
    """An expression that was read."""

    def __init__(self, text: str, *, option: str) -> None:
        """Read an expression that was given with `option`.

        Raises:
            WrongUsage: it is not understood; the message and the hint point at the place.
        """
        self.text: Final = text
        self._option = option
        self._interpreter = _Interpreter(visitor.Options(custom_functions=_Functions()))
        self._tree = self._parse()
        self._check_words()
        self._check_numbers_of_values()

    def value(self, document: object) -> Any:
        """Return what the expression finds in a decoded JSON document.

        Raises:
            WrongUsage: a function of it cannot take what is in this document.
        """
        try:
            return self._interpreter.visit(self._tree, document)
        except exceptions.JMESPathTypeError as error:
            raise WrongUsage(
                f"{self._option} cannot be applied: {error.function_name}() does not take a value of type"
                f" {error.actual_type}",
                hint=f"it takes {' or '.join(map(str, error.expected_types))}",
            ) from error
        except (exceptions.JMESPathError, ArithmeticError, ValueError, TypeError, LookupError) as error:
            # The library checks a value's type and little else, such as that a slice's step is not 0.
            raise WrongUsage(f"{self._option} cannot be applied: {error}", hint=HELP) from error

    def fits(self, document: object) -> bool:
        """Whether the expression finds something in a document: neither null, false, nor empty."""
        try:
            found = self.value(document)
        except WrongUsage:
            return False
        return found is not None and found is not False and found not in ("", [], {})

    def _parse(self) -> Any:
        try:
            with warnings.catch_warnings(action="error", category=PendingDeprecationWarning):
                tree = parser.Parser().parse(self.text).parsed
        except exceptions.EmptyExpressionError as error:
            raise self._failure("an expression is missing", 0) from error
        except (exceptions.LexerError, exceptions.ParseError) as error:
            is_cut_off = isinstance(error, exceptions.IncompleteExpressionError)
            place = len(self.text) if is_cut_off else error.lex_position or 0
            raise self._failure(_mistake(self.text, place), place) from error
        except PendingDeprecationWarning as error:
            place = self.text.find("`")
            raise self._failure("back quotes hold JSON such as `3`; a text stands in quotes: 'x'", place) from error
        except (RecursionError, ValueError, AttributeError) as error:
            # Not errors of its own: of numbers without end, and of a quote that ends with a backslash.
            raise self._failure("it is nested too deep, or a quote is not closed", len(self.text)) from error
        if max(depth for _, depth in _nodes(tree)) > DEEPEST:
            raise self._failure(f"nested more than {DEEPEST} deep", len(self.text))
        return tree

    def _check_words(self) -> None:
        """Refuse a bare word where a text is meant, which would be a field and mostly null, and unknown functions."""
        tokens = list(lexer.Lexer().tokenize(self.text))
        for token in _bare_words(tokens):
            word = token["value"]
            if word in {"true", "false", "null"}:
                raise self._failure(f"{word} stands in back quotes: `{word}`", token["start"])
            raise self._failure(f"a text stands in quotes: '{word}' (the field would be @.{word})", token["start"])
        for token, after in pairwise(tokens):
            is_call = token["type"] == "unquoted_identifier" and after["type"] == "lparen"
            if is_call and token["value"] not in _Functions.FUNCTION_TABLE:
                raise self._failure(f"there is no function {token['value']}()", token["start"])

    def _check_numbers_of_values(self) -> None:
        for node, _ in _nodes(self._tree):
            if node["type"] != "function_expression":
                continue
            name, given = node["value"], len(node["children"])
            wanted = _Functions.FUNCTION_TABLE[name]["signature"]
            is_open = bool(wanted) and wanted[-1].get("variadic", False)
            if given < len(wanted) or (given > len(wanted) and not is_open):
                number = f"{'at least ' * is_open}{len(wanted)} value{'s' * (len(wanted) != 1)}"
                sentence = f"{self._option} is not understood: {name}() takes {number}, not {given}"
                raise WrongUsage(sentence, hint=HELP)

    def _failure(self, what: str, place: int) -> WrongUsage:
        where = "at its end" if place >= len(self.text) else f"at character {place + 1}"
        before, after = self.text[max(place - _SHOWN, 0) : place], self.text[place : place + _SHOWN]
        hint = f"look at the arrow: {before} -> {after}; see '{HELP}'"
        return WrongUsage(f"{self._option} is not understood {where}: {what}", hint=hint)


def _bare_words(tokens: Sequence[Any]) -> Iterator[Any]:
    """Find names alone at the right of a comparison, or as the second value of contains() and its like."""
    calls: list[str | None] = []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        kind = token["type"]
        if kind in _OPENING:
            is_call = kind == "lparen" and before is not None and before["type"] == "unquoted_identifier"
            calls.append(before["value"] if before is not None and is_call else None)
        elif kind in _CLOSING:
            calls = calls[:-1]
        elif kind in _IDENTIFIERS and before is not None and (after is None or after["type"] not in _STEPS):
            in_call = before["type"] == "comma" and bool(calls) and calls[-1] in _TEXT_FUNCTIONS
            if before["type"] in _COMPARATORS or in_call:
                yield token


def _nodes(tree: Any) -> Iterator[tuple[Any, int]]:
    """Return each part of an expression, and how deep inside others it is."""
    rest = [(tree, 1)]
    while rest:
        node, depth = rest.pop()
        yield node, depth
        rest += [(child, depth + 1) for child in node.get("children", ()) if isinstance(child, dict)]


def _mistake(text: str, place: int) -> str:
    """Say what is wrong at a place, and how it is written."""
    before, rest = text[:place], text[place:]
    last = before.split()[-1:]
    if _TIME.match(rest) or _TIME.match(text, max(place - 4, 0)):
        return "a time stands in quotes: '2026-11-22T00:00:00Z'"
    if _NUMBER.match(rest):
        return "a number stands in back quotes: `3`"
    if last == ["not"]:
        return "write !(...) for not"
    if last == ["exists"]:
        return "write PATH != `null` for exists"
    if re.match(r"(and|or)\b", rest):
        return "write && for and, || for or"
    if re.match(r"contains\b|~", rest):
        return "write contains(PATH, 'text')"
    if rest.startswith("=") and not rest.startswith("=="):
        return "write == for equal"
    if rest[:1] in {"'", '"', "`"}:
        return "the quote is not closed, or a text has no place here"
    return "expected an operator or the end" if rest else "something is missing"
