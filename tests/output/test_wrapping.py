"""Sentences in lines that fit a terminal."""

from __future__ import annotations

import pytest

from cronofy_cli.output.wrapping import fitting, hanging_lines


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("all of it fits", 20, ["- all of it fits"]),
        ("broken between words only, and hung", 27, ["- broken between words", "  only, and hung"]),
        ("room for some words however narrow", 5, ["- room for some words", "  however narrow"]),
        (
            "https://example.com/a/long/address stays whole",
            24,
            ["- https://example.com/a/long/address", "  stays whole"],
        ),
        ("", 20, ["- "]),
    ],
)
def test_lines_hang(text: str, width: int, expected: list[str]) -> None:
    """A line is broken between words, never in one, and what follows stands below the text's beginning."""
    assert list(hanging_lines("- ", text, indent=2, width=width)) == expected


def test_lines_are_painted_one_by_one() -> None:
    """Colours end with each line, so that they do not run into the indentation."""
    painted = hanging_lines("- ", "one two three four five six", indent=2, width=22, paint=lambda line: f"<{line}>")

    assert list(painted) == ["- <one two three four>", "  <five six>"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  it fits here", "  it fits here"),
        ("  one two three four five six", "  one two three four five\n  six"),
        ("  one two\n    three four five six seven", "  one two\n    three four five six\n    seven"),
        ("  \x1b[32mone\x1b[0m two three four five", "  \x1b[32mone\x1b[0m two three four five"),
        ("  \x1b[32mone two three\x1b[0m four five six", "  \x1b[32mone two three\x1b[0m four five\n  six"),
        ("  a http://localhost:3000/a/long/hook b", "  a\n  http://localhost:3000/a/long/hook\n  b"),
        ("  send the rest: cronofy deliveries replay", "  send the rest: cronofy deliveries replay"),
        ("  one two three four fives six", "  one two three four fives\n  six"),
        ("  two  gaps  stay  as  they  are", "  two  gaps  stay  as\n  they  are"),
        ("", ""),
    ],
)
def test_lines_that_fit(text: str, expected: str) -> None:
    """A line that is too wide is broken between words; colours take no room, and a command stays whole."""
    assert fitting(text, 26) == expected


def test_lines_that_fit_below_a_column() -> None:
    """What is broken off can stand below the details of a step, and has some room however narrow the terminal is."""
    assert fitting(" x step   one two three four five", 32, indent=10) == " x step   one two three four\n          five"
    assert fitting("          one two three four", 22) == "          one two\n  three four"
