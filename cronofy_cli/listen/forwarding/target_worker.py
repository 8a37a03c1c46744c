"""Forwarding to one target on a thread of its own: in the order of the deliveries, unless several may be sent at once.

A delivery that the target refuses, or does not answer in time, is tried again as often as was asked for, and holds the
later ones back meanwhile. While the target is not there at all nothing is given up: it is looked for, and everything
goes on in order once it is back. What waits is bounded in memory: the rest is read back from the history.
"""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history.database import HistoryAway
from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.pauses import growing_pauses_s
from cronofy_cli.errors import CronofyError, HistoryUnavailable
from cronofy_cli.listen.forwarding.late import LATE_PAUSE_S, SEND_ALL, LateBacklog
from cronofy_cli.listen.forwarding.reports import TargetBack, Waiting, report_of
from cronofy_cli.outbound.pacing import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager, ExitStack

    from cronofy_cli.adapters.history import Forward, History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.forwarding.late import LateRule
    from cronofy_cli.listen.forwarding.reports import ForwarderCalls
    from cronofy_cli.outbound.sender import Sender
    from cronofy_cli.outbound.target import Target

_HELD: Final = 256
"""Deliveries in memory."""
_CHUNK: Final = 32

_FIRST_PROBE_S: Final = 0.1
_SLOWEST_PROBE_S: Final = 2.0
_RESTART_PAUSE_S: Final = 0.25
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0
_AWAY_PAUSE_S: Final = 0.5
"""Between two looks whether the history can be read again."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What is the same for all targets."""

    history: HistoryPlace
    permit: AbstractContextManager[object]
    """Held while something is sent: it bounds how much is sent at once."""
    retries: int
    in_container: bool
    max_in_flight: int = 1
    """How many deliveries are with the target at once; 1 keeps their order."""
    late: LateRule = SEND_ALL
    """What to do with what waits for a target that comes back."""


class _Senders(threading.local):
    """Each thread that sends has a connection of its own."""

    def __init__(self, make_sender: Callable[[], Sender], stack: ExitStack) -> None:
        """The stack closes them all."""
        self.mine = make_sender()
        stack.callback(self.mine.close)


class TargetWorker(Worker):
    """Hands deliveries to one target, one at a time or several at once."""

    _history: History
    _senders: _Senders

    def __init__(
        self,
        target: Target,
        make_sender: Callable[[], Sender],
        settings: WorkerSettings,
        keep: Callable[[Forward], None],
        calls: ForwarderCalls,
    ) -> None:
        """`keep` takes each result for the history."""
        super().__init__(f"forwarding to {target.url}", calls.failed)
        self._target = target
        self._make_sender = make_sender
        self._settings = settings
        self._keep = keep
        self._calls = calls
        self._backlog = Backlog(self._read_back, limit=_HELD, chunk=_CHUNK)
        self._is_away = False
        self._has_been_away = False
        self._is_paused = False
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._changing = threading.Lock()
        self._reading = threading.Lock()
        self._put_count = 0
        self._done_count = 0
        self._newest_id = 0
        self._late_up_to = 0
        """The newest delivery that waited when the target came back."""
        self._held_count = 0
        self._held_up_to = 0
        """The newest delivery that is not sent, since too many waited."""

    @property
    def target(self) -> Target:
        """Where it hands them to."""
        return self._target

    @property
    def is_away(self) -> bool:
        """Whether the target is not there."""
        return self._is_away

    def pause(self) -> None:
        """Send nothing more for now; what comes is kept."""
        self._is_paused = True
        self._may_go_on.clear()

    def resume(self) -> None:
        """Send again, what waits first."""
        self._is_paused = False
        self._may_go_on.set()

    @property
    def is_paused(self) -> bool:
        """Whether nothing is sent for now."""
        return self._is_paused

    @property
    def waiting(self) -> int:
        """How many deliveries are still to be sent."""
        # Without the lock, which is held while somebody is asked whether to send them.
        return self._put_count - self._done_count + self._held_count

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Take deliveries; those of types that the target does not want are left out. Never waits."""
        wanted = [delivery for delivery in deliveries if self._target.wants(delivery.notification)]
        self._put_count += len(wanted)
        self._newest_id = wanted[-1].id or 0 if wanted else self._newest_id
        # Looked at before: what finds out that the target is away says so itself.
        is_away = self._is_away
        self._backlog.put(wanted)
        if is_away and wanted:
            self._calls.waiting(Waiting(self._target, tuple(delivery.id or 0 for delivery in wanted)))

    def end(self) -> None:
        """Take nothing new; a target that is not there is not waited for any longer, and what is paused stays so."""
        self._ending.set()
        self._may_go_on.set()
        self._wake()

    def finish(self, limit_s: float) -> bool:
        """Wait for what is left, and return whether all of it was forwarded within the limit."""
        return self.stop(limit_s) and not self.waiting

    def _open(self, stack: ExitStack) -> None:
        # For writing, though it only reads: before the listener's first delivery there may be no file to open.
        self._history = stack.enter_context(open_history(self._settings.history, survives_power_cut=False))
        self._senders = _Senders(self._make_sender, stack)

    def _wake(self) -> None:
        self._backlog.close()

    def _read_back(self, first: int, last: int) -> Iterable[Sequence[Delivery]]:
        # All of it at once: those who send look into the history too, each on a thread of its own.
        with self._reading:
            return list(self._history.between(first, last))

    def _work(self) -> None:
        at_once = self._settings.max_in_flight
        if at_once == 1:
            all(self._forward(delivery) for delivery in self._deliveries())
            return
        with closing(side_by_side(self._forward, self._deliveries(), at_once=at_once)) as results:
            all(goes_on for _, goes_on in results)

    def _deliveries(self) -> Iterator[Delivery]:
        while not (self._abandoned.is_set() or self._backlog.is_exhausted):
            try:
                yield from self._backlog.take()
            except HistoryAway:
                self._abandoned.wait(_AWAY_PAUSE_S)
            except CronofyError as error:
                self._calls.trouble(error)

    def _forward(self, delivery: Delivery) -> bool:
        """Forward a delivery, however long that takes, and return whether to go on with the next one."""
        goes_on = self._send(delivery)
        with self._changing:
            self._done_count += goes_on
        return goes_on

    def _send(self, delivery: Delivery) -> bool:
        number, was_cut_off = 1, False
        while not self._abandoned.is_set():
            if not self._goes_on():
                return False
            if (delivery.id or 0) <= self._held_up_to:
                self._held_count += 1
                return True
            if self._is_late(delivery):
                self._ending.wait(LATE_PAUSE_S)
            if self._has_been_away and self._was_replayed(delivery):
                return True
            if self._calls.leads is not None and not self._is_owed(delivery, self._calls.leads):
                return self._calls.leads()
            with self._settings.permit:
                forward = self._senders.mine.forward(delivery, number)
            failure = forward.attempt.failure
            if failure is not None and failure.is_absence:
                if not self._wait_for_target(delivery, forward):
                    return False
            elif failure is Failure.CONNECTION_CLOSED and not was_cut_off:
                # An app that restarts ends its connections first, and may accept new ones for a moment only to drop
                # them; if it is gone by the next try, that one finds out and waits.
                was_cut_off = True
                self._ending.wait(_RESTART_PAUSE_S)
            elif self._is_done(delivery, forward):
                return True
            else:
                number += 1
        return False

    def _goes_on(self) -> bool:
        """Wait while it is paused; false when the end comes meanwhile, and then it is still to be sent."""
        while self._is_paused:
            if self._ending.is_set():
                return False
            self._may_go_on.wait()
        return True

    def _is_done(self, delivery: Delivery, forward: Forward) -> bool:
        pause_s = min(_FIRST_PAUSE_S * 2 ** (forward.number - 1), _LONGEST_PAUSE_S)
        is_last = forward.attempt.succeeded or forward.number > self._settings.retries
        self._report(delivery, forward._replace(is_last=is_last), None if is_last else pause_s)
        if not is_last:
            self._ending.wait(pause_s)
        return is_last

    def _wait_for_target(self, delivery: Delivery, forward: Forward) -> bool:
        """Wait until the target is back; false when the end comes first. Only changes are reported."""
        if self._changes(is_away=True):
            self._has_been_away = True
            self._report(delivery, forward._replace(is_last=False), None)
        sender = self._senders.mine
        for pause_s in growing_pauses_s(_FIRST_PROBE_S, _SLOWEST_PROBE_S):
            if self._ending.wait(pause_s):
                break
            if sender.probe():
                self._take_back(delivery, sender.address or "")
                return True
        return False

    def _changes(self, *, is_away: bool) -> bool:
        """Keep whether the target is there, and return whether this thread is the first to see it."""
        with self._changing:
            is_new = self._is_away != is_away
            self._is_away = is_away
        return is_new

    def _take_back(self, delivery: Delivery, address: str) -> None:
        """The target is there again: settle once, before anything is sent, whether what waits is sent."""
        with self._changing:
            if not self._is_away:
                return
            self._calls.back(TargetBack(self._target, address))
            newest_id, most = self._newest_id, self._settings.late.most
            count = self._put_count - self._done_count
            if most is not None and count > most:
                backlog = LateBacklog(self._target, count, delivery.request.received_at, most)
                if self._settings.late.asks and self._calls.may_send(backlog, self._ending.is_set):
                    self._late_up_to = newest_id
                else:
                    self._held_up_to = newest_id
                    self._calls.held(backlog)
            else:
                self._late_up_to = newest_id
            self._is_away = False

    def _is_late(self, delivery: Delivery) -> bool:
        return (delivery.id or 0) <= self._late_up_to

    def _is_owed(self, delivery: Delivery, leads: Callable[[], bool]) -> bool:
        """Whether this process leads, and no other one has sent it; waits as long as that cannot be found out."""
        while leads() and not self._ending.is_set():
            try:
                with self._reading:
                    is_owed = self._target.url in self._history.forwards.owed(delivery.id or 0)
            except HistoryUnavailable:
                self._ending.wait(_AWAY_PAUSE_S)
            else:
                return is_owed and leads()
        return False

    def _was_replayed(self, delivery: Delivery) -> bool:
        """Whether somebody has sent it by hand while the target was away."""
        while not self._abandoned.is_set():
            with self._reading, suppress(HistoryAway):
                return self._history.forwards.was_replayed(delivery.id or 0, self._target.url)
            self._abandoned.wait(_AWAY_PAUSE_S)
        return True  # not sent then: it is still owed

    def _report(self, delivery: Delivery, forward: Forward, retried_in_s: float | None) -> None:
        self._keep(forward)
        in_container = self._settings.in_container
        self._calls.report(
            report_of(
                delivery,
                self._target,
                forward,
                in_container=in_container,
                retried_in_s=retried_in_s,
                is_late=self._is_late(delivery),
            )
        )
