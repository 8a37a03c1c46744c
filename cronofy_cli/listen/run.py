"""One run of `listen`, `wait` or `demo`, as one object.

What arrives goes from the listener to the history, then through the pipeline to the selection, and from there to the
output, to the reader of changes and to the application. Each `_open_...` enters what it starts, so that the way out is
the way in backwards, whatever failed.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.tunnels.interface import START_LIMIT_S
from cronofy_cli.core.notifications.callback_query import fill
from cronofy_cli.core.notifications.callback_url import callback_url_warning
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.change_parts import ChangeParts
from cronofy_cli.listen.changes.baseline import LIMIT_S as BASELINE_LIMIT_S
from cronofy_cli.listen.channels import VerificationWatch
from cronofy_cli.listen.earlier_runs import callback_path, missed_since, sweep_earlier
from cronofy_cli.listen.forward import described, forwarding_for
from cronofy_cli.listen.forwarding.options import parse_targets
from cronofy_cli.listen.health import pages, server_for
from cronofy_cli.listen.metrics import RunMetrics
from cronofy_cli.listen.notes import RunNotes
from cronofy_cli.listen.others import OtherRuns
from cronofy_cli.listen.ready import ReadyNotice
from cronofy_cli.listen.recovery import RecoveryLoop
from cronofy_cli.listen.selection import Selection
from cronofy_cli.listen.session import DRAIN_LIMIT_S, Session, SessionPlan
from cronofy_cli.listen.session_parts import SessionParts
from cronofy_cli.listen.signature_examiner import EXAMINATION_LIMIT_S
from cronofy_cli.listen.tunnel import PublicAddress, TunnelEvents, choose
from cronofy_cli.listen.view_parts import examiner_of, greet, output_of, panel_of
from cronofy_cli.listen.watchdog import Watchdog, clock_since_boot
from cronofy_cli.receiver.bookkeeper import Bookkeeper
from cronofy_cli.receiver.pipeline import Pipeline
from cronofy_cli.receiver.server import ListenerCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.tunnels.interface import Tunnel
    from cronofy_cli.adapters.worker import Worker
    from cronofy_cli.listen.changes.baseline import Baseline
    from cronofy_cli.listen.changes.catch_up import CatchUp
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.changes.reader import ChangeReader
    from cronofy_cli.listen.door import WayIn
    from cronofy_cli.listen.forward import Forwarding
    from cronofy_cli.listen.forwarding.tally import Totals
    from cronofy_cli.listen.health import HealthServer
    from cronofy_cli.listen.inspector_process import InspectorProcess
    from cronofy_cli.listen.live.facts import RunFacts
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.signature_examiner import Examiner
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.surroundings import Surroundings
    from cronofy_cli.listen.view import LiveOutput
    from cronofy_cli.receiver.pipeline import Sink
    from cronofy_cli.receiver.server import Listener

CLOSE_LIMIT_S = 5.0
"""For how long Cronofy may still be called when the time limit is over: the channel has to be closed."""
BASELINE_STOP_LIMIT_S = 2.0
"""How long the end of a run waits for a read that is not needed any more."""
BOOKKEEPER_STOP_LIMIT_S = 2.0


class ListenRun:
    """On entering it is ready: what arrives is printed from now on. On leaving the channel is closed, what arrived is
    handled, and everything that was started has ended.
    """

    _is_shared = False
    """Whether other processes receive for the same address at other times."""
    _notes: type[RunNotes] = RunNotes
    _leads: Callable[[], bool] | None = None
    """Says whether this process is the one that does; None where there is no other."""

    def __init__(
        self,
        surroundings: Surroundings,
        options: ListenOptions,
        stop: StopRequest,
        *,
        on_read: Callable[[ChangeRead], None] | None = None,
    ) -> None:
        """`stop` hears of everything that ends the run. `on_read` is called with reads in the place of the output."""
        self.surroundings = self._around = surroundings
        self.options = self._options = options
        self._targets = parse_targets(options.forwarding)
        self._stop = stop
        self._on_read = on_read
        self._stack = ExitStack()
        self._watch = VerificationWatch()
        targets = [described(target) for target in self._targets]
        self._metrics = self._metrics_of_run()
        self._health = self._health_server()
        self._notice = ReadyNotice(options.ready_file, targets, self._health, keeps_channel=self._is_shared)
        self._started_at = surroundings.clock()
        self._totals: Totals | None = None
        self._tunnel_events = TunnelEvents()
        self._is_ready = False
        self._facts: RunFacts | None = None

    def __enter__(self) -> Self:
        """Make everything ready.

        Raises:
            CronofyError: it cannot be.
        """
        try:
            with self._stop.interruptible():
                self._open()
            self._stop.raise_failure()
        except BaseException as error:  # an interrupt too must end what was started
            deadline = self._around.deadline
            is_late = deadline is not None and deadline.is_over
            self._close()
            self._stop.raise_failure()
            if deadline is not None and is_late and isinstance(error, CronofyError):
                raise deadline.not_ready(error) from error
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._facts is not None:
            self._facts.is_ending = True
        self._around.api.extend(CLOSE_LIMIT_S)
        self._stack.close()

    @property
    def has_failed(self) -> bool:
        """After the end: whether the application has not taken everything that it was to get."""
        return self._totals is not None and not self._totals.is_all_taken

    def _open(self) -> None:
        around, options = self._around, self._options
        # An option that is missing comes before anything else is done.
        tunnel = choose(
            options.address,
            around.environment,
            self._tunnel_events,
            must_be_public=around.must_be_public,
            limit_s=around.cut(START_LIMIT_S),
        )
        if self._health is not None and not self._is_shared:
            self._start(self._health)
        self.account = endpoints.userinfo(around.api)
        self.live = self._greet()
        self._open_lead()
        inspector = self._open_inspector()
        journal = Journal(around.environment)
        sweep_earlier(around, self.account.sub, journal, self.live)
        path = self._path()
        parts = ChangeParts(around, options, self.account, self.live, self._fail, is_shared=self._is_shared)
        since = missed_since(around, self._since(), self.account.sub, self.live)
        notes = self._open_notes(journal)
        self._open_place(journal, notes)
        forwarding = self._open_forwarding()
        reader = self._open_changes(parts, forwarding)
        baseline = self._open_baseline(parts, since)
        selection = self._selection(path, reader)
        examiner = self._open_examiner(selection, path)
        address = self._address(tunnel, path)
        if self._facts is not None and tunnel.facts.is_public:
            self._facts.tunnel = tunnel.facts.name
        # The watch comes last: what arrived up to the verification is printed before it is called ready.
        sinks: list[Sink] = [selection, examiner, *forwarding.sinks, self._watch]
        self.session = self._open_session(address, path, notes, forwarding, baseline, sinks)
        catch_up = parts.catch_up(reader)
        if since is not None and self.session.channel is not None:
            catch_up.read_since(self.session.channel, since)
        self._open_recovery(catch_up)
        self._is_ready = True
        if inspector is not None:
            inspector.announce(self.live, around.screen)
        self._open_notice()

    def _metrics_of_run(self) -> RunMetrics:
        return RunMetrics(self._targets, self._around.clock)

    def _open_lead(self) -> None:
        """Go on at once: nobody else serves the address."""

    def _path(self) -> str:
        """Return the path to serve."""
        return callback_path(self._around, self.account.sub, reuse=self._options.channel.reuse)

    def _since(self) -> str | None:
        """Return from when on to catch up."""
        return self._options.since

    def _health_server(self) -> HealthServer | None:
        served = pages(lambda: self._notice.health, lambda: not self._notice.is_broken, self._metrics.text)
        return server_for(self._options, served, self._fail)

    def _open_inspector(self) -> InspectorProcess | None:
        if not self._options.inspect:
            return None
        from cronofy_cli.listen.inspector_process import STOP_LIMIT_S, InspectorProcess

        around = self._around
        inspector = InspectorProcess(
            around.environment, around.chosen_options, lambda: self._notice.condition, self.live.trouble
        )
        self._start(inspector, STOP_LIMIT_S)
        return inspector

    def _greet(self) -> LiveOutput:
        around = self._around
        live = output_of(around, self._options.style, self.account, self._stop)
        drawn = panel_of(around, live, self._notice, self._stop, self._fail)
        if drawn is not None:
            from cronofy_cli.listen.live.panel import STOP_LIMIT_S

            self._facts, panel = drawn
            self._start(panel, STOP_LIMIT_S)
        greet(around, live, self.account)
        return live

    def _open_notes(self, journal: Journal) -> RunNotes:
        notes = self._notes(
            journal,
            self._around.data_center,
            self.account.sub,
            self.live,
            api_url=self._around.api.data_center.api_url,
            targets=tuple(target.url for target in self._targets),
            started_at=to_utc_seconds(self._around.clock()),
        )
        with self._stop.held():
            self._stack.enter_context(notes)
        self._tunnel_events.note_agent = notes.note_agent
        return notes

    def _open_place(self, journal: Journal, notes: RunNotes) -> None:
        """Be the only run for each target, and say which others there are."""
        self.others = OtherRuns(journal, self._around.api.data_center.api_url, self.account.sub, notes.run_id)
        self.others.claim([target.url for target in self._targets], self._stack)
        if self._options.is_announced:
            self.others.look(self.live)

    def _open_forwarding(self) -> Forwarding:
        options = self._options
        forwarding = forwarding_for(
            options.forwarding,
            self._around.history,
            self.live,
            self._fail,
            self._around.clock,
            app_answers=options.app_answers,
            on_report=self._metrics.forwarded,
            leads=self._leads,
        )
        self._stack.callback(self._sum_up, forwarding)
        self._stack.callback(self._stop_forwarding, forwarding)
        forwarding.start()
        if self._facts is not None:
            self._facts.forwarding = forwarding
        return forwarding

    def _stop_forwarding(self, forwarding: Forwarding) -> None:
        forwarding.stop()

    def _sum_up(self, forwarding: Forwarding) -> None:
        """Say how it has gone, when everything has ended."""
        unwritten = forwarding.unwritten
        if self._is_ready:
            self._totals = forwarding.tally.sum_up(self._around.open_history, self.live.trouble, unwritten)
        if self._totals is not None:
            self.live.totals(self._totals, self._started_at)
        if unwritten:
            self.live.unwritten(unwritten)

    def _open_changes(self, parts: ChangeParts, forwarding: Forwarding) -> ChangeReader:
        show = self._on_read or self.live.events
        reader = parts.reader(show, self.live.calendar_names, forwarding.hand_on, forwarding.targets_of)
        self._start(reader, DRAIN_LIMIT_S)
        return reader

    def _open_baseline(self, parts: ChangeParts, since: str | None) -> Baseline | None:
        if not self._options.read_events:
            return None
        baseline = parts.baseline(since)
        self._start(baseline, BASELINE_STOP_LIMIT_S)
        return baseline

    def _selection(self, path: str, reader: ChangeReader) -> Selection:
        sinks: list[Sink] = [self.live.deliveries, reader] if self._options.read_events else [self.live.deliveries]
        return Selection(self._options.chosen, self._options.count, path, sinks, self._stop.ask)

    def _open_examiner(self, selection: Selection, path: str) -> Examiner:
        examiner = examiner_of(self._around, self.live, selection.wants, path, self._fail)
        self._start(examiner, EXAMINATION_LIMIT_S)
        return examiner

    def _address(self, tunnel: Tunnel, path: str) -> PublicAddress:
        query = fill(self._options.channel.callback_query, self.account)
        return PublicAddress(tunnel, path, query=query, must_be_public=self._around.must_be_public)

    def _open_session(
        self,
        address: PublicAddress,
        path: str,
        notes: RunNotes,
        forwarding: Forwarding,
        baseline: Baseline | None,
        sinks: Sequence[Sink],
    ) -> Session:
        around, options = self._around, self._options
        trouble = self.live.trouble
        bookkeeper = Bookkeeper(around.open_history_for_results, self._fail)
        self._start(bookkeeper, BOOKKEEPER_STOP_LIMIT_S)
        pipeline = Pipeline(around.open_history, sinks, on_trouble=trouble, on_failed=self._fail)
        targets_of = forwarding.targets_of if forwarding.tally.targets else None
        put = pipeline.put if self._health is None else self._metrics.counting(pipeline.put)
        recorded = forwarding.tally.counting(put)
        parts = SessionParts(around, options, self.live)
        decide, notice = forwarding.decide, self._notice
        calls = ListenerCalls(recorded, trouble, self._fail, decide, targets_of, bookkeeper.answered, notice.recording)
        listener = self._listener(parts, path, calls)
        self._metrics.watch(listener.answered, pipeline, forwarding.forwarder)
        channel = parts.channel(notes, self._watch, self._stop.held)
        session = Session(
            pipeline,
            listener,
            address,
            channel,
            self.live,
            plan=self._plan(path),
            before_channel=None if baseline is None else lambda: baseline.end(around.cut(BASELINE_LIMIT_S)),
            cut=self._cut,
        )
        self._stack.callback(session.close)
        session.open()
        if warning := callback_url_warning(session.callback_url):
            self.live.remark(f" warning: {warning}")
        return session

    def _listener(self, parts: SessionParts, path: str, calls: ListenerCalls) -> Listener | WayIn:
        return parts.listener(path, calls)

    def _plan(self, path: str) -> SessionPlan:
        return SessionPlan(path, keep_channel=self._options.channel.keep, host=self._options.address.bind)

    def _cut(self, limit_s: float) -> float:
        """Return a limit that is no longer than the time that is left; none is if a part of the run has failed."""
        self._stop.raise_failure()
        return self._around.cut(limit_s)

    def _open_recovery(self, catch_up: CatchUp) -> None:
        around, options = self._around, self._options
        # Replicas on one machine are no news.
        looks = options.is_announced and not self._is_shared
        loop = RecoveryLoop(
            self.session,
            self.live,
            self._notice,
            open_history=around.open_history,
            max_offline_s=options.max_offline_s,
            on_given_up=self._stop.ask_unreachable,
            look_around=partial(self.others.look, self.live) if looks else None,
            catch_up=catch_up if options.read_events else None,
        )
        watchdog = Watchdog(
            loop,
            events=self._tunnel_events.queue,
            clock=around.clock,
            max_offline_s=options.max_offline_s,
            on_failed=self._fail,
            since_boot=clock_since_boot(),
        )
        self._start(watchdog)

    def _open_notice(self) -> None:
        if self._options.is_announced:
            self._stack.callback(self._notice.end)
            self._notice.give(self.session, self.live, self._around.newest_delivery_id())

    def _start(self, worker: Worker, *limit_s: float) -> None:
        """Start a worker that ends with the run. Its end comes first: an interrupt may come before its start."""
        self._stack.callback(worker.stop, *limit_s)
        worker.start()

    def _fail(self, error: CronofyError) -> None:
        """A worker has ended too early: from now on nothing is ready, and the run ends with this error."""
        self._notice.fail()
        self._watch.fail(error)
        self._stop.fail(error)
