"""Other runs of `listen` on this machine for the same account: one for each target, and each says that others exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.settings.locks import LockBusy, file_lock
from cronofy_cli.core.text import clean
from cronofy_cli.errors import AlreadyListening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from cronofy_cli.adapters.journal import Journal, RunRecord
    from cronofy_cli.listen.reporter import Reporter


class OtherRuns:
    """What the journal says about other runs of the same account at the same API."""

    def __init__(self, journal: Journal, api_url: str, sub: str, own_run_id: str) -> None:
        self._journal = journal
        self._api_url = api_url
        self._sub = sub
        self._own_run_id = own_run_id
        self._seen: set[str] = set()
        self._looked_at_ns = -1

    def claim(self, targets: Sequence[str], stack: ExitStack) -> None:
        """Hold the lock of each target as long as `stack` is open. The system frees it when the process dies.

        Raises:
            AlreadyListening: another run holds one.
            CronofyError: the file of a lock cannot be used.
        """
        for target in sorted(set(targets)):
            try:
                stack.enter_context(file_lock(self._journal.target_lock(self._api_url, self._sub, target), 0))
            except LockBusy as error:
                raise self._already(target) from error

    def look(self, reporter: Reporter) -> None:
        """Say which other runs there are, each once. Cheap while the journal stays as it is."""
        changed_at_ns = self._journal.changed_at_ns()
        if changed_at_ns == self._looked_at_ns:
            return
        self._looked_at_ns = changed_at_ns
        for record in self.live():
            if record.run_id not in self._seen:
                self._seen.add(record.run_id)
                reporter.remark(f" another run ({_who(record)}) receives the same notifications")

    def live(self) -> list[RunRecord]:
        """Return the records of those that run."""
        return [
            record
            for record in self._journal.records()
            if (record.api_url, record.sub) == (self._api_url, self._sub)
            and record.run_id != self._own_run_id
            and record.is_live
        ]

    def _already(self, target: str) -> AlreadyListening:
        holder = next((record for record in self.live() if target in record.targets), None)
        who = "" if holder is None else f": {_who(holder)}"
        end = "end it" if holder is None or holder.process is None else f"end it: kill {holder.process.pid}"
        return AlreadyListening(
            f"another 'listen' for this account forwards to {target} already{who}",
            hint=f"to see what it receives, add --follow; to take its place, {end}; or choose another target",
        )


def _who(record: RunRecord) -> str:
    parts = [] if record.process is None else [f"process {record.process.pid}"]
    parts += [f"since {record.started_at}"] if record.started_at else []
    parts += [f"in {clean(record.folder)}"] if record.folder else []
    return ", ".join(parts) or "process unknown"
