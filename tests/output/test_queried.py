"""`--query`: documents go in as a command writes them, and what is found in each comes out at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.query import Query
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.queried import QueriedOutput
from cronofy_cli.output.streams import OutputFormat
from tests.in_process import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator


class Queried:
    """An output with an expression, and what came through."""

    def __init__(
        self,
        expression: str,
        format_: OutputFormat = OutputFormat.NDJSON,
        *,
        raw: bool = False,
        terminal: bool = False,
        color: bool = False,
    ) -> None:
        self.stdout = Stream(is_terminal=terminal)
        self.output = QueriedOutput(
            stdout=self.stdout,
            stderr=Stream(),
            format=format_,
            color_stdout=color,
            color_stderr=False,
            can_prompt=False,
            query=Query(expression, option="--query"),
            is_raw=raw,
        )

    def after(self, *pieces: bytes) -> bytes:
        """Return everything that is written once these pieces have come."""
        for piece in pieces:
            self.output.data_bytes(piece)
        return self.stdout.content


def test_each_line_at_once() -> None:
    """What is found in a line is written when that line has come: a `listen` may never write another one."""
    queried = Queried("a")

    assert queried.after(b'{"a":1}\n') == b"1\n"
    assert queried.after(b'{"a":2}\n{"a":3}\n') == b"1\n2\n3\n"


def test_a_document_in_pieces() -> None:
    """A document that comes in pieces is looked into when its line has ended, or when the command has."""
    queried = Queried("[].a")

    assert queried.after(b'[{"a":1}', b',{"a":2}') == b""
    assert queried.after(b"]\n") == b"[1,2]\n"
    assert queried.after(b'[{"a":3}]') == b"[1,2]\n"
    queried.output.close()
    assert queried.stdout.content == b"[1,2]\n[3]\n"


def test_a_document_over_several_lines() -> None:
    """A document that came over several lines is one."""
    assert Queried("a").after(b'{\n"a":\n1}\n') == b"1\n"


@pytest.mark.parametrize("nothing", [b"", b"\n", b" \n \n"])
def test_nothing(nothing: bytes) -> None:
    """Where there is no document nothing is found, and nothing is wrong."""
    queried = Queried("a")

    assert queried.after(nothing) == b""
    queried.output.close()
    assert queried.stdout.content == b""


def test_empty_lines_between() -> None:
    """An empty line between documents is none."""
    assert Queried("a").after(b'{"a":1}\n\n{"a":2}\n') == b"1\n2\n"


@pytest.mark.parametrize("content", [b"text\n", b'{"a":1}\ntext\n', b"[" * 100_000 + b"\n" + b"[" * 100_000 + b"\n"])
def test_what_is_not_json(content: bytes) -> None:
    """What is not JSON, or lies too deep, is an error that says what to do."""
    with pytest.raises(WrongUsage) as caught:
        Queried("a").after(content)

    assert caught.value.message == "--query needs JSON, and this is not: leave it out, or ask for --json"
    assert caught.value.hint == "cronofy help where"


LIST = b'{"a":["x \xc3\xa9","\\u001b[2J",2,{"b":null}]}\n'


@pytest.mark.parametrize(
    ("raw", "terminal", "written"),
    [
        (False, False, '["x é","\\u001b[2J",2,{"b":null}]\n'),
        (True, False, 'x é\n\x1b[2J\n2\n{"b":null}\n'),
        (True, True, 'x é\n[2J\n2\n{"b":null}\n'),
        (False, True, '[\n  "x é",\n  "\\u001b[2J",\n  2,\n  {\n    "b": null\n  }\n]\n'),
    ],
)
def test_what_is_found(raw: bool, terminal: bool, written: str) -> None:
    """JSON on a line; raw texts without quotes, an element a line; for people readable and harmless."""
    assert Queried("a", raw=raw, terminal=terminal).after(LIST).decode() == written


def test_colour_on_a_terminal() -> None:
    """What is found is coloured as any document is, where colour is taken and somebody looks."""
    assert Queried("a", terminal=True, color=True).after(b'{"a":1}\n') == b"\x1b[35m1\x1b[0m\n"
    assert Queried("a", terminal=False, color=True).after(b'{"a":1}\n') == b"1\n"
    assert Queried("a", terminal=True, color=True, raw=True).after(b'{"a":1}\n') == b"1\n"


def test_a_list_on_a_terminal() -> None:
    """On a terminal too a list comes as for a pipe, and what is found in an item is there before the next one comes."""
    queried = Queried("a", terminal=True)
    seen: list[bytes] = []

    def items() -> Iterator[bytes]:
        yield b'{"a":1}'
        seen.append(queried.stdout.content)
        yield b'{"a":2}'

    view: ListView[bytes] = ListView((Column("A", bytes.decode),), bytes, "Nothing.")
    show_list(queried.output, items(), view)

    assert (seen, queried.stdout.content) == ([b"1\n"], b"1\n2\n")


def test_an_array_on_a_terminal() -> None:
    """An array comes in pieces, as for a pipe: what is found in it is written once it is whole."""
    queried = Queried("[].a", OutputFormat.JSON, terminal=True, raw=True)
    view: ListView[bytes] = ListView((Column("A", bytes.decode),), bytes, "Nothing.")

    show_list(queried.output, [b'{"a":1}', b'{"a":"x"}'], view)

    assert queried.stdout.content == b"1\nx\n"
