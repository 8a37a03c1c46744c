"""Sentences in lines that fit a terminal."""

from __future__ import annotations

import pytest

from cronofy_cli.output.wrapping import hanging_lines


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
