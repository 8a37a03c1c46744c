"""`--query`: of each JSON document only what an expression finds in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.core.text import clean_lines
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.json_text import pretty
from cronofy_cli.output.streams import Output

if TYPE_CHECKING:
    from cronofy_cli.core.query import Query

_NOT_JSON = "--query needs JSON, and this is not: leave it out, or ask for --json"


@dataclass(frozen=True, slots=True)
class QueriedOutput(Output):
    """Takes documents as they are written, in pieces that end with a line break, and writes what is found in each."""

    query: Query
    is_raw: bool
    """Whether texts are written without quotes, and the elements of a list a line each."""
    pending: bytearray = field(default_factory=bytearray)

    @property
    def is_terminal(self) -> bool:
        """Never: documents come as for a pipe, and only what is found is written for people."""
        return False

    def data_bytes(self, content: bytes) -> None:
        """Take a piece of a document, or the last one.

        Raises:
            WrongUsage: it is not JSON, or a function of the expression cannot take what is in it.
        """
        self.pending.extend(content)
        if content.endswith(b"\n"):
            self.close()

    def close(self) -> None:
        """Look into what has come, be it one document or one a line."""
        content = bytes(self.pending)
        self.pending.clear()
        if not content.strip():
            return
        try:
            documents = [msgspec.json.decode(content)]
        except (msgspec.DecodeError, RecursionError):
            documents = [_decoded(line) for line in content.splitlines() if line.strip()]
        for document in documents:
            self._write(self.query.value(document))

    def _write(self, found: object) -> None:
        lines = found if self.is_raw and isinstance(found, list) else [found]
        text = "".join(f"{self._text(each)}\n" for each in lines)
        # Not super(), which a dataclass with slots does not have.
        Output.data_bytes(self, text.encode("utf-8", "replace"))

    def _text(self, found: object) -> str:
        is_terminal = self.stdout.isatty()
        if self.is_raw and isinstance(found, str):
            return clean_lines(found) if is_terminal else found
        document = msgspec.json.encode(found)
        return pretty(document, color=self.color_stdout) if is_terminal and not self.is_raw else document.decode()


def _decoded(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise WrongUsage(_NOT_JSON, hint="cronofy help where") from error
