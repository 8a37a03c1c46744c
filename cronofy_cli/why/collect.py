"""Collecting the evidence: Cronofy, this machine and the callback URLs are asked at the same time, each within a limit.

The evidence is there after a few seconds whatever hangs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.background import BackgroundTask
from cronofy_cli.errors import CronofyError
from cronofy_cli.evidence.account import AccountReader
from cronofy_cli.evidence.callback import Callback, callbacks_of
from cronofy_cli.why.callback_evidence import start_probes
from cronofy_cli.why.causes.channels import former_channels
from cronofy_cli.why.cronofy_evidence import changes_until, find_events
from cronofy_cli.why.evidence import ContextChannels, Evidence, RunElsewhere
from cronofy_cli.why.history_evidence import read_history

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.core.accounts.calendars import Calendar
    from cronofy_cli.core.events.event import Event
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.evidence.account import OpenClient
    from cronofy_cli.evidence.callback import Prober
    from cronofy_cli.why.evidence import Access, Changes, HistoryEvidence, Question

CALL_LIMIT_S: Final = 6.0
"""For each question to Cronofy, retries and all."""
_READ_LIMIT_S: Final = 4.0
_HISTORY_LIMIT_S: Final = 6.0
_NOTICEABLE: Final = timedelta(seconds=30)
"""Clocks that differ by less are the same: a Date header has whole seconds, and the exchange takes time."""


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

    access: Access
    clock: Callable[[], datetime]
    journal: Journal
    open_history: Callable[[], History]
    open_client: OpenClient | CronofyError
    """Or why there can be no client. Whoever gave it closes the clients."""
    prober: Prober | None
    """None if callback URLs are not to be tried."""
    client_secrets: tuple[ClientSecret, ...] = ()
    other_secrets: Callable[[], ForeignSecrets] = ForeignSecrets
    """Client secrets that are not in use here, looked for only once a signature does not match."""
    other_contexts: tuple[OtherContext, ...] = ()


def collect(question: Question, sources: Sources) -> Evidence:
    """Return everything that can be found out."""
    name = sources.access.place.data_center.name
    evidence = Evidence(question, sources.access, sources.clock())
    history = _start_history(evidence, sources)
    started = None
    if isinstance(sources.open_client, CronofyError):
        evidence = replace(evidence, account=sources.open_client)
    else:
        reader = AccountReader(sources.open_client, sources.clock, CALL_LIMIT_S)
        evidence = replace(evidence, account=reader.userinfo(), ahead=_ahead(reader.observer.ahead_s))
        started = _start_account(evidence, reader, sources.open_client, sources.clock)
    sub = evidence.account.sub if isinstance(evidence.account, UserInfo) else None
    evidence = replace(evidence, history=history.result(), runs=sources.journal.known_runs(name, sub))
    if started is not None:
        evidence = started.with_channels(evidence)
    probes = None
    if sources.prober is not None:
        probes = start_probes(sources.prober, _callbacks(evidence), evidence.examined)
    evidence = _with_other_places(evidence, sources)
    if started is not None:
        evidence = started.with_events(evidence)
    return replace(evidence, probes=probes() if probes is not None else None)


@dataclass(frozen=True, slots=True)
class _Started:
    """What Cronofy is being asked."""

    reader: AccountReader
    channels: BackgroundTask[tuple[Channel, ...]]
    calendars: BackgroundTask[tuple[Calendar, ...]]
    changes: BackgroundTask[Changes]
    event: BackgroundTask[tuple[Event, ...]] | None

    def with_channels(self, evidence: Evidence) -> Evidence:
        channels = self.channels.result()
        return replace(evidence, channels=channels, channels_status=self.reader.observer.status_of("/v1/channels"))

    def with_events(self, evidence: Evidence) -> Evidence:
        return replace(
            evidence,
            calendars=self.calendars.result(),
            changes=self.changes.result(),
            event=None if self.event is None else self.event.result(),
        )


def _start_history(evidence: Evidence, sources: Sources) -> BackgroundTask[HistoryEvidence]:
    def read() -> HistoryEvidence:
        asked, secrets = evidence.question.channel_id, sources.client_secrets
        return read_history(sources.open_history(), evidence.now, asked, secrets, sources.other_secrets)

    return BackgroundTask(read, "the history", _HISTORY_LIMIT_S)


def _start_account(
    evidence: Evidence, reader: AccountReader, open_client: OpenClient, clock: Callable[[], datetime]
) -> _Started | None:
    """Begin to ask everything else, at once; nothing if the account is not known."""
    from cronofy_cli.adapters.api import endpoints

    account, wanted, now = evidence.account, evidence.question.event, evidence.cronofys_now
    if not isinstance(account, UserInfo):
        return None
    tzid = account.zoneinfo or "Etc/UTC"
    # Clients of their own: reading that is stopped early takes its client's connections with it.
    for_changes, for_event = (AccountReader(open_client, clock, CALL_LIMIT_S) for _ in range(2))
    event = None
    if wanted is not None:
        event = for_event.ask(lambda client: find_events(client, wanted, tzid, _READ_LIMIT_S))
    return _Started(
        reader,
        reader.channels(),
        reader.ask(endpoints.list_calendars),
        for_changes.ask(lambda client: changes_until(client, now, tzid)),
        event,
    )


def _ahead(ahead_s: float | None) -> timedelta:
    ahead = timedelta(seconds=ahead_s or 0)
    return ahead if abs(ahead) > _NOTICEABLE else timedelta()


def _callbacks(evidence: Evidence) -> tuple[Callback, ...]:
    """Return what to try: the callback URLs of the channels that are asked about; failing that, of closed ones, and
    the asked one.
    """
    must_be_public = evidence.access.place.data_center.is_real
    if evidence.examined:
        return callbacks_of(evidence.examined, must_be_public=must_be_public)
    ids: dict[str, tuple[str, ...]] = {} if evidence.question.url is None else {evidence.question.url: ()}
    for former in former_channels(evidence):
        if former.known_by and former.callback_url:
            ids[former.callback_url] = (*ids.get(former.callback_url, ()), former.channel_id)
    return tuple(Callback(url, channel_ids, must_be_public) for url, channel_ids in ids.items())


def _with_other_places(evidence: Evidence, sources: Sources) -> Evidence:
    """Add what is known of other data centers; other contexts are asked only for a channel that is not here."""
    name, former = sources.access.place.data_center.name, former_channels(evidence)
    runs = tuple(
        RunElsewhere(record.data_center, record.channel_ids, record.callback_urls, record.is_live)
        for record in sources.journal.records()
        if record.data_center != name
    )
    evidence = replace(evidence, runs_elsewhere=runs)
    if evidence.examined or not (evidence.question.is_of_channel or any(each.known_by for each in former)):
        return evidence
    asked = [
        (each, BackgroundTask(partial(_channels_of, each), "Cronofy", CALL_LIMIT_S)) for each in sources.other_contexts
    ]
    found = tuple(ContextChannels(each.name, each.data_center, task.result()) for each, task in asked)
    return replace(evidence, other_contexts=found)


def _channels_of(context: OtherContext) -> tuple[Channel, ...]:
    from cronofy_cli.adapters.api import endpoints

    with context.open_client() as client:
        return endpoints.list_channels(client)
