"""Which handler a request is for, by method and path.

Pure. Looked up segment by segment, so a call costs the same however many routes there are. A path that matches a fixed
segment never falls back to a parameter: no two routes need that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

Target = TypeVar("Target")


@dataclass(frozen=True, slots=True)
class Match(Generic[Target]):
    """What a path leads to."""

    targets: dict[str, Target]
    """By method; empty for an unknown path."""
    parameters: dict[str, str]


@dataclass(slots=True)
class _Node(Generic[Target]):
    children: dict[str, _Node[Target]] = field(default_factory=dict)
    parameter: tuple[str, _Node[Target]] | None = None
    targets: dict[str, Target] = field(default_factory=dict)


class Router(Generic[Target]):
    """A tree of path segments."""

    def __init__(self, routes: Iterable[tuple[str, str, Target]]) -> None:
        """Take methods, paths such as `/v1/channels/{channel_id}`, and what they lead to."""
        self._root: _Node[Target] = _Node()
        for method, path, target in routes:
            self._add(method, path, target)

    def match(self, path: str) -> Match[Target]:
        """Return what a path, still percent-encoded, leads to."""
        node, parameters = self._root, {}
        for segment in path.split("/")[1:]:
            child = node.children.get(segment)
            if child is None:
                if node.parameter is None or not segment:
                    return Match({}, {})
                name, child = node.parameter
                parameters[name] = unquote(segment)
            node = child
        return Match(node.targets, parameters)

    def _add(self, method: str, path: str, target: Target) -> None:
        node = self._root
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                if node.parameter is None:
                    node.parameter = segment[1:-1], _Node()
                node = node.parameter[1]
            else:
                node = node.children.setdefault(segment, _Node())
        node.targets[method] = target
