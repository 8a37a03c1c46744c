"""The options that every command of a kind has, and the classes of commands that carry them.

They can stand before or after the command's name. Their values go to `AppContext.flags`, not to the function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.value_types import with_checked_values
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.streams import Color

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMON = "Common options"
"""The heading of the shared options in a command's help."""

_NOTATION = (
    (r"<(int|float)( range)?>", "N"),
    (r"<str>", "TEXT"),
    (r"<([a-z0-9|-]+)>", r"\1"),
    (r"(\d[\d.]*)<=x<=(\d+)", r"\1 to \2"),
    (r"x>=([\d.e-]+)", r"at least \1"),
)
_LONGEST_SENTENCE = 1000
_ACCOUNT = ("context", "data_center")
_ONE = ("json", "query", "raw_output")
_LIST = ("json", "ndjson", "query", "raw_output")
_ALWAYS = ("no_input", "no_pager", "color")


def app_context(context: typer.Context) -> AppContext:
    """Return this run's context."""
    found = context.find_object(AppContext)
    assert found is not None, "main() puts it there"
    return found


def _store(name: str) -> Callable[[typer.Context, Any, Any], None]:
    def callback(context: typer.Context, _parameter: object, value: object) -> None:
        found = context.find_object(AppContext)
        if found is not None and value:
            setattr(found.flags, name, Color(_known_color(str(value))) if name == "color" else value)

    return callback


def _store_query(context: typer.Context, _parameter: object, value: str | None) -> None:
    found = context.find_object(AppContext)
    if found is None or value is None or context.resilient_parsing:
        return
    from cronofy_cli.core.query import Query

    found.flags.query = Query(value, option="--query")


def _known_color(value: str) -> str:
    if value not in set(Color):
        raise WrongUsage(f"'{value}' is not a value of --color", hint=f"use one of {', '.join(Color)}")
    return value


def shared_options(names: tuple[str, ...]) -> list[TyperOption]:
    """Return the options of these names, each a new one."""
    known: dict[str, Callable[[], TyperOption]] = {
        "data_center": lambda: TyperOption(
            param_decls=["--data-center"],
            metavar="NAME|URL",
            help="us, uk, de, au, ca, sg, simulator, or a URL.",
            callback=_store("data_center"),
            expose_value=False,
        ),
        "context": lambda: TyperOption(
            param_decls=["--context"],
            metavar="NAME",
            help="The context to use; see 'cronofy context list'.",
            callback=_store("context"),
            expose_value=False,
        ),
        "json": lambda: _flag(
            "json", "Write JSON: one document, or lines from commands that keep running; errors too."
        ),
        "ndjson": lambda: _flag("ndjson", "Write one JSON document per line."),
        "query": lambda: TyperOption(
            param_decls=["-q", "--query"],
            metavar="EXPR",
            help="Filter the JSON with a JMESPath expression; see 'cronofy help where'.",
            callback=_store_query,
            expose_value=False,
        ),
        "raw_output": lambda: _flag("raw_output", "With --query: plain strings, list items one per line.", "-r"),
        "verbose": lambda: _flag("verbose", "Show each request and response, with secrets masked."),
        "no_input": lambda: _flag("no_input", "Never prompt; fail and name the option to use instead."),
        "no_pager": lambda: _flag("no_pager", "Write long output to the terminal, also where PAGER is set."),
        "color": lambda: TyperOption(
            param_decls=["--color"],
            metavar="|".join(Color),
            help="When to use colour. Tab-separated text and JSON in a pipe never have any.",
            callback=_store("color"),
            expose_value=False,
        ),
    }
    options = [known[name]() for name in names]
    for option in options:
        option.rich_help_panel = COMMON
    return options


def _flag(name: str, explanation: str, *short: str) -> TyperOption:
    return TyperOption(
        param_decls=[*short, f"--{name.replace('_', '-')}"],
        is_flag=True,
        default=False,
        help=explanation,
        callback=_store(name),
        expose_value=False,
    )


class LocalCommand(TyperCommand):
    """A command that answers with something else than data, or needs no server."""

    shared: ClassVar[tuple[str, ...]] = _ALWAYS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params = with_checked_values([*self.params, *shared_options(self.shared)])

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage, with what is needed as it is: Typer writes it in braces."""
        return [piece.removeprefix("{").removesuffix("}") for piece in super().collect_usage_pieces(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line. Every error names this command, also where Typer leaves it out."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if getattr(error, "ctx", ctx) is None:
                cast("Any", error).ctx = ctx
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options under the headings that they were given, those that many commands have last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                names, explanation = map(in_words, record)
                sections.setdefault(_heading(parameter), []).append((names, explanation))
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def in_words(text: str) -> str:
    """Return a help text with Click's notation of types and ranges in words."""
    for pattern, words in _NOTATION:
        text = re.sub(pattern, words, text)
    return text


def _heading(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    return COMMON if parameter.name == "help" else parameter.rich_help_panel or "Options"


class DataCommand(LocalCommand):
    """A command whose answer is one document."""

    shared: ClassVar[tuple[str, ...]] = (*_ONE, *_ALWAYS)


class ListCommand(LocalCommand):
    """A command whose answer is a list."""

    shared: ClassVar[tuple[str, ...]] = (*_LIST, *_ALWAYS)


class ControlCommand(LocalCommand):
    """A command that controls a simulator and answers with one document."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_ONE, *_ALWAYS)


class ControlTextCommand(LocalCommand):
    """The same, for a command that answers with a file."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, "verbose", *_ALWAYS)


class ControlListCommand(LocalCommand):
    """The same, for a command that answers with a list."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_LIST, *_ALWAYS)


class SigningCommand(LocalCommand):
    """A command that answers with one document, and needs no more of a context than its client secrets."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_ONE, *_ALWAYS)


class SigningListCommand(LocalCommand):
    """The same, for a command that answers with a list."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_LIST, *_ALWAYS)


class ScreenCommand(LocalCommand):
    """A command for people at a terminal, which needs no more of a context than its client secrets."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_ALWAYS)


class ApiCommand(LocalCommand):
    """A command that calls Cronofy and answers with one document."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_ONE, "verbose", *_ALWAYS)


class ApiListCommand(LocalCommand):
    """A command that calls Cronofy and answers with a list."""

    shared: ClassVar[tuple[str, ...]] = (*_ACCOUNT, *_LIST, "verbose", *_ALWAYS)


class CommandGroup(TyperGroup):
    """A group of verbs, whose help tells what each does in a whole sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the names and first sentences. Typer would cut them at the end of a line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_LONGEST_SENTENCE)) for name, each in commands if each])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that `args` start with; for a name that is none, suggest the nearest."""
        check_command_name(ctx, args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def check_command_name(context: Any, name: str, known: Sequence[str]) -> None:
    """Refuse a name that is not known, and suggest the nearest."""
    if name not in known and not name.startswith("-") and not context.resilient_parsing:
        context.fail(f"there is no command '{name}'{did_you_mean(name, known)}")


def command_app(help_text: str | None = None, *, cls: type[TyperGroup] = CommandGroup) -> typer.Typer:
    """Return an empty Typer for one module of commands: plain help, our own errors, no options of Typer's own.

    With `help_text` it is a group of verbs, even if it holds a single one.
    """
    return typer.Typer(
        cls=cls,
        help=help_text,
        callback=_do_nothing if help_text is not None else None,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _do_nothing() -> None:
    """A group of verbs does nothing by itself."""
