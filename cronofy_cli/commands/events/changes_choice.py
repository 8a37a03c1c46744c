"""`--changes-since`: everything that a `change` notification speaks of, or that changed since a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.commands.events.query_times import CHANGES_OPTION, Limits, names_delivery, tell_sent
from cronofy_cli.core.api.queries import EventsQuery, change_query
from cronofy_cli.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.events.query_times import Here
    from cronofy_cli.core.notifications.deliveries import Delivery

LAST = "last"


def changes_query(run: AppContext, choice: str, here: Here) -> EventsQuery:
    """Return the query for everything since a time, or for what a delivery is about, within its channel's filters.

    `last` is the last `change` whose signature is not wrong.

    Raises:
        WrongUsage: it is neither, or the delivery speaks of no changes.
        NotFound: there is no such delivery.
    """
    if names_delivery(choice):
        delivery = _find(run, choice)
        return change_query(delivery.notification, here.tzid)
    from cronofy_cli.core.api.time_limits import parse_moment
    from cronofy_cli.core.notifications.notification import Notification

    since = parse_moment(choice, here.clock, option=CHANGES_OPTION)
    if not since.is_as_written:
        tell_sent(run, Limits(last_modified=since.text), here)
    return change_query(Notification(type="change", changes_since=since.text), here.tzid)


def _find(run: AppContext, choice: str) -> Delivery:
    from cronofy_cli.commands.deliveries.choice import find_delivery

    delivery = _last_change(run) if choice == LAST else find_delivery(run.history, choice)
    number = f"delivery #{delivery.id}"
    if not delivery.notification.changes_since:
        raise WrongUsage(
            f"{number} is '{delivery.notification.label}', which does not report changes",
            hint=f"name a 'change': cronofy deliveries list --type change, or {CHANGES_OPTION} last",
        )
    if delivery.context != run.data_center.name:
        run.warn(f"{number} was received from data center {delivery.context}, and {run.data_center.name} is asked")
    return delivery


def _last_change(run: AppContext) -> Delivery:
    from cronofy_cli.adapters.history import Criteria
    from cronofy_cli.core.signature import SignatureState

    wanted = {SignatureState.VALID, SignatureState.UNKNOWN}
    for delivery in run.history.newest_first(Criteria(type="change", is_received=True)):
        if delivery.verdict.state in wanted:
            return delivery
    raise NotFound("no 'change' has been received yet", hint=f"name a time: {CHANGES_OPTION} 2h")
