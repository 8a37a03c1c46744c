"""The picture of `cronofy demo` shows what it prints.

It is drawn again by `CRONOFY_WRITE_GENERATED=1 pytest tests/scripts/test_demo_picture.py`, from a real run, if the run
prints something else than the picture has.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from tests.demo_picture import picture, text_of, without_what_differs
from tests.support import COMMAND_LIMIT_S, REPOSITORY

if TYPE_CHECKING:
    from tests.support import Cli

PICTURE = REPOSITORY / "docs" / "demo.svg"
LARGEST_BYTES = 100_000


def test_the_picture_is_of_a_real_run(cli: Cli) -> None:
    """But for times, ports and ids, the lines of the picture are those that the demo prints until its last words."""
    printed = run_demo(cli)
    drawn = picture("cronofy demo", printed)
    if os.environ.get("CRONOFY_WRITE_GENERATED") and not (PICTURE.exists() and same(drawn, PICTURE.read_text("utf-8"))):
        PICTURE.write_text(drawn, encoding="utf-8")

    kept = PICTURE.read_text(encoding="utf-8")
    assert lines(kept) == lines(drawn)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert text_of(drawn) == ["$ cronofy demo", *(line for line in plain.split("\n") if line)]


def test_the_picture_needs_nothing_else() -> None:
    """It is small, follows the reader's light or dark, holds its text as text, and loads nothing."""
    kept = PICTURE.read_bytes()

    assert len(kept) < LARGEST_BYTES
    assert b"prefers-color-scheme:dark" in kept
    assert not re.search(rb"@import|url\(|href|<script|<image", kept)


def run_demo(cli: Cli) -> str:
    """Return what it writes to a terminal until its channel is closed, in order and with its colours."""
    done = subprocess.run(
        cli.command("demo", "--color", "always"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=cli.environment,
        check=True,
        timeout=COMMAND_LIMIT_S,
    )
    shown, closed, _ = done.stdout.decode().partition("\nThat took ")
    assert closed
    return shown


def same(one: str, other: str) -> bool:
    """Whether two pictures differ only in what is another one in each run."""
    head = re.compile(r"<rect.*", re.DOTALL)
    return lines(one) == lines(other) and head.sub("", one) == head.sub("", other)


def lines(svg: str) -> list[str]:
    """Return the lines of a picture without what differs by run."""
    return [without_what_differs(line) for line in text_of(svg)]
