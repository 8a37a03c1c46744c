"""A small language for choosing by what a JSON document says: `--where 'notification.type == change and not a.b > 3'`.

Pure and safe: an expression looks at the document and can do nothing else. It is read here; what its parts mean is in
`where_terms`.

    paths       notification.type   .channel.channel_id   a[0]   a[-1]   a[*].b   a["odd key"]
    comparing   ==  !=  <  <=  >  >=  contains (or ~)
    values      'text'   "text"   text   12.5   true   false   null
    joining     exists PATH   not X   X and Y   X or Y   ( )
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from cronofy_cli.core.notifications.where_terms import EVERY, And, Compare, Exists, Not, Operator, Or, Path, Truthy
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.where_terms import Scalar, Term

DEEPEST: Final = 50
"""Parentheses and `not` inside one another."""

_TOKEN: Final = re.compile(
    r"""(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[=<>~!()\[\]*])"""
    r"""|(?P<word>[^\s'"=!<>~()\[\]*&|]+)"""
)
_SPACE: Final = re.compile(r"\s*")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS: Final = {each.value: each for each in Operator} | {"=": Operator.EQUAL, "~": Operator.CONTAINS}
_CONSTANTS: Final[dict[str, Scalar]] = {"true": True, "false": False, "null": None}
_RESERVED: Final = {"and", "or", "not", "exists", "contains"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Where:
    """An expression that was read."""

    text: str
    term: Term

    def fits(self, document: object) -> bool:
        """Whether a decoded JSON document is as the expression says."""
        return self.term.fits(document)

    def fits_body(self, body: bytes) -> bool:
        """Whether a raw body is as the expression says; one that is not JSON has no fields at all."""
        import msgspec

        try:
            document = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            document = None
        return self.fits(document)


def parse_where(text: str) -> Where:
    """Read an expression.

    Raises:
        WrongUsage: it is not understood; the message and the hint point at the place.
    """
    return Where(text, _Parser(text).parse())


class _Parser:
    """Reads by recursive descent, a method a rule."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split()
        self._next = 0
        self._depth = 0

    def parse(self) -> Term:
        term = self._either()
        if self._peek().kind != "end":
            self._fail("expected and, or, or the end")
        return term

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = len(_SPACE.match(self._text)[0])  # type: ignore[index]  # it matches anything
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                what = "the quote is not closed" if self._text[at] in "'\"" else "this sign means nothing here"
                self._fail(what, at)
            tokens.append(_Token(match.lastgroup or "", match[0], at))
            at = _SPACE.match(self._text, match.end()).end()  # type: ignore[union-attr]  # it matches anything
        tokens.append(_Token("end", "", len(self._text)))
        return tokens

    def _either(self) -> Term:
        terms = [self._both()]
        while self._took("or", "||"):
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _both(self) -> Term:
        terms = [self._negated()]
        while self._took("and", "&&"):
            terms.append(self._negated())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _negated(self) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail(f"nested more than {DEEPEST} deep")
        term = Not(self._negated()) if self._took("not", "!") else self._single()
        self._depth -= 1
        return term

    def _single(self) -> Term:
        if self._took("("):
            term = self._either()
            self._need(")")
            return term
        if self._took("exists"):
            return self._existing()
        path = self._path()
        operator = _OPERATORS.get(self._peek().text) if self._peek().kind != "string" else None
        if operator is None:
            return Truthy(path)
        self._next += 1
        return Compare(path, operator, self._value())

    def _existing(self) -> Term:
        if not self._took("("):
            return Exists(self._path())
        path = self._path()
        self._need(")")
        return Exists(path)

    def _path(self) -> Path:
        token = self._peek()
        if token.text == "[":
            steps: list[str | int | EVERY] = []
        elif token.kind == "word" and token.text not in _RESERVED:
            self._next += 1
            steps = self._names(token, token.text.removeprefix("."), token.at + token.text.startswith("."))
        else:
            self._fail("expected a path such as notification.type")
        while self._took("["):
            steps.append(self._index())
            follower = self._peek()
            if follower.kind == "word" and follower.text.startswith("."):
                self._next += 1
                steps += self._names(follower, follower.text[1:], follower.at + 1)
        return Path(tuple(steps))

    def _names(self, token: _Token, dotted: str, at: int) -> list[str | int | EVERY]:
        names: list[str | int | EVERY] = []
        # A path may end with a dot only where nothing else is meant: `.` alone is the whole document.
        for name in dotted.split(".") if dotted or token.text != "." else ():
            if not name:
                self._fail("a name is missing beside this dot", at)
            names.append(name)
            at += len(name) + 1
        return names

    def _index(self) -> str | int | EVERY:
        token = self._peek()
        if token.text in {"*", "]"}:
            self._next += token.text == "*"
            self._need("]")
            return EVERY.ELEMENT
        if token.kind == "string":
            self._next += 1
            self._need("]")
            return _unquoted(token.text)
        if not re.fullmatch(r"-?[0-9]{1,9}", token.text):
            self._fail('expected a number, * or a "name" between the brackets')
        self._next += 1
        self._need("]")
        return int(token.text)

    def _value(self) -> Scalar:
        token = self._peek()
        if token.kind == "string":
            self._next += 1
            return _unquoted(token.text)
        if token.kind != "word" or token.text in _RESERVED:
            self._fail("expected a value: text, a number, true, false or null")
        self._next += 1
        if token.text in _CONSTANTS:
            return _CONSTANTS[token.text]
        if _NUMBER.fullmatch(token.text):
            return float(token.text) if set(token.text) & set(".eE") else int(token.text)
        return token.text

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _took(self, *texts: str) -> bool:
        token = self._peek()
        if token.kind == "string" or token.text not in texts:
            return False
        self._next += 1
        return True

    def _need(self, text: str) -> None:
        if not self._took(text):
            self._fail(f"expected {text}")

    def _fail(self, what: str, at: int | None = None) -> NoReturn:
        position = self._peek().at if at is None else at
        place = "at its end" if position == len(self._text) else f"at character {position + 1}"
        raise WrongUsage(
            f"--where is not understood {place}: {what}",
            hint=f"look at the arrow: {self._text[:position]} -> {self._text[position:]}".rstrip(),
        )


def _unquoted(literal: str) -> str:
    return _ESCAPE.sub(lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), literal[1:-1])
