"""Numbers in the queries of the control API.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.simulator.messages import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.messages.fields import FieldErrors


def read_whole(query: Mapping[str, str], name: str, errors: FieldErrors) -> int | None:
    """Return a whole number, or None when it is missing."""
    text = query.get(name)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 9:
        errors.not_recognized(name, "a whole number")
        return None
    return int(text)


def read_number(query: Mapping[str, str], name: str, errors: FieldErrors) -> float | None:
    """Return a number, or None when it is missing."""
    text = query.get(name)
    try:
        return None if text is None else fields.read_number(float(text), name, errors)
    except ValueError:
        errors.not_recognized(name, "a number")
        return None
