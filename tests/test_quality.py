"""Lint, format and types: what a reviewer should not have to say."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.support import REPOSITORY

PACKAGE = REPOSITORY / "cronofy_cli"
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
