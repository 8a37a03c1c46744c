"""Versions of releases: which of two is newer. Pure."""

from __future__ import annotations

import re
from typing import Final

_VERSION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6}){0,4})(?:(a|b|rc)(\d{1,6}))?", re.ASCII)
_FINAL: Final = ("z", 0)
"""A release comes after all that came before it: a, b, rc."""


def is_newer(version: str, than: str) -> bool:
    """Whether a version comes after another one; no, if one of them is not written as releases are."""
    found, known = _parts(version), _parts(than)
    return found is not None and known is not None and found > known


def _parts(version: str) -> tuple[tuple[int, ...], tuple[str, int]] | None:
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    numbers = [int(each) for each in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), (match[2], int(match[3])) if match[2] else _FINAL
