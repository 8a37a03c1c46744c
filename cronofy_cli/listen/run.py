"""Putting a run together, for `listen`, `wait` and `demo`: what arrives goes from the listener to the history, then to
the selection, and from there to the output and to the reader of changes.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.callback_paths import last_path, remember_path
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.cli.calendar_choice import calendar_names
from cronofy_cli.core.notifications.callback_query import fill
from cronofy_cli.core.notifications.callback_url import callback_url_warning
from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.core.zones import find_zone
from cronofy_cli.listen.channels import ChannelCalls
from cronofy_cli.listen.examination import examination
from cronofy_cli.listen.forward import forwarding_for
from cronofy_cli.listen.forwarding.options import ForwardingOptions
from cronofy_cli.listen.read_changes import FALLBACK_TZID, change_reading, missed_since
from cronofy_cli.listen.recovery import Keeper
from cronofy_cli.listen.selection import Selection
from cronofy_cli.listen.session import Session, SessionPlan, new_callback_path
from cronofy_cli.listen.tunnel import AddressOpening, RunNotes, sweep_left_overs
from cronofy_cli.listen.view import LiveOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.core.notifications.where import Where
    from cronofy_cli.listen.changes.baseline import FirstLook
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.changes.reader import ChangeReader
    from cronofy_cli.listen.recovery import Announcement
    from cronofy_cli.listen.view import PrintStyle
    from cronofy_cli.receiver.pipeline import Sink


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked of a run."""

    style: PrintStyle
    public_url: str | None = None
    port: int = 0
    calendar_ids: tuple[str, ...] = ()
    only_managed: bool = False
    types: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()
    where: Where | None = None
    since: str | None = None
    """From when on to read what was missed, as RFC 3339 in UTC, or `last`."""
    forward_reconstructed: bool = False
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

    @property
    def chosen(self) -> DeliveryFilter:
        """What is shown, counted and forwarded."""
        return DeliveryFilter(frozenset(self.types), frozenset(self.channel_ids), self.where)

    @property
    def filtered_forwarding(self) -> ForwardingOptions:
        """How to forward what was chosen."""
        return replace(self.forwarding, chosen=self.chosen)


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
    """Be ready to receive inside the `with`; at its end the channel is closed and what arrived is handled.

    Raises:
        CronofyError: it cannot be made ready.
    """
    opening = AddressOpening(context, wishes)
    account = endpoints.userinfo(context.api)
    live = _greet(context, wishes, account, on_pipe_closed)
    journal = Journal(context.environment)
    sweep_left_overs(journal, context, account.sub, ChannelCalls(context.api), live)
    since = missed_since(context, wishes.since, account.sub, live)
    plan = _plan(context, wishes, account.sub)
    forwarding = forwarding_for(context, wishes.filtered_forwarding, live, app_answers=wishes.app_answers)
    reading = change_reading(context, wishes, account, live, forwarding, on_read or live.events, since)
    first_look = reading.first_look if wishes.read_events else None
    calls = _channel_calls(context, wishes, first_look)
    sinks: list[Sink] = [live.deliveries, reading.reader] if wishes.read_events else [live.deliveries]
    selection = Selection(wishes.chosen, wishes.count, plan.path, sinks, on_complete)
    examiner = examination(context, selection, plan.path, live)
    notes = RunNotes(journal, context.data_center.name, account.sub, live.trouble)
    address = opening.address(plan.path, fill(wishes.callback_query, account), notes.note_agent)
    all_sinks: list[Sink] = [selection, examiner, *forwarding.sinks]
    with notes, forwarding.running(), reading.running(), examiner.running():
        if first_look:
            first_look.start()
        session = Session(
            plan,
            calls,
            context.open_history,
            live,
            all_sinks,
            now,
            hold_signals,
            address=address,
            notes=notes,
            decide=forwarding.decide,
        )
        backfill = reading.backfill if wishes.read_events else None
        history = context.open_history()
        limit_s = wishes.max_offline_s
        keeper = Keeper(session, live, backfill, history, limit_s, on_given_up, now, announcement=announcement)
        with session:
            if warning := callback_url_warning(session.callback_url):
                live.remark(f" warning: {warning}")
            if since is not None and session.channel is not None:
                reading.backfill.read_since(session.channel, since)
            with keeper.watching(opening.events):
                yield Run(session, live, reading.reader, account)


def _channel_calls(context: AppContext, wishes: Wishes, first_look: FirstLook | None) -> ChannelCalls:
    return ChannelCalls(
        context.api,
        calendar_ids=wishes.calendar_ids,
        only_managed=wishes.only_managed,
        before_create=first_look.end if first_look else None,
    )


def _greet(context: AppContext, wishes: Wishes, account: UserInfo, on_pipe_closed: Callable[[], None]) -> LiveOutput:
    zone = find_zone(account.zoneinfo or FALLBACK_TZID)
    live = LiveOutput(context.output, wishes.style, zone, on_pipe_closed, context.chosen_options)
    live.calendar_names = calendar_names(context)
    live.tick("signed in", f"data center {context.data_center.name}, {account.email or account.sub}")
    return live


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
        options=context.chosen_options,
    )


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
