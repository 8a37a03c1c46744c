"""Manual pages made from the command tree: one for the program, one for each command or group below it.

They are kept in `man/` and compared by `tests/test_generated_files.py`: a build needs nothing of ours to run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import COMMON
from cronofy_cli.cli.tree import COMMANDS
from cronofy_cli.cli.tree_documents import command_document, split_help, walk
from cronofy_cli.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cronofy_cli.output.documents.commands import CommandDocument, ParameterDocument

_ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}


def pages() -> dict[str, str]:
    """Return the text of each page, by the name of its file."""
    found = {path: (command, command_document(path, command, context)) for path, command, context in walk(groups=True)}
    common = _common(found[""][0])
    documents = {path: document for path, (_, document) in found.items()}
    shown = {f"cronofy-{name}.1": _command_page(name, documents, common) for name in COMMANDS}
    return {"cronofy.1": _program_page(documents[""])} | shown


def _common(root: object) -> frozenset[str]:
    """Return the names of the options that many commands share: they stand in the program's page."""
    parameters = getattr(root, "params", ())
    return frozenset(each.name.replace("_", "-") for each in parameters if each.rich_help_panel == COMMON) | {"help"}


def _program_page(document: CommandDocument) -> str:
    lines = [
        *_head("cronofy", "the command line for people who build on Cronofy's calendar API"),
        *_synopsis(document.usage),
        ".SH DESCRIPTION",
        *_paragraphs(document.help),
        *_options("OPTIONS", document.parameters),
        ".SH COMMANDS",
        *(line for name, (_, text) in COMMANDS.items() for line in _item(f".BR {_roff(f'cronofy-{name}')} (1)", text)),
        *_exit_status(),
        ".SH ENVIRONMENT",
        *(line for variable in Variable for line in _item(f".B {_roff(variable)}", variable.meaning)),
        ".SH SEE ALSO",
        ".BR cronofy\\-demo (1),",
        ".BR cronofy\\-listen (1)",
    ]
    return "\n".join(lines) + "\n"


def _command_page(name: str, documents: Mapping[str, CommandDocument], common: frozenset[str]) -> str:
    document = documents[name]
    below = [each for path, each in documents.items() if path.startswith(f"{name} ") and "COMMAND" not in each.usage]
    lines = [
        *_head(f"cronofy-{name}", document.summary),
        *_synopsis(*(each.usage for each in below or [document])),
        ".SH DESCRIPTION",
        *_paragraphs(document.help),
        *(() if below else _own_options("SH", document, common)),
        *(line for each in below for line in _verb(each, common)),
        *([] if below else _examples("SH", document)),
        *_exit_status(),
        ".SH SEE ALSO",
        ".BR cronofy (1)",
        "for the options that all commands share",
    ]
    return "\n".join(lines) + "\n"


def _verb(document: CommandDocument, common: frozenset[str]) -> Iterator[str]:
    yield f".SH {_roff(f'cronofy {document.path}'.upper())}"
    yield from _paragraphs(document.help)
    yield from _own_options("SS", document, common)
    yield from _examples("SS", document)


def _own_options(level: str, document: CommandDocument, common: frozenset[str]) -> Iterator[str]:
    own = [each for each in document.parameters if each.name not in common]
    if own:
        yield _heading(level, "Arguments and options")
        for each in own:
            yield from _parameter(each)


def _options(heading: str, parameters: Iterable[ParameterDocument]) -> list[str]:
    return [f".SH {heading}", *(line for each in parameters for line in _parameter(each))]


def _parameter(parameter: ParameterDocument) -> list[str]:
    if parameter.kind == "argument":
        head = f".I {_roff(parameter.metavar)}"
    else:
        value = f" \\fI{_roff(parameter.metavar)}\\fR" if parameter.metavar else ""
        head = "\\fB" + "\\fR, \\fB".join(map(_roff, parameter.flags)) + f"\\fR{value}"
    said = [parameter.help]
    if parameter.default not in (None, False, (), ""):
        said.append(f"Default: {parameter.default}.")
    return _item(head, " ".join(filter(None, said)))


def _examples(level: str, document: CommandDocument) -> list[str]:
    if not document.examples:
        return []
    return [_heading(level, "Examples"), ".nf", *map(_roff, document.examples), ".fi"]


def _heading(level: str, title: str) -> str:
    return f".{level} {title.upper() if level == 'SH' else title}"


def _exit_status() -> list[str]:
    return [".SH EXIT STATUS", *(line for each in ExitCode for line in _item(f".B {each.value}", each.meaning))]


def _head(name: str, summary: str) -> list[str]:
    # Without a date: two builds of one version are equal. Names are copied, so no hyphenation.
    title = f'.TH "{_roff(name.upper())}" 1 "" "cronofy" "Cronofy"'
    return [title, ".nh", ".ad l", ".SH NAME", f"{_roff(name)} \\- {_roff(summary.rstrip('.'))}"]


def _synopsis(*usages: str) -> list[str]:
    lines = [line for usage in usages for line in (_roff(usage), ".br")]
    return [".SH SYNOPSIS", *lines[:-1]]


def _paragraphs(text: str) -> list[str]:
    sentences, _ = split_help(text)
    return [line for each in sentences.split("\n\n") for line in (".PP", _roff(each))][1:] or ["\\&"]


def _item(head: str, text: str) -> list[str]:
    return [".TP", head, _roff(text) or "\\&"]


def _roff(text: str) -> str:
    """Make text harmless: dashes that can be copied, and no line that begins like a request."""
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return re.sub(r"(?m)^(?=[.'])", r"\\&", escaped)
