"""A question that is answered while something else goes on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.output.questions import ask_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="select() takes sockets only")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where to write what somebody types."""
    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield writer
        os.close(writer)


def test_a_line_that_is_typed(typed: int) -> None:
    """It is returned as it was typed, with its end; odd bytes break nothing."""
    os.write(typed, "é\n".encode() + b"\xff")

    assert ask_aside(lambda: False) == "é\n\ufffd"


def test_nobody_answers(typed: int) -> None:
    """Once the other thing is over the question is, and the answer is empty."""
    looks = iter([False, True])

    assert ask_aside(lambda: next(looks)) == ""
    os.write(typed, b"late\n")
    assert ask_aside(lambda: True) == ""
