"""Pages about what belongs to all commands: Markdown files of the package, the same text as in `docs/topics/`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cronofy_cli.errors import NotFound

TOPICS: Final = ("exit-codes", "environment", "where", "json", "errors", "time-words", "agents")
FOLDER: Final = Path(__file__).parents[1] / "topics"


def topic_page(name: str) -> str:
    """Return a page.

    Raises:
        NotFound: there is no such page.
    """
    if name not in TOPICS:
        raise NotFound(f"there is no page '{name}'", hint=f"one of: {', '.join(TOPICS)}")
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")
