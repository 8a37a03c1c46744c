"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.text import as_utf8, clean, clean_lines, comparable, decoded, shorten

ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]))
DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(ANY_TEXT)
def test_nothing_that_drives_a_terminal_passes(text: str) -> None:
    """No control character, direction mark, line separator or surrogate is left, and the rest can be encoded."""
    cleaned = clean(text)

    assert {unicodedata.category(each) for each in cleaned}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert not set(cleaned) & set(DIRECTION_MARKS)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_ordinary_text_stays(text: str) -> None:
    """Letters of any script, marks, symbols and spaces are not touched."""
    assert clean(text) == text


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is clean stays as it is."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07Lunch", "[2J]0;titleLunch"),
        ("one\ttwo\r\nthree", "one two  three"),
        ("one\u2028two\x85three", "one two three"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\x9b31mred", "31mred"),
        ("café 📅 ½", "café 📅 ½"),
        ("\ud800", ""),
    ],
)
def test_what_is_replaced_and_what_is_left_out(text: str, shown: str) -> None:
    """Line breaks and tabs become a space, so that words stay apart; everything else unsafe goes."""
    assert clean(text) == shown


@given(ANY_TEXT)
def test_lines_stay_lines_and_nothing_else(text: str) -> None:
    """With line breaks allowed, line feeds are the only control character."""
    cleaned = clean_lines(text)

    assert clean(cleaned.replace("\n", "")) == cleaned.replace("\n", "")


@given(st.text(), st.integers(1, 50))
def test_shortened_text_fits(text: str, width: int) -> None:
    """A shortened text has at most the width, and says by an ellipsis that something is missing."""
    shortened = shorten(text, width)

    assert len(shortened) <= width
    assert shortened == text or (shortened[-1] == "…" and text.startswith(shortened[:-1]))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"CRN_1\r\n", b"CRN_1\r\n"),
        (b"\xef\xbb\xbfCRN_1", b"CRN_1"),
        (b"\xff\xfe" + "Café\r\n".encode("utf-16-le"), "Café\r\n".encode()),
        (b"\xfe\xff" + "Café".encode("utf-16-be"), "Café".encode()),
        (b"\xff\x00", b"\xff\x00"),
        (b"", b""),
    ],
)
def test_files_of_windows(content: bytes, expected: bytes) -> None:
    """A text file with a byte order mark is read as the text that it is; other bytes stay as they are."""
    assert as_utf8(content) == expected


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"a\xff", 1), (b"\xef\xbb\xbfa\xff", 4), (b"\xff\xfea", 2)],
    ids=["UTF-8", "UTF-8 with a mark", "half a character of UTF-16"],
)
def test_text_that_cannot_be_read(content: bytes, place: int) -> None:
    """A file that is not the text that it says it is fails at the place in the file."""
    with pytest.raises(UnicodeDecodeError) as unreadable:
        decoded(content)

    assert unreadable.value.start == place


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Caf\u00e9", "cafe\u0301", True),
        ("STRASSE", "stra\u00dfe", True),
        ("\u1e9b\u0323", "\u1e69", True),
        ("Work", "work ", False),
        ("caf\u00e9", "cafe", False),
    ],
)
def test_names_that_are_the_same(one: str, other: str, is_same: bool) -> None:
    """Capitals and the two ways to write a letter with an accent make no difference between names."""
    assert (comparable(one) == comparable(other)) is is_same
