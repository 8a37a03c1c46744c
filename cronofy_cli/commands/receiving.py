"""Putting a run together, for `listen` and `demo`: what arrives goes from the listener to the history, then to the
selection, and from there to the output and to the reader of changes.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.callback_paths import last_path, remember_path
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.tunnels.choose import TunnelChoice
from cronofy_cli.commands.forwarding import forwarding_for
from cronofy_cli.commands.opening import AddressOpening, RunNotes, sweep_left_overs
from cronofy_cli.core.callback_query import fill
from cronofy_cli.core.callback_url import callback_url_warning
from cronofy_cli.core.zones import find_zone
from cronofy_cli.forwarding.options import ForwardingOptions
from cronofy_cli.listener.change_reader import ChangeReader
from cronofy_cli.listener.channel_calls import ChannelCalls, read_all_events
from cronofy_cli.listener.keeping import Keeper
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
    from cronofy_cli.listener.keeping import Announcement
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
    tunnel: TunnelChoice = TunnelChoice.AUTO
    domain: str | None = None
    ssh_host: str | None = None
    callback_query: str = ""
    """A template; see core.callback_query."""
    keep_channel: bool = False
    reuse: bool = False
    forwarding: ForwardingOptions = field(default_factory=ForwardingOptions)
    app_answers: bool = False
    max_offline_s: float = 600.0
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
    on_given_up: Callable[[], None],
    on_read: Callable[[ChangeRead], None] | None = None,
    hold_signals: Callable[[], AbstractContextManager[object]] = nullcontext,
    announcement: Announcement | None = None,
) -> Iterator[Run]:
    """Be ready to receive inside the `with`; at its end the channel is closed and what arrived is handled."""
    opening = AddressOpening(context, wishes)
    account = endpoints.userinfo(context.api)
    tzid = account.zoneinfo or FALLBACK_TZID
    live = LiveOutput(context.output, wishes.style, find_zone(tzid), on_pipe_closed)
    _greet(context, live, account)
    calls = ChannelCalls(context.api, calendar_ids=wishes.calendar_ids, only_managed=wishes.only_managed)
    journal = Journal(context.environment)
    sweep_left_overs(journal, context, account.sub, calls, live)
    plan = _plan(context, wishes, account.sub)
    history = context.open_history()
    keep = partial(_keep_events, history, on_read or live.events)
    changes = ChangeReader(partial(read_all_events, context.api), tzid, keep, live.trouble)
    forwarding = forwarding_for(context, wishes.forwarding, live, app_answers=wishes.app_answers)
    sinks: list[Sink] = [live.deliveries, changes] if wishes.read_events else [live.deliveries]
    selection = Selection(wishes.types, wishes.count, plan.path, sinks, on_complete)
    changes.start()
    notes = RunNotes(journal, context.data_center.name, account.sub, live.trouble)
    try:
        session = Session(
            plan,
            calls,
            context.open_history,
            live,
            [selection, *forwarding.sinks],
            now,
            hold_signals,
            address=opening.address(plan.path, fill(wishes.callback_query, account), notes.note_agent),
            notes=notes,
            decide=forwarding.decide,
        )
        with forwarding.running(), session:
            if warning := callback_url_warning(session.callback_url):
                live.remark(f" warning: {warning}")
            keeper = Keeper(
                session,
                live,
                changes if wishes.read_events else None,
                context.open_history(),
                wishes.max_offline_s,
                on_given_up,
                now,
                announcement=announcement,
            )
            with keeper.watching(opening.events):
                yield Run(session, live, changes, account)
    finally:
        changes.stop(DRAIN_LIMIT_S)
        notes.end()


def _greet(context: AppContext, live: LiveOutput, account: UserInfo) -> None:
    live.calendar_names = {c.calendar_id: c.calendar_name for c in endpoints.list_calendars(context.api)}
    live.tick("signed in", f"data center {context.data_center.name}, {account.email or account.sub}")


def _plan(context: AppContext, wishes: Wishes, sub: str) -> SessionPlan:
    known = last_path(context.data_center.name, sub, context.environment) if wishes.reuse else None
    path = known or new_callback_path()
    if path != known:
        remember_path(context.data_center.name, sub, path, context.environment)
    return SessionPlan(
        path=path,
        data_center=context.data_center.name,
        client_secrets=context.client_secrets,
        policy=wishes.policy,
        public_url=wishes.public_url,
        port=wishes.port,
        keep_channel=wishes.keep_channel,
    )


def _keep_events(history: History, show: Callable[[ChangeRead], None], read: ChangeRead) -> None:
    if read.delivery_ids:
        history.attach_events(read.delivery_ids, read.payload())
    show(read)


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
