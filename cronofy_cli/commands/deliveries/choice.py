"""Naming stored deliveries: by number, `last` or `@tag`, or by what they are like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

LAST = "last"

TypeOption = Annotated[
    str | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        rich_help_panel="Filters",
        help="Only this notification type.",
        callback=lambda value: None if value is None else check_type(value),
    ),
]
ChannelOption = Annotated[str | None, typer.Option(metavar="ID", rich_help_panel="Filters", help="Only this channel.")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME|DURATION",
        rich_help_panel="Filters",
        help="Only received at or after this time, or this long ago: 1h.",
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME|DURATION", rich_help_panel="Filters", help="Only received before this time, or this long ago."
    ),
]
SignatureOption = Annotated[
    SignatureState | None, typer.Option(rich_help_panel="Filters", help="Only with this result of the signature check.")
]
SearchOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        rich_help_panel="Filters",
        help="Only with exactly this text, capitals too, in the body, headers, events read, a response of the "
        "application, or a tag.",
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        metavar="EXPR",
        rich_help_panel="Filters",
        help="Only notifications that match this expression; see 'cronofy help where'.",
    ),
]


def find_delivery(history: History, choice: str) -> Delivery:
    """Return the delivery that `choice` names.

    Raises:
        NotFound: there is none.
        WrongUsage: it is neither a number, nor `last`, nor a tag.
    """
    if choice == LAST:
        return _found(history.last(), "nothing has been received yet")
    if choice.startswith("@"):
        number = history.tags.all().get(choice[1:])
        return _found(history.get(number) if number else None, f"no delivery has the tag {choice}")
    digits = choice.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise WrongUsage(
            f"'{choice}' does not name a delivery", hint="use its number from 'deliveries list', last, or @tag"
        )
    return _found(history.get(int(digits)), f"there is no delivery #{digits}")


def find_deliveries(history: History, choices: Sequence[str]) -> list[Delivery]:
    """Return the deliveries that are named, in the order in which they are.

    Raises:
        NotFound: one is not there.
        WrongUsage: one is not a name of a delivery.
    """
    return [find_delivery(history, choice) for choice in choices]


def local_moment(text: str, *, option: str) -> datetime:
    """Return the moment that a time, a day or a duration before now stands for, in the days of this machine.

    Raises:
        WrongUsage: it is none of them.
    """
    from cronofy_cli.core.api.time_limits import Clock, parse_moment
    from cronofy_cli.core.times import parse_time

    now = datetime.now().astimezone()
    return parse_time(parse_moment(text, Clock(now, now.tzinfo or UTC), option=option).text)


def _found(delivery: Delivery | None, otherwise: str) -> Delivery:
    if delivery is None:
        raise NotFound(otherwise, hint="cronofy deliveries list")
    return delivery
