"""Putting a run together, for `listen` and `demo`: what arrives goes from the listener to the history, then to the
selection, and from there to the output and to the reader of changes.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.core.zones import find_zone
from cronofy_cli.listener.change_reader import ChangeReader
from cronofy_cli.listener.channel_calls import ChannelCalls, read_all_events
from cronofy_cli.listener.policy import SignaturePolicy
from cronofy_cli.listener.selection import Selection
from cronofy_cli.listener.session import DRAIN_LIMIT_S, Session, SessionPlan, new_callback_path
from cronofy_cli.output.live import LiveOutput, PrintStyle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.history import History
    from cronofy_cli.context import AppContext
    from cronofy_cli.core.calendars import UserInfo
    from cronofy_cli.listener.change_reader import ChangeRead
    from cronofy_cli.listener.pipeline import Sink

FALLBACK_TZID = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked of a run."""

    style: PrintStyle
    public_url: str | None = None
    port: int = 0
    calendar_ids: tuple[str, ...] = ()
    only_managed: bool = False
    types: tuple[str, ...] = ()
    count: int | None = None
    read_events: bool = True
    policy: SignaturePolicy = SignaturePolicy.STRICT


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is ready: what arrives is printed from now on."""

    session: Session
    live: LiveOutput
    changes: ChangeReader
    account: UserInfo


@contextmanager
def receiving(
    context: AppContext,
    wishes: Wishes,
    *,
    on_complete: Callable[[], None],
    on_pipe_closed: Callable[[], None],
    on_read: Callable[[ChangeRead], None] | None = None,
    hold_signals: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Iterator[Run]:
    """Be ready to receive inside the `with`; at its end the channel is closed and what arrived is handled."""
    account = endpoints.userinfo(context.api)
    tzid = account.zoneinfo or FALLBACK_TZID
    live = LiveOutput(context.output, wishes.style, find_zone(tzid), on_pipe_closed)
    live.calendar_names = {c.calendar_id: c.calendar_name for c in endpoints.list_calendars(context.api)}
    live.tick("signed in", f"data center {context.data_center.name}, {account.email or account.sub}")
    plan = _plan(context, wishes)
    keep = partial(_keep_events, context.open_history(), on_read or live.events)
    changes = ChangeReader(partial(read_all_events, context.api), tzid, keep, live.trouble)
    sinks: list[Sink] = [live.deliveries, changes] if wishes.read_events else [live.deliveries]
    selection = Selection(wishes.types, wishes.count, plan.path, sinks, on_complete)
    calls = ChannelCalls(context.api, calendar_ids=wishes.calendar_ids, only_managed=wishes.only_managed)
    changes.start()
    try:
        with Session(plan, calls, context.open_history, live, [selection], _now, hold_signals) as session:
            yield Run(session, live, changes, account)
    finally:
        changes.stop(DRAIN_LIMIT_S)


def _plan(context: AppContext, wishes: Wishes) -> SessionPlan:
    return SessionPlan(
        path=new_callback_path(),
        data_center=context.data_center.name,
        client_secrets=context.client_secrets,
        policy=wishes.policy,
        public_url=wishes.public_url,
        port=wishes.port,
    )


def _keep_events(history: History, show: Callable[[ChangeRead], None], read: ChangeRead) -> None:
    history.attach_events(read.delivery_ids, read.payload())
    show(read)


def _now() -> datetime:
    return datetime.now(UTC)
