"""Telling that a run is ready, for people and for programs, as long as it is true. `/healthz` is `health`'s matter."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from cronofy_cli.adapters.ready_file import ReadyFile
from cronofy_cli.core.health import Health
from cronofy_cli.core.text import clean
from cronofy_cli.listen.condition import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.health import HealthServer
    from cronofy_cli.listen.session import Session
    from cronofy_cli.listen.view import LiveOutput


class ReadyNotice:
    """The `ready` line and the `--ready-file`. The watchdog's thread withdraws and renews it."""

    def __init__(
        self,
        file: Path | None,
        targets: Sequence[str] = (),
        health: HealthServer | None = None,
        *,
        keeps_channel: bool = False,
    ) -> None:
        """`targets` and the address of `health` are what it names, and what the end does to the channel.

        Raises:
            WrongUsage: the file belongs to another program, or cannot be written.
        """
        self._file = None if file is None else ReadyFile(file)
        self._health = health
        self._targets = tuple(targets)
        self._at_end = "Ctrl-C leaves the channel open." if keeps_channel else "Ctrl-C closes the channel."
        self._session: Session | None = None
        self._live: LiveOutput | None = None
        self._newest_id = 0
        # A worker's failure can come while its thread holds it: as it withdraws or renews.
        self._lock = threading.RLock()
        self._is_broken = False
        self._is_true = True
        self._why_not: str | None = None
        self._not_recorded: CronofyError | None = None

    def give(self, session: Session, live: LiveOutput, newest_id: int) -> None:
        """Give it now, and from now on whenever it is true. `newest_id` is the number of the newest delivery.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._lock:
            self._session, self._live, self._newest_id = session, live, newest_id
            if self._is_true:
                self._tell(session, live)

    def end(self) -> None:
        """Take it back. Harmless in any state."""
        with self._lock:
            self._session = None
            self._remove()

    @property
    def is_ready(self) -> bool:
        """Whether notifications can arrive now."""
        return self._is_true and self._session is not None

    @property
    def health(self) -> Health:
        """What is so now, in the words of `/healthz`."""
        return Health.READY if self.is_ready else Health.NOT_READY

    @property
    def is_broken(self) -> bool:
        """Whether a part of the run has failed."""
        return self._is_broken

    @property
    def condition(self) -> Condition:
        """How the run is."""
        not_recorded = self._not_recorded
        if not self.is_ready:
            return Condition(is_ready=False, reason=self._why_not)
        return Condition(is_ready=True) if not_recorded is None else Condition.not_recording(not_recorded)

    def recording(self, error: CronofyError | None) -> None:
        """Take note of why what arrives is not recorded; None is that it is again."""
        self._not_recorded = error
        if error is None and self._live is not None:
            self._live.remark(" what arrives is recorded again")

    def fail(self) -> None:
        """Withdraw it for good: a part of the run has failed."""
        self._is_broken = True
        self.withdraw()

    def withdraw(self, reason: str | None = None) -> None:
        """Remove the file: nothing can arrive now."""
        with self._lock:
            self._is_true = False
            self._why_not = reason
            self._remove()

    def renew(self) -> None:
        """Give it again, with the address and the channel of now.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._lock:
            self._is_true = not self._is_broken
            if self._is_true and self._session is not None and self._live is not None:
                self._tell(self._session, self._live)

    def _tell(self, session: Session, live: LiveOutput) -> None:
        from msgspec import UNSET

        from cronofy_cli.output.documents.running import ReadyDocument

        channel = session.channel
        assert channel is not None
        document = ReadyDocument(
            callback_url=session.callback_url,
            channel_id=channel.channel_id,
            port=session.port,
            pid=os.getpid(),
            newest_delivery_id=self._newest_id,
            health_url=UNSET if self._health is None else self._health.url,
        )
        if self._file is not None:
            self._file.write(document.encode())
        live.ready(document, self._sentence())

    def _sentence(self) -> str:
        forwarding = f" Forwarding to {' and '.join(map(clean, self._targets))}." if self._targets else ""
        return f"Ready.{forwarding} {self._at_end}"

    def _remove(self) -> None:
        if self._file is not None:
            self._file.remove()
