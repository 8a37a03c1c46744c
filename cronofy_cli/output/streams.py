"""The two streams and what may go to each: stdout is data, stderr is everything else.

Whether to colour, how wide the terminal is, and which format a list takes are decided here, once.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

from cronofy_cli.core.text import clean_lines, visible
from cronofy_cli.errors import OutputLost, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class OutputFormat(StrEnum):
    """How data is written."""

    TABLE = "table"
    """For people: aligned columns under headings."""
    TSV = "tsv"
    """For pipes: tab-separated, complete, no headings."""
    JSON = "json"
    """One document."""
    NDJSON = "ndjson"
    """One JSON document a line."""

    @property
    def is_json(self) -> bool:
        """Whether programs read it as JSON. One thing alone looks the same in both."""
        return self in {OutputFormat.JSON, OutputFormat.NDJSON}


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Style(StrEnum):
    """The few styles that lines use, as ANSI parameters."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"


class PipeClosed(Exception):
    """The reader of our stdout has gone, as `head` does."""


def wants_color(choice: Color, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour `stream`: by the flag, else by the variables of other programs, else if it is a terminal.

    See https://no-color.org and https://bixense.com/clicolors.
    """
    if choice is not Color.AUTO:
        return choice is Color.ALWAYS
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return environment.get("TERM") != "dumb" and environment.get("CLICOLOR") != "0" and stream.isatty()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Output:
    """Where a command's results and remarks go."""

    stdout: TextIO
    stderr: TextIO
    format: OutputFormat
    color_stdout: bool
    color_stderr: bool
    can_prompt: bool
    complete: Callable[[str], str] = field(default=str, kw_only=True)
    """Adds to commands that a remark names what this command line chose."""

    @property
    def is_terminal(self) -> bool:
        """Whether data goes to a person."""
        return self.stdout.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none."""
        return shutil.get_terminal_size((80, 24)).columns

    def data(self, text: str) -> None:
        """Write a line of data.

        Raises:
            PipeClosed: its reader has gone.
            OutputLost: it cannot be written, as on a full disk.
        """
        self.data_bytes(text.encode("utf-8", "replace") + b"\n")

    def data_bytes(self, content: bytes) -> None:
        """Write data as it is.

        Raises:
            PipeClosed: its reader has gone.
            OutputLost: it cannot be written, as on a full disk.
        """
        try:
            self.stdout.flush()
            self.stdout.buffer.write(content)
            self.stdout.buffer.flush()
        except BrokenPipeError as error:
            discard(self.stdout)
            raise PipeClosed from error
        except OSError as error:
            discard(self.stdout)
            raise OutputLost(
                f"the output cannot be written: {error.strerror}", hint="free some space, or write it to another place"
            ) from error

    def outside(self, content: bytes) -> None:
        """Write bytes that others chose: as they are in a pipe, and on a terminal without what could drive it.

        Raises:
            PipeClosed: its reader has gone.
            OutputLost: it cannot be written, as on a full disk.
        """
        self.data_bytes(visible(content) if self.is_terminal else content)

    def close(self) -> None:
        """Write what is not written yet; called when a command has come to a good end."""

    def note(self, text: str) -> None:
        """Write a remark for people. Text from outside in it is made harmless; lines stay lines."""
        self.styled_note(clean_lines(text))

    def advise(self, text: str) -> None:
        """Write a remark that names commands of ours, such as what to do next."""
        self.note(self.complete(text))

    def styled_note(self, text: str) -> None:
        """Write a remark whose parts are clean already and may carry our own colours. Where it cannot be, work goes on.

        Raises:
            PipeClosed: its reader has gone.
        """
        try:
            self.stderr.write(f"{text}\n")
            self.stderr.flush()
        except BrokenPipeError as error:
            discard(self.stderr)
            raise PipeClosed from error
        except OSError:
            discard(self.stderr)

    def paint(self, text: str, *styles: Style) -> str:
        """Return `text` in colour if stdout takes it."""
        return painted(text, styles, enabled=self.color_stdout)

    def paint_note(self, text: str, *styles: Style) -> str:
        """Return `text` in colour if stderr takes it."""
        return painted(text, styles, enabled=self.color_stderr)

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a question that is answered with yes or no; `flag` is the option that answers it beforehand.

        Raises:
            WrongUsage: there is no terminal.
        """
        if not self.can_prompt:
            raise WrongUsage(f"there is no terminal to ask at: '{question}'", hint=f"add {flag}")
        return self.ask(f"{question} [y/N]").lower() in {"y", "yes"}

    def ask(self, question: str) -> str:
        """Ask for a line of text at the terminal; empty at its end."""
        self.stderr.write(f"{clean_lines(question)} ")
        self.stderr.flush()
        try:
            return input().strip()
        except EOFError:
            return ""


def painted(text: str, styles: tuple[Style, ...], *, enabled: bool) -> str:
    """Return `text` between ANSI codes, or as it is."""
    return f"\x1b[{';'.join(styles)}m{text}\x1b[0m" if enabled and styles else text


def discard(stream: TextIO) -> None:
    """Point a broken stream at nothing, so that the interpreter's last flush cannot fail."""
    with open(os.devnull, "wb") as null:  # noqa: PTH123 - a name of the system, no path
        os.dup2(null.fileno(), stream.fileno())
