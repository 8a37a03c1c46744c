"""The command tree as data, read from the objects that parse a command line: what is here can be typed.

Typer carries its own Click, whose `to_info_dict()` is missing: only attributes that its parameters have are read.
"""

from __future__ import annotations

import enum
import inspect
from typing import TYPE_CHECKING, Any, Final

import typer
from msgspec import UNSET

from cronofy_cli.agent.catalogue import tool_of
from cronofy_cli.cli.options import in_words
from cronofy_cli.cli.printed import PRINTED, schema_name
from cronofy_cli.cli.tree import build_tree
from cronofy_cli.output.documents.commands import CommandDocument, CommandSummaryDocument, ParameterDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from msgspec import UnsetType

    from cronofy_cli.output.documents.commands import ParameterValue

_LONGEST_SUMMARY: Final = 1000
_TYPES: Final = {
    "str": "string",
    "text": "string",
    "choice": "string",
    "path": "string",
    "file": "string",
    "int": "integer",
    "integer": "integer",
    "int range": "integer",
    "integer range": "integer",
    "float": "number",
    "float range": "number",
    "bool": "boolean",
    "boolean": "boolean",
}

Found = tuple[str, Any, typer.Context]
"""A command's path without the program's name, the command, and a context in which it can be asked."""


def walk(*, groups: bool = False) -> Iterator[Found]:
    """Yield all commands in the order of the help, the program itself first if groups are wanted."""
    root = build_tree()
    # The names of the help option are the program's settings: without them `-h` is missing everywhere.
    yield from _below("", root, typer.Context(root, info_name="cronofy", **root.context_settings), groups)


def command_document(path: str, command: Any, context: typer.Context) -> CommandDocument:
    """Return all that a program can know about a command."""
    text, examples = split_help(command.help or "")
    summary = command_summary(path, command)
    return CommandDocument(
        path=summary.path,
        summary=summary.summary,
        schema=summary.schema,
        tool=summary.tool,
        help=text,
        usage=" ".join([context.command_path, *command.collect_usage_pieces(context)]),
        examples=examples,
        parameters=tuple(_parameter(each, context) for each in command.get_params(context) if not _is_hidden(each)),
    )


def command_summary(path: str, command: Any) -> CommandSummaryDocument:
    """Return a command's path and what it does."""
    schema = schema_name(path) if path in PRINTED else None
    return CommandSummaryDocument(path, command.get_short_help_str(_LONGEST_SUMMARY), schema, tool_of(path))


def split_help(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Return a help's sentences and its examples: the block that `\b` opens."""
    sentences, _, block = inspect.cleandoc(text).partition("\b\n")
    lines = (line.strip() for line in block.splitlines())
    paragraphs = (" ".join(each.split()) for each in sentences.split("\n\n"))
    return "\n\n".join(filter(None, paragraphs)), tuple(line for line in lines if line.startswith("cronofy"))


def _below(path: str, command: Any, context: typer.Context, groups: bool) -> Iterator[Found]:
    is_group = hasattr(command, "list_commands")
    if groups or not is_group:
        yield path, command, context
    for name in command.list_commands(context) if is_group else ():
        below = command.get_command(context, name)
        inner = typer.Context(below, info_name=name, parent=context)
        yield from _below(f"{path} {name}".lstrip(), below, inner, groups)


def _parameter(parameter: Any, context: typer.Context) -> ParameterDocument:
    kind = parameter.type
    # Short ones first. Those of the help come out of a set, in no order.
    flags = [*sorted(parameter.opts, key=len), *parameter.secondary_opts] if _is_option(parameter) else []
    return ParameterDocument(
        kind=parameter.param_type_name,
        name=next((flag[2:] for flag in flags if flag.startswith("--")), parameter.name.rstrip("_")),
        flags=tuple(flags),
        type=_TYPES[kind.name],
        metavar="" if getattr(parameter, "is_flag", False) else in_words(str(parameter.make_metavar(context))),
        required=bool(parameter.required),
        repeatable=bool(parameter.multiple) or parameter.nargs != 1,
        default=_plain(parameter.default),
        help=getattr(parameter, "help", None) or "",
        minimum=_limit(kind, "min"),
        maximum=_limit(kind, "max"),
        choices=tuple(str(_plain(each)) for each in kind.choices) if getattr(kind, "choices", None) else UNSET,
    )


def _is_hidden(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False))


def _is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")


def _limit(kind: Any, name: str) -> float | UnsetType:
    found: float | None = getattr(kind, name, None)
    return UNSET if found is None else found


def _plain(value: object) -> ParameterValue:
    """Return a default as JSON has it; one that is not set, or is worked out when it is needed, is null."""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, list | tuple):
        return tuple(str(_plain(each)) for each in value)
    return value if isinstance(value, str | int | float | bool) else None
