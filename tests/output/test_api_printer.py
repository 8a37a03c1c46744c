"""Answers as they came: exactly their bytes in a pipe, harmless on a terminal."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.api.api_errors import Answer
from cronofy_cli.output.api_printer import AnswerPrinter, Form
from cronofy_cli.output.streams import OutputFormat
from tests.output.outputs import MemoryOutput

HEAD = b"HTTP/1.1 200 OK\nX-Odd: \xe9\x9b2J\n"
DRIVING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(
    *bodies: bytes, form: Form = Form.ONE, terminal: bool = False, head: bool = False, body: bool = True
) -> MemoryOutput:
    """Show answers of these bodies."""
    lists = OutputFormat.JSON if form is Form.ITEM_ARRAY else OutputFormat.NDJSON
    output = MemoryOutput(lists, terminal=terminal)
    printer = AnswerPrinter(output.output, form, with_head=head, with_body=body)
    printer.show_all(Answer(200, {}, each, HEAD) for each in bodies)
    return output


@given(st.binary())
def test_exactly_the_bytes(body: bytes) -> None:
    """In a pipe a body is what was sent, with nothing added and nothing lost."""
    assert shown(body).stdout.content == body


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: json.dumps([text]).encode()))
def test_harmless_on_a_terminal(body: bytes) -> None:
    """Whatever a body holds, nothing of it can drive a terminal."""
    output = shown(body, terminal=True)

    assert DRIVING.search(output.stdout.text) is None
    assert DRIVING.search(output.stderr.text) is None


def test_readable_on_a_terminal() -> None:
    """For people JSON is indented, and text keeps its lines."""
    assert shown(b'{"a":[1]}', terminal=True).stdout.text == '{\n  "a": [\n    1\n  ]\n}\n'
    assert shown(b"<p>\r\n</p>\x1b[2J", terminal=True).stdout.text == "<p>\n</p>[2J\n"


def test_binary_on_a_terminal() -> None:
    """Bytes that are no text are not thrown at a person, who is told how to have them."""
    output = shown(b"\x89PNG\xff\x00", terminal=True)

    assert output.stdout.text == ""
    assert "6 bytes that are no text" in output.stderr.text


def test_pages_apart() -> None:
    """Several documents are on lines of their own; one that ends its line already gets no empty one."""
    assert shown(b'{"a":1}', b'{"a":2}\n', b"", b'{"a":3}', form=Form.PAGES).stdout.content == (
        b'{"a":1}\n{"a":2}\n{"a":3}\n'
    )


@pytest.mark.parametrize(
    ("form", "written"),
    [(Form.ITEM_LINES, b'1\n{ "a" : 2 }\n3\n'), (Form.ITEM_ARRAY, b'[1,{ "a" : 2 },3]\n')],
)
def test_items(form: Form, written: bytes) -> None:
    """The items of all lists come one after the other, as they were sent."""
    output = shown(b'{"pages":{},"x":[1,{ "a" : 2 }]}', b'{"x":[]}', b"", b'{"x":[3]}', form=form)

    assert output.stdout.content == written


def test_no_items() -> None:
    """Lists without items are no lines, and an empty array."""
    assert shown(b'{"x":[]}', form=Form.ITEM_LINES).stdout.content == b""
    assert shown(b'{"x":[]}', form=Form.ITEM_ARRAY).stdout.content == b"[]\n"


@pytest.mark.parametrize("form", list(Form))
def test_silent(form: Form) -> None:
    """Without the body nothing is written."""
    assert shown(b'{"x":[1]}', form=form, body=False).stdout.content == b""


def test_the_head() -> None:
    """Status and headers come first, as they were sent, and an empty line ends them."""
    assert shown(b"body", head=True).stdout.content == HEAD + b"\nbody"
    assert shown(b"body", head=True, body=False).stdout.content == HEAD + b"\n"


def test_the_head_on_a_terminal() -> None:
    """A header cannot drive a terminal."""
    assert shown(b"{}", head=True, terminal=True).stdout.text == "HTTP/1.1 200 OK\nX-Odd: é2J\n\n{}\n"
