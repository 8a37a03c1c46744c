"""Commands whose options are declared in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command

from cronofy_cli.cli.option_groups import grouped


@dataclass(frozen=True, slots=True)
class Place:
    """A group with an argument, which is called like the group of another one."""

    how: Annotated[str, typer.Argument()] = "here"
    port: Annotated[int | None, typer.Option(min=1)] = None


@dataclass(frozen=True, slots=True)
class Manner:
    """A group with a flag and a list."""

    quick: Annotated[bool, typer.Option("--quick")] = False
    tag: Annotated[list[str] | None, typer.Option()] = None


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], (Place(), Manner(), 1)),
        (["there", "--port", "7", "--tag", "a", "--tag", "b"], (Place("there", 7), Manner(tag=["a", "b"]), 1)),
        (["--quick", "--count", "3"], (Place(), Manner(quick=True), 3)),
    ],
)
def test_options_come_as_groups(arguments: list[str], given: tuple[Any, ...]) -> None:
    """Each option is in its group, whatever groups are called; what is in none comes by itself."""
    received: list[tuple[Any, ...]] = []
    app = typer.Typer(add_completion=False)

    @app.command()
    @grouped
    def command(place: Place, how: Manner, count: Annotated[int, typer.Option()] = 1) -> None:
        """Do it."""
        received.append((place, how, count))

    get_command(app).main(arguments, standalone_mode=False)

    assert received == [given]
