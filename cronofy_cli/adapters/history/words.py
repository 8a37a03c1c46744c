"""What users write for the result of an application and for our answer, as criteria."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypedDict

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.history.query import ForwardState

_CLASS: Final = "(?i)([1-5])xx"


class AppCriteria(TypedDict, total=False):
    """What a result of an application stands for."""

    status: tuple[int, int]
    failure: str
    forward: tuple[ForwardState, ...]


def parse_status(text: str | None) -> AppCriteria:
    """Return what `401`, `5xx`, `failed` or a failure's code stands for.

    Raises:
        WrongUsage: it is none of them.
    """
    from cronofy_cli.adapters.history.query import ForwardState
    from cronofy_cli.core.failure import Failure
    from cronofy_cli.core.suggestion import did_you_mean

    if text is None:
        return {}
    if (range_ := _range(text)) is not None:
        return {"status": range_}
    if text in set(ForwardState):
        return {"forward": (ForwardState(text),)}
    if text in set(Failure):
        return {"failure": text}
    suggestion = did_you_mean(text, (*ForwardState, *Failure))
    raise WrongUsage(
        f"--status does not know '{text}'{suggestion}",
        hint=f"use a status such as 401 or 5xx, a failure's code, or {', '.join(ForwardState)}",
    )


def parse_answered(text: str | None) -> tuple[int, int] | None:
    """Return the statuses that `401`, `4xx` or `none` stands for.

    Raises:
        WrongUsage: it is none of them.
    """
    if text is None:
        return None
    if text == "none":
        return 0, 0
    if (range_ := _range(text)) is not None:
        return range_
    raise WrongUsage(f"--answered does not know '{text}'", hint="use a status such as 401 or 4xx, or none")


def _range(text: str) -> tuple[int, int] | None:
    """Return the statuses that `401` or `4xx` stands for."""
    if match := re.fullmatch(_CLASS, text):
        first = int(match[1]) * 100
        return first, first + 99
    is_code = text.isascii() and text.isdigit() and len(text) == len("200")
    return (int(text), int(text)) if is_code else None
