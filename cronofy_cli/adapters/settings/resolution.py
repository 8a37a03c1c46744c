"""Which value counts: the first of the places that settings come from, with its origin. Pure.

Flag, environment, project file, the context's own value, the user's default, the built-in default.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.settings.keys import SETTINGS, Key
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.settings.keys import Value


class OriginKind(StrEnum):
    """A kind of place that settings come from."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    PROJECT = "project"
    CONTEXT = "context"
    USER = "user"
    DEFAULT = "default"


class Origin(NamedTuple):
    """Where a value came from: the option's, variable's, file's or context's name."""

    kind: OriginKind
    name: str = ""

    def __str__(self) -> str:
        """The origin in a word or two."""
        return {OriginKind.CONTEXT: f"context {self.name}", OriginKind.DEFAULT: "default"}.get(self.kind, self.name)


class Resolved(NamedTuple):
    """A setting's value in force, None where nothing sets it, and its origin."""

    key: Key
    value: Value | None
    origin: Origin

    @property
    def text(self) -> str | None:
        """The value of a setting that is a text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def texts(self) -> tuple[str, ...]:
        """The values of a setting that is a list."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def number(self) -> int | None:
        """The value of a setting that is a number."""
        return self.value if isinstance(self.value, int) else None

    def __str__(self) -> str:
        """The value as people read it."""
        if self.value is None:
            return "-"
        return ", ".join(self.texts) if isinstance(self.value, tuple) else str(self.value)


Layer = Mapping[Key, Resolved]
"""What one place sets."""


def layer(kind: OriginKind, values: Mapping[Key, Value], name: str = "") -> Layer:
    """Return a layer whose values all come from one file, context or table."""
    return {key: Resolved(key, value, Origin(kind, name)) for key, value in values.items()}


def flag_layer(flags: Mapping[Key, Value | None]) -> Layer:
    """Return the layer of the options that were given.

    Raises:
        WrongUsage: a value cannot be meant.
    """
    given = ((key, value) for key, value in flags.items() if value is not None and value != ())
    return {key: _typed(key, value, OriginKind.FLAG, SETTINGS[key].flag) for key, value in given}


def environment_layer(environment: Mapping[str, str]) -> Layer:
    """Return the layer of the environment. An empty variable is as good as none.

    Raises:
        WrongUsage: a value cannot be meant.
    """
    named = ((key, setting.variable, setting.variable_check) for key, setting in SETTINGS.items() if setting.variable)
    return {
        key: _typed(key, found, OriginKind.ENVIRONMENT, variable, check)
        for key, variable, check in named
        if (found := environment.get(variable, "").strip())
    }


def default_layer() -> Layer:
    """Return the built-in defaults."""
    return layer(OriginKind.DEFAULT, {key: each.default for key, each in SETTINGS.items() if each.default is not None})


def resolve(key: Key, layers: Sequence[Layer]) -> Resolved:
    """Return the value of the first layer that has one."""
    return next((each[key] for each in layers if key in each), Resolved(key, None, Origin(OriginKind.DEFAULT)))


def _typed(key: Key, value: Value, kind: OriginKind, name: str, check: Callable[[str], str] | None = None) -> Resolved:
    try:
        checked = SETTINGS[key].parse(list(value) if isinstance(value, tuple) else [str(value)], check)
    except WrongUsage as error:
        raise WrongUsage(f"{name}: {error.message}", hint=error.hint) from error
    return Resolved(key, checked, Origin(kind, name))
