"""What the options said that all commands share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.output.streams import Color

if TYPE_CHECKING:
    from cronofy_cli.core.query import Query


@dataclass(slots=True, eq=False, repr=False)
class Flags:
    """What the shared options said. Filled while the command line is parsed, read afterwards."""

    context: str | None = None
    data_center: str | None = None
    json: bool = False
    ndjson: bool = False
    color: Color = Color.AUTO
    no_input: bool = False
    no_pager: bool = False
    verbose: bool = False
    query: Query | None = None
    raw_output: bool = False

    @property
    def choices(self) -> dict[str, str | None]:
        """What was said about whose account is meant, by the options' names."""
        return {"context": self.context, "data_center": self.data_center}

    @property
    def wants_json(self) -> bool:
        """Whether the answer is JSON in one document: an expression for it asks for that, too."""
        return self.json or (self.query is not None and not self.ndjson)
