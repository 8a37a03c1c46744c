"""The journal: which channels and agents the runs of this machine have opened, for each to be closed after its run.

Each run has a file of its own, written before the channel is made. What a run that was killed has left is found by it
and swept by a later one. Whose a channel is, is `core.ownership`'s matter; what a process is, `tunnels.processes`'.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cronofy_cli.adapters.paths import data_folder, write_private
from cronofy_cli.adapters.tunnels.processes import (
    AgentProcess,  # noqa: TC001 - msgspec reads the annotations when it decodes
    end_stray_agent,
    identify_child,
    is_running,
)
from cronofy_cli.core.notifications.ownership import KnownRuns, Owner, owner_of
from cronofy_cli.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cronofy_cli.core.notifications.channels import Channel


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one run of `listen`, or one `channels create`, has opened."""

    run_id: str
    process: AgentProcess | None
    """Who holds it; None for a channel that no run holds."""
    data_center: str
    sub: str
    """The account; empty where it is not known."""
    callback_urls: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()
    agents: tuple[AgentProcess, ...] = ()
    api_url: str = ""
    """Whose API it uses; empty in the records of older versions."""
    targets: tuple[str, ...] = ()
    """Where it forwards to."""
    folder: str = ""
    """Where it was started."""
    started_at: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the run still goes on."""
        return self.process is not None and is_running(self.process)


class Swept(NamedTuple):
    """What a sweep has done."""

    closed: tuple[str, ...] = ()
    """The ids of channels."""
    agents: tuple[AgentProcess, ...] = ()
    """Those that were ended."""


class Journal:
    """The records of all runs on this machine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = data_folder(environment) / "runs"

    def begin(
        self, data_center: str, sub: str, *, api_url: str = "", targets: tuple[str, ...] = (), started_at: str = ""
    ) -> JournalEntry:
        """Write the record of a run of this process.

        Raises:
            WrongUsage: it cannot be written.
        """
        record = RunRecord(
            _new_run_id(),
            _this_process(),
            data_center,
            sub,
            api_url=api_url,
            targets=targets,
            folder=_current_folder(),
            started_at=started_at,
        )
        return JournalEntry(self._folder, record)

    def note_created(self, data_center: str, sub: str, channel_id: str, callback_url: str) -> None:
        """Record a channel that stays without a run, until the user closes it.

        Raises:
            WrongUsage: it cannot be written.
        """
        _write(self._folder, RunRecord(_new_run_id(), None, data_center, sub, (callback_url,), (channel_id,)))

    def forget_created(self, channel_id: str) -> None:
        """Remove the record of such a channel, if there is one."""
        for record in self.records():
            if record.process is None and record.channel_ids == (channel_id,):
                self.forget(record)

    def changed_at_ns(self) -> int:
        """Return when a record was last added, changed or removed; 0 if there never was one."""
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0

    def target_lock(self, *names: str) -> Path:
        """Return the file whose lock the run holds that the names stand for."""
        digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder.parent / "locks" / f"{digest[:32]}.lock"

    def records(self) -> tuple[RunRecord, ...]:
        """Return all records; a file that cannot be read or understood is passed over."""
        found = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return tuple(record for record in found if record is not None)

    def abandoned(self) -> tuple[RunRecord, ...]:
        """Return the records of runs whose process is gone."""
        return tuple(record for record in self.records() if record.process is not None and not record.is_live)

    def known_runs(self, data_center: str, sub: str | None = None) -> KnownRuns:
        """Return the records of one data center by what has become of their runs.

        With `sub` they are those of one account, and those of which it is not known whose they are.
        """
        records = [
            record
            for record in self.records()
            if record.data_center == data_center and (sub is None or record.sub in {"", sub})
        ]
        held = [(record, record.is_live) for record in records if record.process is not None]
        return KnownRuns(
            live=tuple(record for record, is_live in held if is_live),
            abandoned=tuple(record for record, is_live in held if not is_live),
            created=tuple(record for record in records if record.process is None),
        )

    def forget(self, record: RunRecord) -> None:
        """Remove a record. One that cannot be removed is looked at again by the next sweep, which does no harm."""
        _remove(self._folder, record)


class JournalEntry:
    """The record of a run that goes on. Tunnels note their agents from threads of their own."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self._folder = folder
        self._record = record
        self._lock = threading.Lock()
        self._may_have_more = False
        _write(folder, record)

    @property
    def run_id(self) -> str:
        """Which record it is."""
        return self._record.run_id

    def note_callback_url(self, url: str) -> None:
        """Record where a channel is going to post to; to be called before it is made.

        Raises:
            WrongUsage: it cannot be written, here and in all other notes.
        """
        with self._lock:
            self._may_have_more = True
            self._keep(replace(self._record, callback_urls=_with(self._record.callback_urls, url)))

    def note_channel(self, channel_id: str) -> None:
        """Record a channel that was made."""
        with self._lock:
            self._may_have_more = False
            self._keep(replace(self._record, channel_ids=_with(self._record.channel_ids, channel_id)))

    def note_refused(self) -> None:
        """Take back that a channel was going to be made: it was not."""
        with self._lock:
            self._may_have_more = False

    def note_closed(self, channel_id: str) -> None:
        """Record that a channel was closed."""
        with self._lock:
            rest = tuple(each for each in self._record.channel_ids if each != channel_id)
            self._keep(replace(self._record, channel_ids=rest))

    def note_agent(self, agent: AgentProcess) -> None:
        """Record an agent that was started."""
        with self._lock:
            self._keep(replace(self._record, agents=(*self._record.agents, agent)))

    def end(self) -> None:
        """Remove the record, unless something of the run may still be there.

        A callback URL without a channel counts: Cronofy may have made the channel though its answer never came.
        """
        with self._lock:
            is_left = self._may_have_more or self._record.channel_ids or any(map(is_running, self._record.agents))
            if not is_left:
                _remove(self._folder, self._record)

    def _keep(self, record: RunRecord) -> None:
        self._record = record
        _write(self._folder, record)


def sweep(
    journal: Journal,
    data_center: str,
    sub: str,
    list_channels: Callable[[], Iterable[Channel]],
    close_channel: Callable[[str], None],
) -> Swept:
    """Close the channels and end the agents that runs of this account have left, and forget those runs.

    Channels are listed only if such a run exists. A record whose channel could not be closed is kept.

    Raises:
        CronofyError: the channels cannot be listed, or one cannot be closed.
    """
    records = abandoned_runs(journal, data_center, sub)
    agents = tuple(agent for record in records for agent in record.agents if end_stray_agent(agent))
    if not records:
        return Swept()
    stale = stale_channels(journal, data_center, records, list_channels())
    closed = tuple(channel.channel_id for channel in stale if _close(channel.channel_id, close_channel))
    for record in records:
        journal.forget(record)
    return Swept(closed, agents)


def abandoned_runs(journal: Journal, data_center: str, sub: str) -> tuple[RunRecord, ...]:
    """Return the abandoned runs of one account."""
    return tuple(each for each in journal.abandoned() if (each.data_center, each.sub) == (data_center, sub))


def stale_channels(
    journal: Journal, data_center: str, records: tuple[RunRecord, ...], channels: Iterable[Channel]
) -> tuple[Channel, ...]:
    """Return those of `channels` that only the abandoned runs `records` hold."""
    known = journal.known_runs(data_center)._replace(abandoned=records)
    return tuple(channel for channel in channels if owner_of(channel, known) is Owner.STALE)


def _close(channel_id: str, close_channel: Callable[[str], None]) -> bool:
    try:
        close_channel(channel_id)
    except NotFound:  # it has been closed meanwhile, such as by another run that started at the same time
        return False
    return True


def _with(items: tuple[str, ...], item: str) -> tuple[str, ...]:
    return items if item in items else (*items, item)


def _new_run_id() -> str:
    return secrets.token_hex(8)


def _current_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed meanwhile
        return ""


def _this_process() -> AgentProcess | None:
    """Return this process under a name that it is seen by; None where processes cannot be looked at.

    Under any other name it would seem gone, and another run would close its channels.
    """
    names = dict.fromkeys(PurePath(argument).name for argument in sys.orig_argv)
    identified = (identify_child(os.getpid(), name) for name in names if name)
    return next((process for process in identified if process is not None and is_running(process)), None)


def _path(folder: Path, record: RunRecord) -> Path:
    return folder / f"{record.run_id}.json"


def _write(folder: Path, record: RunRecord) -> None:
    write_private(_path(folder, record), msgspec.json.encode(record))


def _remove(folder: Path, record: RunRecord) -> None:
    with suppress(OSError):
        _path(folder, record).unlink()


def _read(path: Path) -> RunRecord | None:
    try:
        record = msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return record if record.run_id == path.stem else None
