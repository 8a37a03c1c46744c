"""Requirements as an installed package states them, and whether a version meets one.

Pure. It knows what this package uses: comparisons of release numbers, and the markers `extra` and `sys_platform`
(https://packaging.python.org/en/latest/specifications/dependency-specifiers/).
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
_CLAUSE: Final = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)")
_RELEASE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_PLATFORM: Final = re.compile(r"""sys_platform\s*==\s*["'](\w+)["']""")
_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package and the versions of it that are supported."""

    package: str
    versions: str
    """Such as `>=0.26,<0.29`; empty for any."""
    marker: str = ""
    """When it is needed; empty for always."""

    def is_needed(self, platform: str) -> bool:
        """Whether it is needed on `platform`, a value of `sys.platform`. Extras are the developers' own choice."""
        if "extra" in self.marker:
            return False
        named = _PLATFORM.search(self.marker)
        return named is None or named[1] == platform

    def is_met_by(self, version: str) -> bool:
        """Whether `version` is supported."""
        return meets(version, self.versions)


def parse_requirement(text: str) -> Requirement | None:
    """Read a line of `importlib.metadata.requires()`; None when it has another form."""
    match = _REQUIREMENT.fullmatch(text)
    return Requirement(match[1], match[2].strip(), (match[3] or "").strip()) if match else None


def meets(version: str, versions: str) -> bool:
    """Whether a version meets every clause of `versions`."""
    return all(_compare(version, sign, wanted) for sign, wanted in _CLAUSE.findall(versions))


def _compare(version: str, sign: str, wanted: str) -> bool:
    difference = 0
    for mine, theirs in zip_longest(_numbers(version), _numbers(wanted), fillvalue=0):
        difference = (mine > theirs) - (mine < theirs)
        if difference:
            break
    return _COMPARE[sign](difference, 0)


def _numbers(version: str) -> list[int]:
    match = _RELEASE.match(version)
    return [int(number) for number in match[0].split(".")] if match else []
