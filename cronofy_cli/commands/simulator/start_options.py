"""The options of the two commands that start a simulator, `run` and `exec`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.client_secrets import read_secret
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.simulator.world.settings import SimulatorSettings

_WORLD = "World"
_NOTIFICATIONS = "Notifications"

WorldOption = Annotated[
    Path | None,
    typer.Option(
        "--world",
        metavar="FILE",
        rich_help_panel=_WORLD,
        help="Start with the accounts and calendars of this file; see 'world export'.",
    ),
]
StateOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", rich_help_panel=_WORLD, help="Keep calendars and channels in this file between runs."),
]
PageSizeOption = Annotated[
    int | None, typer.Option(min=1, rich_help_panel=_WORLD, help="Events per page.", show_default="100")
]
ExtraEventsOption = Annotated[
    int,
    typer.Option(min=0, rich_help_panel=_WORLD, help="Add this many events to the few hundred, for large reads."),
]
ChoiceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--choice",
        metavar="NAME=VALUE",
        rich_help_panel=_WORLD,
        help="Change what Cronofy does not document; see 'routes --choices'. Repeatable.",
    ),
]
RetryScaleOption = Annotated[
    float,
    typer.Option(
        min=0.000001,
        max=1000,
        rich_help_panel=_NOTIFICATIONS,
        help="Multiply the pauses between delivery attempts, and the 24 hours, by this.",
    ),
]
ClientSecretFileOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE|-",
        rich_help_panel=_NOTIFICATIONS,
        help="Sign with this client secret; repeatable, as during a rotation.",
    ),
]
TokenLifetimeOption = Annotated[
    str,
    typer.Option(metavar="DURATION", rich_help_panel="Sign-in", help="How long access tokens of a sign-in are valid."),
]
RotateRefreshTokensOption = Annotated[
    bool,
    typer.Option(
        "--rotate-refresh-tokens", rich_help_panel="Sign-in", help="Return a new refresh token with every refresh."
    ),
]
BindOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", rich_help_panel="Network", help="Listen on this address, such as 0.0.0.0 in a container."
    ),
]
HostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--host",
        metavar="NAME",
        rich_help_panel="Network",
        help="Also answer requests for this host name; repeatable.",
    ),
]


def with_choices(settings: SimulatorSettings, given: Sequence[str] | None) -> SimulatorSettings:
    """Return settings with the choices of the command line.

    Raises:
        WrongUsage: one is not written as NAME=VALUE, is unknown, or cannot have this value.
    """
    choices: dict[str, object] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise WrongUsage(f"--choice does not take '{text}'", hint="write it as --choice NAME=VALUE")
        choices[name.strip()] = value.strip()
    return settings.with_choices(choices)


def with_secrets(run: AppContext, settings: SimulatorSettings, sources: Sequence[str] | None) -> SimulatorSettings:
    """Return settings with the client secrets of files."""
    if not sources:
        return settings
    return replace(settings, client_secrets=tuple(read_secret(run, source) for source in sources))
