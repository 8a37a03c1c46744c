"""Small changes that make a Python source wrong: one operator, constant, call or statement each.

A change is a replacement of text, so every other line stays where it is. What only readers see (docstrings,
annotations, help texts) and what only waits (constants of seconds) is left alone: no test should have to notice it.
"""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_OPPOSITES: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
}
_BORDERS: dict[type[ast.cmpop], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_RELEASES = frozenset({"close", "aclose", "commit", "rollback", "join", "release", "unlink", "shutdown"})
_GUARDS = ("lock", "closing", "transaction", "changed")
_WORDS_ONLY = frozenset({"help", "short_help", "epilog", "metavar", "rich_help_panel", "doc"})


@dataclass(frozen=True, slots=True, order=True)
class Mutation:
    """One wrong text in place of a right one, by offsets of bytes."""

    start: int
    end: int
    text: str
    line: int
    kind: str

    def applied(self, source: bytes) -> bytes:
        """Return the source with this change."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def shown(self, source: bytes) -> str:
        """Return the change as `before -> after`, on one line."""
        before = " ".join(source[self.start : self.end].decode().split())
        return f"{before[:70]} -> {' '.join(self.text.split())[:70]}"


def mutations(source: bytes) -> list[Mutation]:
    """Return every change of a source, in the source's order. A few may not compile."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


def compiles(source: bytes) -> bool:
    """Return whether a source is Python at all."""
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.found: list[Mutation] = []
        self._source = source
        self._line_starts = [0]
        for line in source.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._line_starts[node.lineno - 1] + node.col_offset
        return start, self._line_starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self._source[start:end].decode()

    def _add(self, kind: str, node: ast.expr | ast.stmt, text: str) -> None:
        start, end = self._span(node)
        self.found.append(Mutation(start, end, text, node.lineno, kind))

    def visit_Module(self, node: ast.Module) -> None:
        self._visit_body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_body(node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_function(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        self._visit_body(node.body)

    def _visit_body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._visit_value(node.target, node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_value(node.targets[0], node.value)

    def _visit_value(self, target: ast.expr, value: ast.expr) -> None:
        name = target.id if isinstance(target, ast.Name) else ""
        is_patience = name.isupper() and name.endswith(("_S", "_MS"))
        is_names = name in {"__all__", "__slots__"}
        if not is_names and not (is_patience and isinstance(value, ast.Constant)):
            self.visit(value)

    def visit_If(self, node: ast.If) -> None:
        if self._text(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        if not isinstance(node.test, ast.Constant):
            self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._negate(condition)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.UnaryOp | ast.Compare | ast.NamedExpr):
            self._add("condition", test, f"(not ({self._text(test)}))")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add("not", node, self._text(node.operand))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = (_enclosed(self._text(one), one) for one in (node.left, node.comparators[0]))
            for kind, others in (("comparison", _OPPOSITES), ("border", _BORDERS)):
                if other := others.get(type(node.ops[0])):
                    self._add(kind, node, f"{left} {other} {right}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        operator = " or " if isinstance(node.op, ast.And) else " and "
        parts = [f"({self._text(value)})" for value in node.values]
        self._add("and/or", node, f"({operator.join(parts)})")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Misspell what stands between the braces; before Python 3.12 the parts have no place of their own."""
        text = self._text(node)
        place = _last_letter_outside_braces(text)
        if place is not None:
            self._add("text", node, _with_other_letter(text, place))

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._add("boolean", node, repr(not value))
        elif isinstance(value, int | float):
            self._add("number", node, repr(value + 1))
            self._add("number", node, f"({value - 1!r})")
        elif isinstance(value, str) and any(map(str.isalnum, value)):
            self._add("text", node, repr(_misspelled(value)))

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            self._add("release" if name in _RELEASES else "call", node, "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if len(node.args) >= 2 and not any(isinstance(one, ast.Starred) for one in node.args[:2]):
            self._swap(node.args[0], node.args[1])
        if isinstance(node.func, ast.Name) and node.func.id in {"min", "max"}:
            self._add("min/max", node.func, "max" if node.func.id == "min" else "min")
        self.visit(node.func)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in _WORDS_ONLY:
                self.visit(keyword.value)

    def _swap(self, first: ast.expr, second: ast.expr) -> None:
        texts = self._text(first), self._text(second)
        if texts[0] != texts[1]:
            (start, first_end), (second_start, end) = self._span(first), self._span(second)
            between = self._source[first_end:second_start].decode()
            self.found.append(Mutation(start, end, f"{texts[1]}{between}{texts[0]}", first.lineno, "arguments"))

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add("raise", node, "pass")
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        self._visit_with(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._visit_with(node)

    def _visit_with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            text = self._text(item.context_expr)
            if item.optional_vars is None and any(guard in text.lower() for guard in _GUARDS):
                self._add("guard", item.context_expr, "__import__('contextlib').nullcontext()")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if isinstance(node.value, ast.Compare | ast.BoolOp) or _is_not(node.value):
            assert node.value is not None
            self._add("return", node.value, "True")
            self._add("return", node.value, "False")
        elif node.value is not None and not isinstance(node.value, ast.Constant):
            self._add("return", node.value, "None")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id == "ExitCode":
            self._add("exit code", node, "ExitCode.DONE" if node.attr != "DONE" else "ExitCode.FAILED")
        self.generic_visit(node)


def _enclosed(text: str, node: ast.expr) -> str:
    """Return an operand with the parentheses that its node does not count among its own."""
    needs_none = isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Call | ast.Subscript)
    return text if needs_none else f"({text})"


def _is_not(node: ast.expr | None) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _misspelled(text: str) -> str:
    """Return a text with its last letter or digit changed."""
    return _with_other_letter(text, max(index for index, letter in enumerate(text) if letter.isalnum()))


def _with_other_letter(text: str, place: int) -> str:
    return f"{text[:place]}{'y' if text[place] == 'x' else 'x'}{text[place + 1 :]}"


def _last_letter_outside_braces(text: str) -> int | None:
    depth = 0
    found = None
    for index, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if depth == 0 and letter.isalnum() and index > text.find('"') and text[index - 1] != "\\":
            found = index
    return found


def drawn(
    sources: dict[str, bytes], count: int, seed: int, kinds: Collection[str] = ()
) -> Iterator[tuple[str, Mutation]]:
    """Draw changes: a kind first, and then one of that kind, so that what is rare in the code is tried as well.

    Args:
        sources: the modules' sources by their paths.
        count: how many; 0 for all of them.
        seed: the same seed and the same sources draw the same changes.
        kinds: only changes of these kinds; empty for all.
    """
    chance = random.Random(seed)
    by_kind: dict[str, list[tuple[str, Mutation]]] = {}
    for module, source in sorted(sources.items()):
        for mutation in (each for each in mutations(source) if not kinds or each.kind in kinds):
            by_kind.setdefault(mutation.kind, []).append((module, mutation))
    left = count or sum(map(len, by_kind.values()))
    while left and by_kind:
        kind = chance.choice(sorted(by_kind))
        module, mutation = by_kind[kind].pop(chance.randrange(len(by_kind[kind])))
        if not by_kind[kind]:
            del by_kind[kind]
        if compiles(mutation.applied(sources[module])):
            left -= 1
            yield module, mutation
