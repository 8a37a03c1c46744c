"""Lint, format and types: what a reviewer should not have to say."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.support import REPOSITORY
from tests.waiting_rules import broken_rules

PACKAGE = REPOSITORY / "cronofy_cli"
TESTS = REPOSITORY / "tests"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


@pytest.mark.parametrize(
    "arguments",
    [("ruff", "check", "--quiet", "."), ("ruff", "format", "--check", "--quiet", "."), ("mypy",)],
    ids=["lint", "format", "types"],
)
def test_the_code_passes(arguments: tuple[str, ...]) -> None:
    """ruff and `mypy --strict` have nothing to say about any file."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_or_function_is_too_long() -> None:
    """A module has at most 400 lines and a function at most 60."""
    too_long = []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            too_long.append(path.name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                too_long += [f"{path.name}:{node.name}"] if length > LONGEST_FUNCTION else []

    assert too_long == []


def test_every_test_says_what_it_promises() -> None:
    """Every test has a docstring."""
    silent = [
        f"{path.name}:{node.name}"
        for path in (REPOSITORY / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and ast.get_docstring(node) is None
    ]

    assert silent == []


def test_every_public_name_is_documented() -> None:
    """Every module, and every public class and function of the package, has a docstring."""
    silent = []
    for path in PACKAGE.rglob("*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [node for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        silent += [] if ast.get_docstring(module) else [str(path.relative_to(PACKAGE))]
        silent += [
            f"{path.relative_to(PACKAGE)}:{node.name}"
            for node in nodes
            if not node.name.startswith("_") and ast.get_docstring(node) is None
        ]

    assert silent == []


def test_no_test_depends_on_a_quiet_machine() -> None:
    """Tests wait for the thing itself: no sleeps, timers, limits of wall time, or counts of the whole process."""
    broken = [
        f"{path.relative_to(TESTS).as_posix()}:{line} {function}: {reason}"
        for path in sorted(TESTS.rglob("*.py"))
        if path.parent.name != "fakes"
        for function, line, reason in broken_rules(path.read_text(encoding="utf-8"))
    ]

    assert broken == []


@pytest.mark.parametrize(
    "line",
    [
        "time.sleep(0.1)",
        "threading.Timer(0.05, act).start()",
        "assert time.monotonic() - started < 2",
        "took_s = time.perf_counter() - started; assert 0 < took_s; assert took_s <= 2",
        "took_s = max(took_s, time.time() - started); assert (code, took_s < 1) == (0, True)",
        "took_s.append(time.time() - started); assert 3 > max(took_s)",
        "assert threading.active_count() == before",
        "assert len(threading.enumerate()) == before",
        "assert len(list(Path('/proc/self/fd').iterdir())) == before",
        "from time import sleep",
    ],
)
def test_what_depends_on_a_quiet_machine(line: str) -> None:
    """Each of these is found, once."""
    assert len(list(broken_rules(f"def test():\n    {line}\n"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "assert time.monotonic() < deadline, 'it did not happen'",
        "assert time.monotonic() - started >= 0.2",
        "share = worked_s / (time.monotonic() - started); assert share < 0.25",
        "assert set(threading.enumerate()) <= before",
    ],
)
def test_what_does_not(line: str) -> None:
    """A limit that only ends a hang, a least length, a share and a comparison of one's own are left alone."""
    assert list(broken_rules(f"def test():\n    {line}\n")) == []
