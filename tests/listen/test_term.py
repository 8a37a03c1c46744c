"""A replica's runs one after the other: when it goes on standing by, and when it gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from cronofy_cli.adapters.callback_paths import known_paths, remember_path
from cronofy_cli.adapters.deadline import Deadline
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.core.health import Health
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.errors import ExitCode, HistoryUnavailable, TimeLimitReached
from cronofy_cli.listen import term
from cronofy_cli.listen.forwarding.options import ForwardingOptions
from cronofy_cli.listen.options import Address, ListenOptions
from cronofy_cli.listen.replica import LeadLost, Replica
from cronofy_cli.listen.stop import StopRequest
from cronofy_cli.listen.term import MOST_FAILURES, lead_again_and_again
from tests.adapters.history.samples import forward
from tests.listen.patient import patient_client
from tests.outbound.app import running_app
from tests.output.outputs import MemoryOutput
from tests.ports import free_port
from tests.samples import make_delivery
from tests.sender import numbered_body, post

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.surroundings import Surroundings


class Term:
    """A run that ends with an error, or without."""

    def __init__(self, error: CronofyError | None, *, was_ready: bool = False) -> None:
        self.error = error
        self.was_ready = was_ready
        self.remaining_s = 0.0
        self.remarks: list[str] = []
        self.live = SimpleNamespace(remark=self.remarks.append)
        self.stop = StopRequest()

    def __enter__(self) -> Self:
        if self.error is not None:
            self.stop.fail(self.error)
            raise self.error
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term, "PAUSE_S", 0.0)


def led(terms: list[Term], *, path: str = "/r/1") -> int:
    """Lead in these runs, in this order."""
    waiting, stop = list(terms), StopRequest()
    replica: Any = SimpleNamespace(path=path)

    def next_term() -> Any:
        made = waiting.pop(0)
        made.stop = stop
        return made

    try:
        return lead_again_and_again(next_term, replica, stop)
    finally:
        assert waiting == [], "it gave up too early"


def failures(count: int) -> list[Term]:
    """So many runs that never became ready."""
    return [Term(HistoryUnavailable(f"no table {number}")) for number in range(count)]


def test_what_fails_again_and_again() -> None:
    """Ten runs in a row that do not become ready are enough: the last one's error ends the process."""
    assert MOST_FAILURES == 10
    with pytest.raises(HistoryUnavailable, match="no table 9"):
        led(failures(10))


def test_a_run_that_was_ready() -> None:
    """Failures are counted from the last run that was ready; each is said, and the next one begins."""
    lost = Term(LeadLost("this listener does not lead any more"), was_ready=True)
    terms = [*failures(9), lost, *failures(9), Term(None)]

    assert led(terms) == ExitCode.TIME_LIMIT
    assert [each.remarks for each in terms[8:11]] == [
        [" no table 8"],
        [" this listener does not lead any more"],
        [" no table 0"],
    ]
    assert terms[-1].remarks == []


def test_a_database_that_could_never_be_used() -> None:
    """Before the path that all share is known there is nothing to stand by for: the first error is the last."""
    with pytest.raises(HistoryUnavailable, match="no table 0"):
        led(failures(1), path="")


APP, OTHER = "http://localhost:3000/", "http://localhost:4000/"


class Around:
    """What a run is given, with a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.data_center = "uk"
        self.environment = {"CRONOFY_DATA_DIR": str(folder)}
        self.deadline: Deadline | None = None
        self.clock = partial(datetime.now, UTC)
        self.open_history = partial(open_history, folder / "history.db")

    def cut(self, limit_s: float) -> float:
        """Cut a limit."""
        return limit_s if self.deadline is None else self.deadline.cut(limit_s)


@pytest.fixture
def around(tmp_path: Path) -> Around:
    """What a run is given."""
    return Around(tmp_path)


def one_term(around: Any, stop: StopRequest | None = None, **options: Any) -> term.Term:
    """Return a run of a replica whose path is /r/1, not begun."""
    replica: Any = SimpleNamespace(path="/r/1", metrics=None, health_server=None)
    made = term.Term(around, ListenOptions(PrintStyle.COMPACT, **options), stop or StopRequest(), replica)
    made.account = cast("Any", SimpleNamespace(sub="acc_1"))
    return made


def came(target: str, *urls: str) -> tuple[Delivery, list[str]]:
    """Return a delivery to a path, and where it is to be forwarded to."""
    made = make_delivery(0)
    return made._replace(request=made.request._replace(target=target)), list(urls)


def _urls(urls: list[str], _: Delivery) -> list[str]:
    return urls


@pytest.mark.parametrize(("app_answers", "owed"), [(False, [1, 2, 6]), (True, [2, 6])])
def test_what_the_leader_before_has_left(app_answers: bool, owed: list[int], around: Around) -> None:
    """It is what came to the shared path and one of our targets has still to get, in its order and each once.

    With `--ack app` the first target was asked for an answer, which it is too late for.
    """
    rows = [
        came("/r/1?user=1", APP),
        came("/team/r/1", APP, OTHER),
        came("/r/2?then=/r/1", OTHER),
        came("/r/1", "http://localhost:5000/"),
        came("/r/1"),
        came("/r/1", OTHER),
        came("/r/1", OTHER),
    ]
    with around.open_history() as history:
        for delivery, urls in rows:
            history.record([delivery], targets_of=partial(_urls, urls))
        history.forwards.record([forward(7, target=OTHER)])
    options = ForwardingOptions("3000", ("4000",))

    found = one_term(around, forwarding=options, app_answers=app_answers)._owed()

    assert [each.id for each in found] == owed


def test_the_path_of_all(around: Around) -> None:
    """Whoever leads keeps it, so that what came there before is known as this account's; once is enough."""
    made = one_term(around)
    paths = [made._path()]
    remember_path("uk", "acc_1", "/r/own", around.environment)
    paths.append(made._path())
    file = next(Path(around.environment["CRONOFY_DATA_DIR"]).glob("*.json"))
    written = file.stat().st_mtime_ns, file.stat().st_ino
    paths.append(made._path())

    assert paths == ["/r/1"] * 3
    assert known_paths("uk", "acc_1", around.environment) == ("/r/1", "/r/own")
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == written


@pytest.mark.parametrize(
    ("since", "read_events", "found"),
    [(None, True, "last"), (None, False, None), ("2026-11-22T09:24:16Z", True, "2026-11-22T09:24:16Z")],
)
def test_from_when_on_it_reads(since: str | None, read_events: bool, found: str | None, around: Around) -> None:
    """Who leads reads what changed since the leader before received anything, unless it is told otherwise."""
    assert one_term(around, since=since, read_events=read_events)._since() == found


def test_the_time_that_is_left(around: Around) -> None:
    """The limit of the whole run counts while it stands by too; without one it waits on."""
    made = one_term(around)
    without = made.remaining_s
    made._sleep(0)
    around.deadline = Deadline.after(60)
    left = made.remaining_s
    around.deadline = Deadline.after(0)

    assert (without, made.was_ready) == (None, False)
    assert left is not None
    assert 0 < left <= 60
    assert made.remaining_s == 0
    with pytest.raises(TimeLimitReached, match="the end of the listener that leads did not come within"):
        made._sleep(60)


def test_a_part_that_fails_while_it_stands_by(around: Around) -> None:
    """The waiting ends with that."""
    stop = StopRequest()
    stop.fail(HistoryUnavailable("gone"))

    with pytest.raises(HistoryUnavailable, match="gone"):
        one_term(around, stop)._sleep(60)


@pytest.mark.parametrize("unwritten", [[], [forward(7)]])
def test_what_is_said_at_its_end(unwritten: list[Forward], around: Around) -> None:
    """No numbers, since the next leader goes on; but what the history does not know, which that one sends again."""
    said: list[object] = []
    made = one_term(around)
    made.live = cast("Any", SimpleNamespace(unwritten=said.append))
    forwarding: Any = SimpleNamespace(unwritten=unwritten)

    made._sum_up(forwarding)

    assert said == ([unwritten] if unwritten else [])
    assert not made.has_failed


def test_its_channel_stays(around: Around) -> None:
    """The next leader uses it: it is neither closed nor created again, and a proxy has time to come round."""
    plan = one_term(around)._plan("/r/1")

    assert (plan.path, plan.keep_channel, plan.uses_open_channel) == ("/r/1", True, True)
    assert plan.probe_limit_s >= 60
    assert plan.host == "127.0.0.1"


def test_one_after_the_other(surroundings: Surroundings, postgres_url: str) -> None:
    """The next run of a replica takes over what the one before has left: address, channel, and what it had to forward.

    Between the two the process stands by: it answers 503, and what is done there it does not do.
    """
    port, memory, stop = free_port(), MemoryOutput(), StopRequest()
    around = replace(surroundings, output=memory.output)
    with running_app() as app:
        options = ListenOptions(
            PrintStyle.COMPACT,
            address=Address(public_url=f"http://127.0.0.1:{port}", port=port),
            forwarding=ForwardingOptions(str(app.port)),
            health_port=0,
        )
        with Replica(PostgresAddress.parse(postgres_url), options, around, stop) as replica:
            assert replica.health_server is not None
            metrics = replica.health_server.url.replace("/healthz", "/metrics")
            with term.Term(around, options, stop, replica) as first:
                url, channel = first.session.callback_url, first.session.channel
                assert post(url, numbered_body(1)) == 200
                app.await_received(2)
                healths = [replica.health]
            healths.append(replica.health)
            assert post(url, numbered_body(2)) == 503
            left = make_delivery(0, numbered_body(3))
            left = left._replace(request=left.request._replace(target=replica.path))
            with around.open_history() as history:
                history.record([left], targets_of=lambda _: [f"http://localhost:{app.port}/"])
            with term.Term(around, options, stop, replica) as second:
                received = app.await_received(3)
                healths.append(replica.health)
                assert (second.session.callback_url, second.session.channel) == (url, channel)
                with patient_client(metrics) as client:
                    assert 'cronofy_received_total{verdict="valid"} 2' in client.get(metrics).text

    assert url == f"http://127.0.0.1:{port}{replica.path}"
    assert healths == [Health.READY, Health.STANDBY, Health.READY]
    assert [each.body for each in received[1:]] == [numbered_body(1), numbered_body(3)]
    said = memory.stderr.text
    assert " 1 delivery is still to be forwarded" in said
    assert "open already" in said
    assert "Ctrl-C leaves the channel open" in said
    assert "another run" not in said
