"""Collecting the evidence: Cronofy, this machine and the callback URLs are asked at the same time, each within a limit.

The answer takes a few seconds whatever hangs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.background import Pending
from cronofy_cli.doctor.channels import Callback, callbacks_of
from cronofy_cli.doctor.clock import ClockObserver
from cronofy_cli.errors import CronofyError
from cronofy_cli.why.causes.channels import former_channels
from cronofy_cli.why.cronofy_evidence import StatusObserver, changes_until, find_events
from cronofy_cli.why.evidence import Elsewhere, ElsewhereContext, ElsewhereRun, Evidence
from cronofy_cli.why.history_evidence import hear

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.core.accounts.calendars import Calendar
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.why.callback_evidence import Prober
    from cronofy_cli.why.evidence import Asker, Changes, Heard, Question

ANSWER_LIMIT_S: Final = 6.0
"""For each question to Cronofy, retries and all."""
_READ_LIMIT_S: Final = 4.0
_HISTORY_LIMIT_S: Final = 6.0
_NOTICEABLE: Final = timedelta(seconds=30)
"""Clocks that differ by less are the same: an answer's date has whole seconds, and the way takes time."""


@dataclass(frozen=True, slots=True)
class OtherContext:
    """Another context of this machine, and how to ask with it."""

    name: str
    data_center: str
    open_client: Callable[[], ApiClient]
    """Makes a client with its own token for its own data center; raises a CronofyError if it has none."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the evidence comes from."""

    asker: Asker
    clock: Callable[[], datetime]
    journal: Journal
    open_history: Callable[[], History]
    open_client: Callable[[Callable[[Exchange], None]], ApiClient] | CronofyError
    """Makes a client that tells of its exchanges, or why none can be made. Whoever gave it closes the clients."""
    prober: Prober | None
    """None if callback URLs are not to be tried."""
    client_secrets: tuple[ClientSecret, ...] = field(default=(), repr=False)
    other_secrets: Callable[[], ForeignSecrets] = ForeignSecrets
    """Client secrets that are not in use here, looked for only once a signature has failed."""
    other_contexts: tuple[OtherContext, ...] = ()


def gather(question: Question, sources: Sources) -> Evidence:
    """Return everything that can be found out."""
    name = sources.asker.place.data_center.name
    heard = _start_hearing(question, sources)
    evidence = Evidence(question, sources.asker, sources.clock())
    asked = None
    if isinstance(sources.open_client, CronofyError):
        evidence = replace(evidence, account=sources.open_client)
    else:
        evidence = _ask_whose(evidence, sources.open_client, sources.clock)
        asked = _ask_rest(evidence, sources.open_client)
    sub = evidence.account.sub if isinstance(evidence.account, UserInfo) else None
    evidence = replace(evidence, heard=heard.result(), runs=sources.journal.known_runs(name, sub))
    if asked is not None:
        evidence = replace(
            evidence, channels=asked.channels.result(), channels_status=asked.statuses.of("/v1/channels")
        )
    probes = sources.prober.start(_callbacks(evidence), evidence.examined) if sources.prober is not None else None
    evidence = replace(evidence, elsewhere=_elsewhere(evidence, sources))
    if asked is not None:
        evidence = asked.added_to(evidence)
    return replace(evidence, probes=probes() if probes is not None else None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What Cronofy is being asked."""

    channels: Pending[tuple[Channel, ...]]
    statuses: StatusObserver
    calendars: Pending[tuple[Calendar, ...]]
    changes: Pending[Changes]
    event: Pending[tuple[Event, ...]] | None

    def added_to(self, evidence: Evidence) -> Evidence:
        """Return the evidence with what is not in it yet."""
        return replace(
            evidence,
            calendars=self.calendars.result(),
            changes=self.changes.result(),
            event=None if self.event is None else self.event.result(),
        )


def _start_hearing(question: Question, sources: Sources) -> Pending[Heard]:
    def listen() -> Heard:
        return hear(sources.open_history(), question.channel_id, sources.client_secrets, sources.other_secrets)

    return Pending(listen, "the history", _HISTORY_LIMIT_S)


def _ask_whose(
    evidence: Evidence, open_client: Callable[[Callable[[Exchange], None]], ApiClient], clock: Callable[[], datetime]
) -> Evidence:
    """Ask whose account it is, before everything else: that may renew the token, and tells Cronofy's time."""
    from cronofy_cli.adapters.api import endpoints

    observer = ClockObserver(clock)
    client = open_client(observer)
    account = Pending(lambda: endpoints.userinfo(client), "Cronofy", ANSWER_LIMIT_S).result()
    return replace(evidence, account=account, ahead=_ahead(observer.ahead_s))


def _ask_rest(evidence: Evidence, open_client: Callable[[Callable[[Exchange], None]], ApiClient]) -> _Asked | None:
    """Begin to ask everything else, at once; nothing if the account is not known."""
    from cronofy_cli.adapters.api import endpoints

    account, wanted, now = evidence.account, evidence.question.event, evidence.cronofys_now
    if not isinstance(account, UserInfo):
        return None
    statuses, tzid = StatusObserver(), account.zoneinfo or "Etc/UTC"
    client = open_client(statuses)
    # Clients of their own: reading that is broken off takes its client's connections with it.
    for_changes, for_event = open_client(_ignore), open_client(_ignore)
    event = None
    if wanted is not None:
        event = Pending(lambda: find_events(for_event, wanted, tzid, _READ_LIMIT_S), "Cronofy", ANSWER_LIMIT_S)
    return _Asked(
        Pending(lambda: endpoints.list_channels(client), "Cronofy", ANSWER_LIMIT_S),
        statuses,
        Pending(lambda: endpoints.list_calendars(client), "Cronofy", ANSWER_LIMIT_S),
        Pending(lambda: changes_until(for_changes, now, tzid), "Cronofy", ANSWER_LIMIT_S),
        event,
    )


def _ignore(_exchange: Exchange) -> None:
    return None


def _ahead(ahead_s: float | None) -> timedelta:
    ahead = timedelta(seconds=ahead_s or 0)
    return ahead if abs(ahead) > _NOTICEABLE else timedelta()


def _callbacks(evidence: Evidence) -> tuple[Callback, ...]:
    """Return what to try: the callback URLs of the channels that are asked about; failing that, of closed ones, and
    the asked one.
    """
    must_be_public = evidence.asker.place.data_center.is_real
    if evidence.examined:
        return callbacks_of(evidence.examined, must_be_public=must_be_public)
    ids: dict[str, tuple[str, ...]] = {} if evidence.question.url is None else {evidence.question.url: ()}
    for former in former_channels(evidence):
        if former.known_by and former.callback_url:
            ids[former.callback_url] = (*ids.get(former.callback_url, ()), former.channel_id)
    return tuple(Callback(url, channel_ids, must_be_public) for url, channel_ids in ids.items())


def _elsewhere(evidence: Evidence, sources: Sources) -> Elsewhere:
    """Return what is known of other places; other contexts are asked only for a channel that is not here."""
    name, former = sources.asker.place.data_center.name, former_channels(evidence)
    runs = tuple(
        ElsewhereRun(record.data_center, record.channel_ids, record.callback_urls, record.is_live)
        for record in sources.journal.records()
        if record.data_center != name
    )
    if evidence.examined or not (evidence.question.is_of_channel or any(each.known_by for each in former)):
        return Elsewhere(runs=runs)
    asked = [(each, Pending(partial(_channels_of, each), "Cronofy", ANSWER_LIMIT_S)) for each in sources.other_contexts]
    return Elsewhere(
        tuple(ElsewhereContext(each.name, each.data_center, found.result()) for each, found in asked), runs
    )


def _channels_of(context: OtherContext) -> tuple[Channel, ...]:
    from cronofy_cli.adapters.api import endpoints

    with context.open_client() as client:
        return endpoints.list_channels(client)
