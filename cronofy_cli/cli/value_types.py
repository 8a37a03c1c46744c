"""What every text and every number on a command line has to be, checked where it is parsed and not by each command.

Python reads bytes of an argument that are not UTF-8 as lone surrogates, which no database, URL or JSON can hold; and
`nan` and `inf` as numbers, which are in any range.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from typer._click.types import FloatRange, StringParamType

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAKES_ANY_BYTES: Final = ("FILE", "COMMAND")
"""In the notation of a value: a name of a file may be any bytes, and so may what is handed on to a program."""


class _Text(StringParamType):
    """Text that can be written as UTF-8."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the text."""
        text = super().convert(value, param, ctx)
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            self.fail("it is not UTF-8.", param, ctx)
        return text


class _FiniteRange(FloatRange):
    """A number that can be calculated with."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return number


def with_checked_values(parameters: Sequence[Any]) -> list[Any]:
    """Return a command's parameters, with the types of their values replaced by those that check them."""
    for parameter in parameters:
        kind = parameter.type
        notation = parameter.metavar or ""
        if type(kind) is StringParamType and not any(word in notation for word in _TAKES_ANY_BYTES):
            parameter.type = _Text()
        elif type(kind) is FloatRange:
            parameter.type = _FiniteRange(kind.min, kind.max, kind.min_open, kind.max_open, kind.clamp)
    return list(parameters)
