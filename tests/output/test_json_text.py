"""JSON as it came: for pipes its own bytes, for people indented and harmless."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.json_lines import one_line
from cronofy_cli.output.json_text import pretty, show_document, write_page
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ODD = b'{"z": 1.10, "a" : [true,null], "unknown": {"k": "v"}, "big": 12345678901234567890}'


def test_a_document_in_a_pipe_keeps_its_fields() -> None:
    """Order of keys, unknown fields and the digits of numbers stay; only space between tokens goes."""
    memory = MemoryOutput(OutputFormat.JSON)

    show_document(memory.output, ODD)

    assert memory.stdout.content == (b'{"z":1.10,"a":[true,null],"unknown":{"k":"v"},"big":12345678901234567890}\n')


def test_a_document_on_a_terminal_is_indented() -> None:
    """The same document, a field a line."""
    memory = MemoryOutput(OutputFormat.JSON, terminal=True)

    show_document(memory.output, b'{"z":1.10,"a":[]}')

    assert memory.stdout.text == '{\n  "z": 1.10,\n  "a": []\n}\n'


def test_colours() -> None:
    """Keys, strings and other values have colours of their own; a colon inside a string changes nothing."""
    assert pretty(b'{"a":"b: \\"c\\"","n":-1.5e3,"t":true}', color=True) == (
        "{\n"
        '  \x1b[36m"a"\x1b[0m: \x1b[32m"b: \\"c\\""\x1b[0m,\n'
        '  \x1b[36m"n"\x1b[0m: \x1b[35m-1.5e3\x1b[0m,\n'
        '  \x1b[36m"t"\x1b[0m: \x1b[35mtrue\x1b[0m\n'
        "}"
    )


@given(JSON)
def test_coloured_json_is_the_same_json(document: object) -> None:
    """Without its colours and read again, a pretty document is what it was."""
    sent = json.dumps(document, ensure_ascii=False).encode()

    assert json.loads(pretty(sent, color=False)) == document
    assert json.loads(re.sub("\x1b\\[[0-9]+m", "", pretty(sent, color=True))) == document


@pytest.mark.parametrize("character", ["\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\u061c"])
def test_nothing_in_a_string_drives_a_terminal(character: str) -> None:
    """What JSON lets stand unescaped and a terminal would obey is escaped, which means the same."""
    shown = pretty(json.dumps({"a": character}, ensure_ascii=False).encode(), color=False)

    assert character not in shown
    assert json.loads(shown) == {"a": character}


def test_one_line() -> None:
    """Bytes on one line are passed as they are; others lose the line ends between tokens and nothing else."""
    assert one_line(b'{"a" : 1}') == b'{"a" : 1}'
    assert one_line(b'{\r\n  "a": "b  c",\n "n": 1.0}') == b'{"a":"b  c","n":1.0}'


@pytest.mark.parametrize(
    ("items", "written"),
    [
        ([], b""),
        ([b'{"a" : 1}'], b'{"a" : 1}\n'),
        ([b'{"a":1}', b'{ "b":2}'], b'{"a":1}\n{ "b":2}\n'),
        ([b'{"a":1}', b'{\n"b":2}'], b'{"a":1}\n{"b":2}\n'),
        ([b'{"a":\r1}'], b'{"a":1}\n'),
    ],
)
def test_a_page_as_lines(items: list[bytes], written: bytes) -> None:
    """A page's items are written one a line, each as its own bytes wherever that is one line."""
    import msgspec

    memory = MemoryOutput(OutputFormat.NDJSON)

    write_page(memory.output, [msgspec.Raw(item) for item in items])

    assert memory.stdout.content == written
