"""Whether `listen` runs on this machine, since when, and whether anything can arrive. All runs share the history.

A run that has started the inspector says so itself, line by line; of all others the journal is known.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cronofy_cli.adapters.journal import Journal
from cronofy_cli.inspector.documents import StateDocument

if TYPE_CHECKING:
    from cronofy_cli.inspector.around import Around


class RunNews(Struct, frozen=True):
    """What a run of `listen` says of itself: its `Condition`, which features do not share."""

    is_ready: bool
    """Whether notifications can arrive."""
    reason: str | None = None
    """Why they cannot, or, if they can, why they are not recorded."""
    hint: str | None = None


class RunState:
    """Knows the state. May be asked on any thread, and told on one."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._journal = Journal(around.environment)
        self._news: RunNews | None = None
        self.version = 0
        """Grows whenever the run has said something."""

    def take(self, line: bytes) -> None:
        """Take note of what a run says; a line that is not understood is passed over."""
        try:
            news = msgspec.json.decode(line, type=RunNews)
        except msgspec.DecodeError:
            return
        self._news = news
        self.version += 1

    def changed_at(self) -> tuple[int, int]:
        """Return what is another value whenever the state may be another one. Cheap."""
        return self._journal.changed_at_ns(), self.version

    def now(self) -> StateDocument:
        """Return the state."""
        around = self._around
        runs = [record for record in self._journal.records() if record.is_live]
        news = self._news
        return StateDocument(
            state=_state(news) if runs else "history",
            since=min((record.started_at for record in runs if record.started_at), default=None),
            data_center=", ".join(dict.fromkeys(record.data_center for record in runs)) or around.data_center,
            account=around.account,
            callback_urls=tuple(url for record in runs for url in record.callback_urls[-1:]),
            targets=tuple(dict.fromkeys(target for record in runs for target in record.targets)),
            reason=None if news is None else news.reason,
            hint=None if news is None else news.hint,
            history_bytes=_size_of(around),
        )


def _state(news: RunNews | None) -> str:
    if news is None or (news.is_ready and news.reason is None):
        return "listening"
    return "unrecorded" if news.is_ready else "lost"


def _size_of(around: Around) -> int:
    """Return how big the history's file is; 0 where it has none of its own."""
    try:
        return around.history.stat().st_size if isinstance(around.history, Path) else 0
    except OSError:
        return 0
