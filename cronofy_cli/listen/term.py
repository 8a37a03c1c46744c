"""A run of a replica: it begins when the process leads, and ends with that.

What differs from a run that is alone: the process's ports stay when it ends, and so does the channel, which the next
leader uses. What the leader before has left to be forwarded is forwarded, and what changed since it last received
anything is read.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cronofy_cli.adapters.callback_paths import last_path, remember_path
from cronofy_cli.core.counts import counted
from cronofy_cli.errors import ExitCode, HistoryUnavailable
from cronofy_cli.listen.earlier_runs import LAST
from cronofy_cli.listen.notes import KeptNotes
from cronofy_cli.listen.others import OtherRuns
from cronofy_cli.listen.replica import LeadLost
from cronofy_cli.listen.run import ListenRun
from cronofy_cli.listen.session import SessionPlan
from cronofy_cli.listen.session_parts import SessionParts

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.door import WayIn
    from cronofy_cli.listen.forward import Forwarding
    from cronofy_cli.listen.health import HealthServer
    from cronofy_cli.listen.metrics import RunMetrics
    from cronofy_cli.listen.notes import RunNotes
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.replica import Replica
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.surroundings import Surroundings
    from cronofy_cli.receiver.server import ListenerCalls

PAUSE_S = 0.5
"""Between two terms."""
MOST_FAILURES = 10
"""In a row, of terms that began and did not become ready: the database is there, and something in it is wrong."""
PROBE_LIMIT_S = 120.0
"""How long a proxy may take to notice that this is the leader. What arrives meanwhile is received."""


class Term(ListenRun):
    """On entering it waits until this process leads. It fails with LeadLost when that is over."""

    _is_shared = True
    _notes = KeptNotes

    def __init__(self, surroundings: Surroundings, options: ListenOptions, stop: StopRequest, replica: Replica) -> None:
        self._replica = replica
        super().__init__(surroundings, options, stop)

    def _metrics_of_run(self) -> RunMetrics:
        return self._replica.metrics

    def _health_server(self) -> HealthServer | None:
        return self._replica.health_server

    def _open_lead(self) -> None:
        around = self._around
        parts = SessionParts(around, self._options, self.live)
        api_url = around.api.data_center.api_url
        lead = self._replica.lead(api_url, self.account.sub, parts, self.live, self._fail, self._sleep)
        self._stack.callback(lead.release)
        self._start(lead)
        self._leads = lead.holds

    def _path(self) -> str:
        path = self._replica.path
        # What earlier leaders have received is found by it.
        key = (self._around.data_center, self.account.sub)
        if last_path(*key, self._around.environment) != path:
            remember_path(*key, path, self._around.environment)
        return path

    def _since(self) -> str | None:
        return super()._since() or (LAST if self._options.read_events else None)

    def _open_place(self, journal: Journal, notes: RunNotes) -> None:
        """Who leads is the only one for each target."""
        self.others = OtherRuns(journal, self._around.api.data_center.api_url, self.account.sub, notes.run_id)

    def _open_forwarding(self) -> Forwarding:
        forwarding = super()._open_forwarding()
        if forwarding.forwarder is not None and (owed := self._owed()):
            self.live.remark(f" {counted(len(owed), 'delivery is', 'deliveries are')} still to be forwarded")
            forwarding.take_over(owed)
        return forwarding

    def _owed(self) -> list[Delivery]:
        """Return what the leader before was still to forward of this address."""
        path = self._replica.path
        targets = self._targets[1:] if self._options.app_answers else self._targets
        with self._around.open_history() as history:
            numbers = {number for target in targets for number in history.forwards.owed_to(target.url)}
            found = (history.get(number) for number in sorted(numbers))
            return [each for each in found if each is not None and path in each.request.target.partition("?")[0]]

    def _stop_forwarding(self, forwarding: Forwarding) -> None:
        forwarding.hand_over()

    def _sum_up(self, forwarding: Forwarding) -> None:
        """What is left the next leader forwards."""
        if unwritten := forwarding.unwritten:
            self.live.unwritten(unwritten)

    def _listener(self, parts: SessionParts, path: str, calls: ListenerCalls) -> WayIn:  # noqa: ARG002 - it is there
        assert self._leads is not None
        return self._replica.door.way_in(calls, self._leads)

    def _plan(self, path: str) -> SessionPlan:
        return SessionPlan(
            path,
            keep_channel=True,
            host=self._options.address.bind,
            probe_limit_s=PROBE_LIMIT_S,
            uses_open_channel=True,
        )

    @property
    def was_ready(self) -> bool:
        """Whether it came so far."""
        return self._is_ready

    @property
    def remaining_s(self) -> float | None:
        """The time that is left to the run; None if it has no limit."""
        deadline = self._around.deadline
        return None if deadline is None else deadline.remaining_s

    def _sleep(self, seconds: float) -> None:
        deadline = self._around.deadline
        if deadline is not None and deadline.is_over:
            raise deadline.error("the end of the listener that leads")
        time.sleep(self._cut(seconds))


def lead_again_and_again(make_term: Callable[[], Term], replica: Replica, stop: StopRequest) -> int:
    """Stand by, lead, and stand by again until the end is asked for; return the exit code.

    Raises:
        CronofyError: it cannot go on.
    """
    failures = 0
    while True:
        term = make_term()
        try:
            with term:
                return stop.wait(term.remaining_s)
        except (LeadLost, HistoryUnavailable) as error:
            failures = 0 if term.was_ready else failures + 1
            if not replica.path or failures == MOST_FAILURES:
                raise
            term.live.remark(f" {error.message}")
            stop.forget_failure()
        code = stop.wait(PAUSE_S)
        if code != ExitCode.TIME_LIMIT:
            return code
