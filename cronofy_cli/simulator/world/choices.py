"""Choices: fields that stand for something that Cronofy's documentation does not say, each with the values it can have.

Pure. There are three makers, `switch`, `number` and `one_of`, so that no choice comes without its range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from dataclasses import Field

Number = TypeVar("Number", int, float)
Value = TypeVar("Value", int, str)
_MEANING: Final = "choice"
_RANGE: Final = "range"
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices, to be listed."""

    name: str
    value: bool | float | str
    meaning: str


class _Range(Protocol):
    """The values that a choice can have."""

    @property
    def in_words(self) -> str:
        """What they are."""

    def read(self, text: str) -> bool | float | str | None:
        """Return the value that a text stands for; None when it is none of them."""


class _Switch(NamedTuple):
    in_words: str = "true or false"

    def read(self, text: str) -> bool | None:
        return {"true": True, "false": False}.get(text.lower())


class _Numbers(NamedTuple):
    least: float
    most: float
    is_whole: bool

    @property
    def in_words(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        return f"{kind} from {self.least:g} to {self.most:.15g}"

    def read(self, text: str) -> float | None:
        try:
            value = int(text) if self.is_whole else float(text)
        except ValueError:
            return None
        return value if self.least <= value <= self.most else None  # which is never so for "nan"


class _OneOf(NamedTuple):
    values: tuple[int | str, ...]

    @property
    def in_words(self) -> str:
        *others, last = map(str, self.values)
        return f"{', '.join(others)} or {last}"

    def read(self, text: str) -> int | str | None:
        return next((value for value in self.values if str(value) == text), None)


def switch(default: bool, meaning: str) -> bool:
    """Return a field that is true or false."""
    made: bool = field(default=default, metadata={_MEANING: meaning, _RANGE: _Switch()})
    return made


def number(default: Number, meaning: str, *, least: Number, most: Number) -> Number:
    """Return a field with a number from `least` to `most`, a whole one if the default is."""
    allowed = _Numbers(least, most, isinstance(default, int))
    made: Number = field(default=default, metadata={_MEANING: meaning, _RANGE: allowed})
    return made


def one_of(values: tuple[Value, ...], meaning: str) -> Value:
    """Return a field with one of these values; the first one is the default."""
    made: Value = field(default=values[0], metadata={_MEANING: meaning, _RANGE: _OneOf(values)})
    return made


def meaning_of(declared: Field[object]) -> str | None:
    """Return what a field decides; None when it is no choice."""
    return declared.metadata.get(_MEANING)


def read_choice(declared: Field[object], value: object) -> bool | float | str:
    """Return the value of a choice: texts, as on a command line, are read as what they stand for.

    Raises:
        WrongUsage: the choice cannot have it.
    """
    allowed: _Range = declared.metadata[_RANGE]
    text = str(value)
    found = allowed.read(text)
    if found is None:
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        raise WrongUsage(f"the choice '{declared.name}' is {allowed.in_words}, not '{shown}'")
    return found
