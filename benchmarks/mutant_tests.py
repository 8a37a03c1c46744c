"""Which tests could notice a wrong module, the nearest first.

Near is what bears the module's name or imports it in the mirrored folder of tests; then the rest of that folder; then
whatever else reaches the module through imports, by name, by room and by distance. Commands are found by name when they
are typed, so a command's test reaches the command that it is named after, and a room's test those named after the room.
"""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

PACKAGE = "cronofy_cli"


@dataclass(frozen=True)
class TestChoice:
    """The tests of one tree of sources."""

    __test__ = False

    root: Path

    def nearest(self, module: str) -> list[str]:
        """Return the test files of the mirrored folder that import a module or bear its name."""
        name = Path(module).stem
        return [
            test
            for test in self.mirrored(module)
            if name in Path(test).stem or module in self._imports[test] or name in Path(test).parent.name
        ]

    def mirrored(self, module: str) -> list[str]:
        """Return the test files of the closest folder that mirrors the module's place and holds tests."""
        folder = Path("tests", *Path(module).parts[1:-1])
        while folder != Path("tests"):
            found = [test for test in self._tests if test.startswith(f"{folder.as_posix()}/")]
            if found:
                return found
            folder = folder.parent
        return []

    def others(self, module: str) -> list[str]:
        """Return every other test file that reaches a module: those of its name, its room and its distance first."""
        near, name = set(self.mirrored(module)), Path(module).stem
        ranked = sorted(
            (name not in Path(test).stem, -_shared(module, test), -_shared_words(name, test), distance, test)
            for test in self._tests
            if test not in near and (distance := self._distance(test, module)) is not None
        )
        return [test for *_, test in ranked]

    @cached_property
    def _tests(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in (self.root / "tests").rglob("test_*.py"))

    @cached_property
    def _imports(self) -> dict[str, frozenset[str]]:
        files = [path for folder in (PACKAGE, "tests") for path in (self.root / folder).rglob("*.py")]
        return {path.relative_to(self.root).as_posix(): self._imported(path) for path in files}

    def _imported(self, path: Path) -> frozenset[str]:
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return frozenset(file for name in found if (file := self._file(name)))

    def _file(self, module: str) -> str | None:
        place = module.replace(".", "/")
        return next((file for file in (f"{place}.py", f"{place}/__init__.py") if (self.root / file).is_file()), None)

    def _steps(self, file: str) -> set[str]:
        steps = set(self._imports.get(file, ()))
        path = Path(file)
        if path.parts[0] == "tests" and len(path.parts) > 2 and path.stem.startswith("test_"):
            is_command = path.parts[1] == "commands"
            place = Path(PACKAGE, "commands", *path.parts[1 + is_command : -1])
            if is_command:
                place /= path.stem.removeprefix("test_")
            steps |= {command for command in self._imports if command.startswith(f"{place.as_posix()}")}
        return steps

    def _distance(self, test: str, module: str) -> int | None:
        seen = {test: 0}
        waiting = deque([test])
        while waiting:
            file = waiting.popleft()
            for step in self._steps(file) - seen.keys():
                seen[step] = seen[file] + 1
                if step == module:
                    return seen[step]
                waiting.append(step)
        return None


def _shared(module: str, test: str) -> int:
    """Return how many folders below the package and below `tests` are the same."""
    pairs = zip(Path(module).parts[1:-1], Path(test).parts[1:-1], strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _shared_words(name: str, test: str) -> int:
    return len(set(name.split("_")) & set(Path(test).stem.split("_")))
