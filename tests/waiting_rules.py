"""What a test must not do, because its outcome would then depend on how busy the machine is.

A test waits for the thing itself, with a generous limit: `wait_until`, `Running.wait_for`, an event, a queue, a fence.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = "time.sleep() waits for a length of time: wait for the thing itself (wait_until, an event, a queue)"
TIMER = "threading.Timer hopes that others are done by then: begin on an event, or when the other one is seen to wait"
ELAPSED = "how long it took says nothing on a busy machine: count the calls, pass a clock in, or measure in benchmarks/"
COUNTS = "threads and descriptors of other tests end meanwhile: look at those that are new, or at your own names"

_CLOCKS = frozenset({"monotonic", "perf_counter", "time", "monotonic_ns", "perf_counter_ns"})


def broken_rules(source: str) -> Iterator[tuple[str, int, str]]:
    """Yield where a test's module breaks a rule: the function, the line, and why it is one."""
    tree = ast.parse(source)
    for node in tree.body:
        name = getattr(node, "name", "")
        lengths = _names_of_lengths(node)
        for inner in ast.walk(node):
            if reason := _broken(inner, lengths):
                yield name, getattr(inner, "lineno", 0), reason


def _broken(node: ast.AST, lengths: frozenset[str]) -> str | None:
    if isinstance(node, ast.ImportFrom) and node.module == "time" and any(each.name == "sleep" for each in node.names):
        return SLEEP
    if isinstance(node, ast.Call):
        return _broken_call(node)
    if isinstance(node, ast.Assert) and any(_limits_length(each, lengths) for each in ast.walk(node.test)):
        return ELAPSED
    return None


def _broken_call(node: ast.Call) -> str | None:
    module, name = _module_and_name(node.func)
    if (module, name) == ("time", "sleep"):
        return SLEEP
    if (module, name) == ("threading", "Timer"):
        return TIMER
    if (module, name) == ("threading", "active_count"):
        return COUNTS
    counted = [each for argument in node.args for each in ast.walk(argument)] if name == "len" else []
    is_of_all = any(_is_threads(each) or _is_descriptors(each) for each in counted)
    return COUNTS if is_of_all else None


def _module_and_name(function: ast.expr) -> tuple[str, str]:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id, function.attr
    return "", function.id if isinstance(function, ast.Name) else ""


def _is_threads(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _module_and_name(node.func) == ("threading", "enumerate")


def _is_descriptors(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "/proc/self/fd"


def _is_length(node: ast.AST) -> bool:
    """Whether it is what a clock shows less what it showed before."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        return False
    left = node.left
    return isinstance(left, ast.Call) and _module_and_name(left.func)[1] in _CLOCKS and not left.args


def _is_share(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _holds_length(node: ast.AST, names: frozenset[str]) -> bool:
    return any(_is_length(each) or (isinstance(each, ast.Name) and each.id in names) for each in ast.walk(node))


def _names_of_lengths(tree: ast.AST) -> frozenset[str]:
    """Return the names of variables, lists and functions that hold how long something took."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and not _is_share(node.value) and _holds_length(node.value, frozenset()):
            found.update(name for target in node.targets for name in _assigned(target))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            if isinstance(node.func.value, ast.Name) and any(_holds_length(each, frozenset()) for each in node.args):
                found.add(node.func.value.id)
        elif isinstance(node, ast.FunctionDef):
            returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            found.update([node.name] if any(_is_length(each) for each in returned) else [])
    return frozenset(found)


def _assigned(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple):
        return [name for each in target.elts for name in _assigned(each)]
    holder = target.value if isinstance(target, ast.Subscript) else target
    return [holder.id] if isinstance(holder, ast.Name) else []


def _limits_length(node: ast.AST, names: frozenset[str]) -> bool:
    """Whether it is true only if something took no longer than that."""
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return False
    if isinstance(node.ops[0], ast.Lt | ast.LtE):
        return _holds_length(node.left, names)
    return isinstance(node.ops[0], ast.Gt | ast.GtE) and _holds_length(node.comparators[0], names)
