"""Text in cells of a terminal."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cronofy_cli.output.terminal.cells import cut, fill, width, wrap

TEXTS = st.text(alphabet="ab é日本語🎉-", max_size=40)


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("日本", 4), ("é", 1), ("", 0), ("🎉", 2)])
def test_wide_characters_take_two_cells(text: str, cells: int) -> None:
    """Ideographs and emoji take two cells, a combining mark none."""
    assert width(text) == cells


@given(TEXTS, st.integers(2, 30))
def test_a_text_is_filled_to_exactly_the_cells(text: str, cells: int) -> None:
    """Whatever is in it, a filled text takes its column and not a cell more."""
    event("cut" if width(text) > cells else "padded")

    assert width(fill(text, cells)) == cells
    assert width(cut(text, cells)) <= cells


def test_a_cut_text_says_so() -> None:
    """What is left out has a mark."""
    assert (cut("Release 4.1", 8), cut("Release", 8), cut("Release", 0)) == ("Release…", "Release", "")


@given(TEXTS, st.integers(4, 30))
def test_a_wrapped_line_fits_and_loses_nothing(text: str, cells: int) -> None:
    """Each piece fits the screen, and together they are the line."""
    pieces = wrap(text, cells)
    event(f"{min(len(pieces), 3)} pieces")

    assert all(width(piece) <= cells for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


def test_what_continues_a_line_is_indented_like_it() -> None:
    """A folded line of a body stays below its beginning."""
    assert wrap("    abcdefgh", 8) == ["    abcd", "    efgh"]
