"""Naming a stored delivery: by its number, or `last`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.deliveries import Delivery


def find_delivery(history: History, choice: str) -> Delivery:
    """Return the delivery that `choice` names.

    Raises:
        NotFound: there is none.
        WrongUsage: it is neither a number nor `last`.
    """
    number = choice.removeprefix("#")
    if choice != "last" and not (number.isascii() and number.isdigit()):
        raise WrongUsage(f"'{choice}' does not name a delivery", hint="use its number from 'deliveries list', or last")
    found = history.last() if choice == "last" else history.get(int(number))
    if found is None:
        raise NotFound(
            "nothing has been received yet" if choice == "last" else f"there is no delivery #{number}",
            hint="cronofy deliveries list",
        )
    return found
