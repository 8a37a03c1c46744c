"""The options of `cronofy sync` that name many accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import typer

from cronofy_cli.core.api.rate_limits import CRONOFY_LIMITS, RateLimit
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext

ALL: Final = "all"
CONCURRENCY: Final = 8
"""Enough to use up the requests that Cronofy allows an application in a minute."""
_LIMITS: Final = re.compile(r"([1-9]\d{0,5}),([1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class ManyAccounts:
    """Which accounts, and how many requests for them."""

    HEADING: ClassVar[str] = "Many accounts"

    contexts: Annotated[
        str | None,
        typer.Option(
            "--contexts", metavar="NAME,...|all", help="The accounts of these contexts, or of all that are signed in."
        ),
    ] = None
    accounts: Annotated[
        str | None,
        typer.Option(
            "--accounts",
            metavar="FILE",
            help='The accounts of a file with a line {"sub": ..., "refresh_token": ...} for each; - reads stdin.',
        ),
    ] = None
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=64, help="How many accounts are worked on at a time.")
    ] = CONCURRENCY
    rate_limit: Annotated[
        str,
        typer.Option(
            "--rate-limit", metavar="N,N", help="Requests that the application may make in a second, and in a minute."
        ),
    ] = "50,500"

    @property
    def is_wanted(self) -> bool:
        """Whether accounts are named."""
        return self.contexts is not None or self.accounts is not None

    @property
    def limits(self) -> tuple[RateLimit, ...]:
        """The limits of the application.

        Raises:
            WrongUsage: they are not two numbers.
        """
        found = _LIMITS.fullmatch(self.rate_limit.replace(" ", ""))
        if found is None:
            raise WrongUsage(
                f"--rate-limit '{self.rate_limit}' is not two numbers",
                hint="write requests a second and a minute, such as --rate-limit 50,500",
            )
        return tuple(
            RateLimit(int(number), limit.within_s) for number, limit in zip(found.groups(), CRONOFY_LIMITS, strict=True)
        )

    def check(self, run: AppContext) -> None:
        """Refuse what says two things about whose accounts are meant.

        Raises:
            WrongUsage: it does.
        """
        if self.contexts is not None and self.accounts is not None:
            raise WrongUsage("--contexts cannot be combined with --accounts", hint="run the command once with each")
        said = [f"--{name.replace('_', '-')}" for name, value in run.flags.choices.items() if value is not None]
        if self.contexts is not None and said:
            raise WrongUsage(
                f"--contexts cannot be combined with {' or '.join(said)}",
                hint=f"leave out {' and '.join(said)}: each context has its own",
            )
