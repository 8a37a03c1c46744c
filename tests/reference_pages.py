"""Files of `docs/` that are made from the package: commands, codes, variables, errors, and the map for programs.

They are kept in `docs/` and compared by `tests/test_generated_files.py`. Sentences around the tables are here; what is
in the tables comes from the package alone.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from html import escape
from typing import TYPE_CHECKING, Final

import yaml  # type: ignore[import-untyped]  # pyngrok brings it, without types

import cronofy_cli
from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import COMMON
from cronofy_cli.cli.tree_documents import command_document, walk
from cronofy_cli.errors import CronofyError, ExitCode
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.output.documents.commands import CommandDocument, ParameterDocument


MAP_HEAD: Final = """\
# cronofy

> Command line for developers who build on Cronofy's calendar API: receives push notifications on a developer's machine,
> verifies and explains them, shows which events changed, forwards and replays them, and simulates Cronofy without an
> account.

Install (once released): `uvx cronofy-cli demo` or `pipx install cronofy-cli`. The package `cronofy` on the index is
another project. Add `--json` (or `--ndjson`) and `--no-input` to every command; an error is one JSON object on stderr
with `code`, `message` and `hint`. Everything works without an account with `--data-center simulator`. Coding agents:
`cronofy agent skill`, `cronofy mcp`, `cronofy commands --json`, `cronofy schemas`. Never ask for a client secret or an
access token.
"""


def page(name: str) -> str:
    """Return the text of a page by the name of its file."""
    return _PAGES[name]()


def _commands() -> str:
    found = [(command_document(path, command, context), command) for path, command, context in walk(groups=True)]
    root = found[0][1]
    common = frozenset(_name(each) for each in root.params if each.rich_help_panel == COMMON) | {"help"}
    commands = [each for each, command in found if not hasattr(command, "list_commands")]
    everywhere = frozenset.intersection(*(frozenset(option.name for option in each.parameters) for each in commands))
    program = found[0][0]
    return _page(
        "Commands",
        "This page is for looking up a command, its arguments and its options.",
        *_table(
            ("command", "what it does"),
            ((f"[`cronofy {each.path}`](#{_anchor(each)})", each.summary) for each in commands),
        ),
        "## Options of all commands",
        *_parameters(each for each in program.parameters if each.name in common & everywhere),
        "## Options of many commands",
        "The commands that take them name them below their own.",
        *_parameters(each for each in program.parameters if each.name in common - everywhere),
        *(line for each in commands for line in _command(each, common, everywhere)),
    )


def _name(parameter: object) -> str:
    return str(getattr(parameter, "name", "")).replace("_", "-")


def _anchor(command: CommandDocument) -> str:
    return f"cronofy-{command.path.replace(' ', '-')}"


def _command(command: CommandDocument, common: frozenset[str], everywhere: frozenset[str]) -> Iterator[str]:
    yield f"## cronofy {command.path}"
    yield command.help
    yield "\n".join(["```text", command.usage, *(["", *command.examples] if command.examples else []), "```"])
    yield from _parameters(each for each in command.parameters if each.name not in common)
    shared = [f"`--{each.name}`" for each in command.parameters if each.name in common - everywhere]
    if shared:
        yield f"Also {', '.join(shared)}."


def _parameters(parameters: Iterable[ParameterDocument]) -> list[str]:
    rows = [(_flags(each), _meaning(each)) for each in parameters]
    return _table(("argument or option", "meaning"), rows) if rows else []


def _flags(parameter: ParameterDocument) -> str:
    if parameter.kind == "argument":
        return _inline_code(parameter.metavar)
    value = f" {parameter.metavar}" if parameter.metavar else ""
    return _inline_code(f"{', '.join(parameter.flags)}{value}")


def _inline_code(text: str) -> str:
    # GitHub ends a cell at a bar in back quotes, mkdocs shows the backslash that prevents it: both read an entity.
    return f"<code>{escape(text, quote=False).replace('|', '&#124;')}</code>" if "|" in text else f"`{text}`"


def _meaning(parameter: ParameterDocument) -> str:
    default = "" if parameter.default in (None, False, (), "") else f" Default: `{parameter.default}`."
    return parameter.help + default


def _exit_codes() -> str:
    return _page(
        "Exit codes",
        "This page is for telling in a script how a command ended. `cronofy help exit-codes` prints it.",
        *_table(("exit code", "meaning"), ((str(each.value), each.meaning) for each in ExitCode)),
        "A pipe that is closed by its reader gives 141, as for other programs. `cronofy simulator exec` exits as the "
        "command that it ran. What went wrong in detail is the [code of the error](errors.md).",
    )


def _environment() -> str:
    return _page(
        "Environment variables",
        "This page is for setting up the command line without options or settings. `cronofy help environment` prints "
        "it.",
        *_table(("environment variable", "meaning"), ((f"`{each}`", each.meaning) for each in Variable)),
        "An option takes precedence over a variable, and a variable over what is stored.",
    )


def _errors() -> str:
    rows = sorted((each.code, str(each.exit_code.value), _first_sentence(each)) for each in _error_types())
    return _page(
        "Errors",
        "This page is for handling errors in a program. With `--json` an error is one JSON object on stderr with "
        "`code`, `message`, `hint` and `docs`; the codes are stable.",
        *_table(("code", "exit code", "meaning"), ((f"`{code}`", exit_code, text) for code, exit_code, text in rows)),
        "Why a request failed is its `failure`, and why a signature does not match its `cause`: both are in "
        "[JSON](vocabulary.md).",
    )


def _error_types() -> list[type[CronofyError]]:
    """Return the errors of the command line, each code once: the class that introduces it."""
    for module in pkgutil.walk_packages(cronofy_cli.__path__, "cronofy_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {each.code: each for each in _below(CronofyError) if "code" in vars(each)}
    return [each for each in found.values() if not each.__module__.startswith(("tests.", "cronofy_cli.simulator."))]


def _below(kind: type[CronofyError]) -> Iterator[type[CronofyError]]:
    for each in kind.__subclasses__():
        yield from _below(each)
    yield kind


def _first_sentence(kind: type[CronofyError]) -> str:
    return (kind.__doc__ or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")


def _map() -> str:
    """Return the map of the documentation for programs (https://llmstxt.org), from the site's navigation."""
    navigation = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    sections = {"Begin": [each for each in navigation if isinstance(each, str)]}
    groups = (each.items() for each in navigation if isinstance(each, dict))
    sections |= {title: pages for group in groups for title, pages in group if isinstance(pages, list)}
    return MAP_HEAD + "".join(
        f"\n## {title}\n\n" + "".join(f"- [{name}]({file}): {purpose}\n" for name, file, purpose in map(_entry, pages))
        for title, pages in sections.items()
    )


def _entry(file: str) -> tuple[str, str, str]:
    """Return the title of a page, its file, and what it is for: the first sentence, or what stands for it."""
    lines = (REPOSITORY / "docs" / file).read_text(encoding="utf-8").splitlines()
    purpose = re.split(r"(?<=[\w`])[.:](?:\s|$)", " ".join(" ".join(lines[2:]).split()))[0]
    return lines[0].removeprefix("# "), file, purpose.removeprefix("This page is for ")


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", *filter(None, parts)]) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *((each.replace("|", "\\|") for each in row) for row in rows)]
    return ["\n".join(f"| {' | '.join(line)} |" for line in lines)]


_PAGES = {
    "commands.md": _commands,
    "environment.md": _environment,
    "errors.md": _errors,
    "exit-codes.md": _exit_codes,
    "llms.txt": _map,
}
NAMES = tuple(_PAGES)
"""The files in `docs/` that are generated."""
