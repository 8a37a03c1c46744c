"""Commands with many options: declared in groups, each a frozen dataclass, and handed to the function as groups.

Typer takes a command's options from a flat signature; here that is made of the groups' fields.
"""

from __future__ import annotations

from copy import copy
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def grouped(function: Callable[..., None]) -> Callable[..., None]:
    """Return the function as Typer takes it: each parameter that is a dataclass stands for that one's fields."""
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    @wraps(function)
    def command(**values: Any) -> None:
        # Apart, because a group may be called like one of the options.
        filled = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        function(**values, **filled)

    flat = list(_flat(signature(function).parameters.values(), hints, groups))
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    command.__signature__ = Signature(flat)  # type: ignore[attr-defined]  # what inspect.signature() looks for
    return command


def _under(heading: str | None, annotation: Any) -> Any:
    """Return an option's annotation with the heading that its help stands under."""
    kind, option = get_args(annotation)
    option = copy(option)
    option.rich_help_panel = heading
    return Annotated[kind, option]


def _flat(parameters: Any, hints: dict[str, Any], groups: dict[str, Any]) -> Iterator[Parameter]:
    for parameter in parameters:
        if parameter.name not in groups:
            yield parameter.replace(annotation=hints[parameter.name], kind=Parameter.KEYWORD_ONLY)
            continue
        group = groups[parameter.name]
        group_hints = get_type_hints(group, include_extras=True)
        for field in fields(group):
            annotation = _under(getattr(group, "HEADING", None), group_hints[field.name])
            yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation)
