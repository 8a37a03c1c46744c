"""Forwarding to all targets: in order, never in the way of the listener, and nothing lost while an app is away."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import astuple, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Criteria, ForwardState, open_history
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import ClientSecret, SignaturePolicy, SignatureState
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.forwarding import forwarder as forwarder_module
from cronofy_cli.listen.forwarding.forwarder import Forwarder, ForwarderSettings
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_forwarder
from cronofy_cli.outbound.sender import Sender
from cronofy_cli.outbound.settings import SenderSettings
from cronofy_cli.outbound.target import Target, parse_target
from cronofy_cli.receiver.pipeline import Pipeline
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.adapters.history.samples import forward
from tests.listen.forwarding.following import Following, forwarding, now
from tests.outbound.app import OK, PATIENCE_S, answer_of, running_app
from tests.ports import free_port
from tests.receiver.receiving import PATH, receiving
from tests.samples import make_delivery
from tests.sender import Burst
from tests.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.core.notifications.notification import Notification
    from cronofy_cli.listen.forwarding.reports import ForwardReport

OURS = (ClientSecret("simulator", CLIENT_SECRET),)


def numbered(count: int, first: int = 0) -> list[bytes]:
    """Return bodies that can be told apart."""
    return [b'{"notification":{"type":"change"},"number":%d}' % number for number in range(first, first + count)]


@contextmanager
def listening(folder: Path, forwarder: Forwarder) -> Iterator[str]:
    """Run a listener before a forwarder, and give the address to post to."""
    troubles: list[object] = []
    pipeline = Pipeline(
        lambda: open_history(folder / "history.db"),
        [forwarder],
        on_trouble=troubles.append,
        on_failed=troubles.append,
    )
    pipeline.start()
    with receiving(folder, secrets=OURS, on_recorded=pipeline.put) as receiver:
        yield f"http://127.0.0.1:{receiver.port}{PATH}"
    assert pipeline.stop(PATIENCE_S)
    assert (troubles, receiver.troubles) == ([], [])


def test_an_app_that_hangs(tmp_path: Path) -> None:
    """With the app hanging, what comes over 64 connections is answered; when it wakes up all arrive, in order."""
    count = 1280
    with (
        running_app(hangs=True) as app,
        forwarding(tmp_path, ForwardingOptions(str(app.port), timeout="0")) as (forwarder, following),
        listening(tmp_path, forwarder) as url,
    ):
        burst = Burst(url, count, connections=64, on_answer=lambda _: None)
        burst.send()
        assert (len(burst.answered), set(burst.answered.values())) == (count, {200})
        assert not app.awake.is_set()

        app.awake.set()
        arrived = [each.body for each in app.await_received(count)]
        following.await_reports(count)

    with open_history(tmp_path / "history.db", read_only=True) as history:
        assert arrived == [each.request.body for each in history.latest(count)]
        assert len(history.latest(count, Criteria(forward=(ForwardState.FORWARDED,)))) == count


def test_pausing(tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """While it is paused nothing is sent, and what comes waits; then it is sent, the oldest first."""
    with running_app() as app, forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following):
        recorded = following.record([make_delivery(0, body) for body in numbered(4)])
        forwarder(recorded[:1])
        wait_until(lambda: forwarder.waiting == 0)
        forwarder.pause()
        states = [(forwarder.is_paused, forwarder.waiting)]
        forwarder(recorded[1:])
        states.append((forwarder.is_paused, forwarder.waiting))
        assert [each.body for each in app.received] == numbered(1)
        forwarder.resume()
        following.await_reports(4)

    assert states == [(True, 0), (True, 3)]
    assert not forwarder.is_paused
    assert [each.body for each in app.received] == numbered(4)


def test_the_end_while_it_is_paused(tmp_path: Path) -> None:
    """What is held back is not sent at the end: it is still to be sent."""
    with running_app() as app, forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following):
        forwarder.pause()
        forwarder(following.record([make_delivery(0, body) for body in numbered(2)]))
        assert not forwarder.stop(PATIENCE_S)

    assert (app.received, following.reports, forwarder.waiting) == ([], [], 2)


def test_memory_is_bounded(tmp_path: Path) -> None:
    """Of a thousand deliveries that wait, only some are held; the others are read back from the history."""
    with (
        running_app(hangs=True) as app,
        forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following),
    ):
        recorded = following.record([make_delivery(0, body) for body in numbered(1000)])
        for start in range(0, 1000, 50):
            forwarder(recorded[start : start + 50])
        held = forwarder._workers[0]._backlog._held
        app.awake.set()

        assert held <= 256
        assert [each.body for each in app.await_received(1000)] == numbered(1000)


def test_an_app_that_is_down(tmp_path: Path) -> None:
    """What cannot be delivered waits; the app is looked for, only changes are told, and all arrives once, in order."""
    port = free_port()
    with forwarding(tmp_path, ForwardingOptions(str(port))) as (forwarder, following):
        forwarder(following.record([make_delivery(0, body) for body in numbered(20)]))
        following.await_reports(1)
        forwarder(following.record([make_delivery(0, body) for body in numbered(20, 20)]))
        with running_app(port=port) as app:
            assert [each.body for each in app.await_received(40)] == numbered(40)
            reports = following.await_reports(41)

    assert [(waiting.target.port, waiting.delivery_ids) for waiting in following.waiting] == [
        (port, tuple(range(21, 41)))
    ]
    assert [back.address for back in following.backs] == [f"127.0.0.1:{port}"]
    assert [each.waits for each in reports] == [True, *[False] * 40]
    assert [each.forward.attempt.failure for each in reports] == [Failure.CONNECTION_REFUSED, *[None] * 40]
    assert [each.attempt.status for each in following.kept(1)] == [None, 200]


class SlowTarget(Target):
    """A target at which threads take turns, where it is asked what it wants."""

    turns = Turns()

    def wants(self, notification: Notification) -> bool:
        """Whether it wants a notification."""
        self.turns.take()
        return super().wants(notification)


def test_several_threads(tmp_path: Path) -> None:
    """Threads that forward wait for each other: all targets have what comes in one and the same order."""
    following = Following(tmp_path / "history.db")
    target = SlowTarget(*astuple(parse_target(str(free_port()))))
    settings = ForwarderSettings((target,), SenderSettings())
    recorded = following.record([make_delivery(0)] * 2)
    with Forwarder(settings, following.history_file, following.calls, now) as forwarder:
        threads = [threading.Thread(target=forwarder, args=([delivery],)) for delivery in recorded]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert SlowTarget.turns.most == 1


def test_how_often_an_app_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that is down is looked for after 0.1 s, then after twice as long each time: not as fast as it can be."""
    looked_s = [time.monotonic()]

    def probe(_: Sender) -> bool:
        looked_s.append(time.monotonic())
        return len(looked_s) == 5

    monkeypatch.setattr(Sender, "probe", probe)
    with forwarding(tmp_path, ForwardingOptions(str(free_port()))) as (forwarder, following):
        forwarder(following.record([make_delivery(0)]))
        following.wait(lambda: len(looked_s) >= 5)

    pauses_s = [after - before for before, after in pairwise(looked_s)]
    assert all(pause_s >= least_s * 0.9 for pause_s, least_s in zip(pauses_s, (0.1, 0.2, 0.4, 0.8), strict=False))


def test_an_app_that_restarts(tmp_path: Path) -> None:
    """The delivery that was under way when the app ended is sent again to the new one, before the later ones."""
    port = free_port()
    with forwarding(tmp_path, ForwardingOptions(str(port))) as (forwarder, following):
        with running_app(port=port) as app:
            app.answer = lambda _: None if len(app.received) > 1 else OK
            forwarder(following.record([make_delivery(0, body) for body in numbered(1)]))
            following.await_reports(1)
            app.awake.clear()
            forwarder(following.record([make_delivery(0, body) for body in numbered(5, 1)]))
            app.await_received(2)
        with running_app(port=port) as again:
            assert [each.body for each in again.await_received(5)] == numbered(5, 1)

    assert following.troubles == []


def test_retries(tmp_path: Path) -> None:
    """A delivery that is not taken is tried again and holds the later ones back; then it goes on."""
    with running_app() as app:
        app.answer = lambda received: answer_of(503, b"<h1>busy</h1>") if b":0}" in received.body else OK
        with forwarding(tmp_path, ForwardingOptions(str(app.port), retries=2)) as (forwarder, following):
            forwarder(following.record([make_delivery(0, body) for body in numbered(2)]))
            reports = following.await_reports(4)

    assert [each.body for each in app.received] == [numbered(2)[number] for number in (0, 0, 0, 1)]
    assert [(each.forward.number, each.forward.attempt.status) for each in reports] == [
        (1, 503),
        (2, 503),
        (3, 503),
        (1, 200),
    ]
    assert [each.retried_in_s for each in reports] == [0.5, 1.0, None, None]
    assert reports[0].lines == ("<h1>busy</h1>",)
    assert "its log" in (reports[0].hint or "")
    assert [each.attempt.status for each in following.kept(1)] == [503, 503, 503]


def test_a_target_does_not_wait_for_another(tmp_path: Path) -> None:
    """While one target hangs, the others get everything that they want; a route gets its types alone."""
    other = b'{"notification":{"type":"verification"}}'
    with running_app(hangs=True) as hanging, running_app() as quick, running_app() as routed:
        options = ForwardingOptions(str(hanging.port), (str(quick.port), f"verification={routed.port}"))
        with forwarding(tmp_path, options) as (forwarder, following):
            forwarder(following.record([make_delivery(0, body) for body in [*numbered(3), other, *numbered(3, 3)]]))
            assert len(quick.await_received(7)) == 7
            assert [each.body for each in routed.await_received(1)] == [other]
            assert hanging.received == []
            hanging.awake.set()
            assert len(hanging.await_received(7)) == 7


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (SignaturePolicy.STRICT, {SignatureState.VALID, SignatureState.UNKNOWN}),
        (SignaturePolicy.WARN, set(SignatureState)),
        (SignaturePolicy.OFF, set(SignatureState)),
    ],
)
def test_signatures(policy: SignaturePolicy, expected: set[SignatureState], tmp_path: Path) -> None:
    """What Cronofy did not sign is not forwarded, unless the user asked for that."""
    with running_app() as app:
        with forwarding(tmp_path, ForwardingOptions(str(app.port), policy=policy)) as (forwarder, following):
            forwarder(following.record([make_delivery(0, state=state) for state in SignatureState]))
            reports = following.await_reports(len(expected))

        assert {each.delivery.verdict.state for each in reports} == expected
        assert len(app.received) == len(expected)


def test_the_end(tmp_path: Path) -> None:
    """At the end what waits is still forwarded; what cannot be, because the app is down or hangs, is left and said."""
    with running_app() as app, forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following):
        forwarder(following.record([make_delivery(0, body) for body in numbered(100)]))
        assert forwarder.stop(limit_s=PATIENCE_S)
        assert len(app.received) == 100
        assert forwarder.unwritten == []
        assert [each.name for each in threading.enumerate() if each.name == "cronofy-writing-results"] == []
    with forwarding(tmp_path, ForwardingOptions(str(free_port()))) as (forwarder, following):
        forwarder(following.record([make_delivery(0)]))
        following.await_reports(1)
        assert not forwarder.stop()
    with (
        running_app(hangs=True) as app,
        forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following),
    ):
        forwarder(following.record([make_delivery(0)]))
        assert not forwarder.stop(limit_s=0.1)
        app.awake.set()


def test_several_at_once_to_a_target(tmp_path: Path) -> None:
    """With more than one in flight as many are with the app at once, and each arrives once."""
    together = threading.Barrier(4, timeout=PATIENCE_S)

    def answer(_: object) -> bytes:
        together.wait()
        return OK

    with running_app() as app:
        app.answer = answer
        options = ForwardingOptions(str(app.port), max_in_flight=4)
        with forwarding(tmp_path, options) as (forwarder, following):
            forwarder(following.record([make_delivery(0, body) for body in numbered(40)]))
            following.await_reports(40)

    assert sorted(each.body for each in app.received) == sorted(numbered(40))


def test_several_at_once_to_an_app_that_is_down(tmp_path: Path) -> None:
    """That it is down is reported once, however many are in flight; when it is back each arrives once."""
    port = free_port()
    with forwarding(tmp_path, ForwardingOptions(str(port), max_in_flight=4)) as (forwarder, following):
        forwarder(following.record([make_delivery(0, body) for body in numbered(20)]))
        following.await_reports(1)
        with running_app(port=port) as app:
            app.await_received(20)
            reports = following.await_reports(21)

    assert sorted(each.body for each in app.received) == sorted(numbered(20))
    assert [each.waits for each in reports].count(True) == 1


def test_what_was_replayed_meanwhile(tmp_path: Path) -> None:
    """A delivery that is sent by hand while the app is away is not sent a second time when it is back."""
    port = free_port()
    url = f"http://localhost:{port}/"
    with forwarding(tmp_path, ForwardingOptions(str(port))) as (forwarder, following):
        forwarder(following.record([make_delivery(0, body) for body in numbered(3)]))
        following.await_reports(1)
        with open_history(following.history_file) as history:
            history.forwards.record([forward(number, target=url)._replace(is_replay=True) for number in (1, 2)])
        with running_app(port=port) as app:
            app.await_received(1)
            following.await_reports(2)

    assert [each.body for each in app.received] == numbered(1, 2)


def test_the_end_has_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An end that takes longer than a moment is told; an app that is not there is not waited for."""
    told = threading.Event()
    with (
        running_app(hangs=True) as app,
        forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following),
    ):
        forwarder(following.record([make_delivery(0)]))
        assert forwarder.stop(on_wait=app.awake.set)
        assert app.awake.is_set()
    monkeypatch.setattr(forwarder_module, "_MOMENT_S", PATIENCE_S)
    with forwarding(tmp_path, ForwardingOptions(str(free_port()))) as (forwarder, following):
        forwarder(following.record([make_delivery(0)]))
        following.await_reports(1)
        assert not forwarder.stop(limit_s=PATIENCE_S, on_wait=told.set)

    assert not told.is_set()


def test_an_end_that_is_interrupted(tmp_path: Path) -> None:
    """An interrupt ends the waiting: what is under way is not cut off, and no later delivery is begun."""

    may_answer = threading.Event()

    def answer(_: object) -> bytes:
        may_answer.wait(PATIENCE_S)
        return OK

    def interrupt() -> None:
        raise KeyboardInterrupt

    with running_app() as app, forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following):
        app.answer = answer
        forwarder(following.record([make_delivery(0, body) for body in numbered(3)]))
        app.await_received(1)
        with pytest.raises(KeyboardInterrupt):
            forwarder.stop(on_wait=interrupt)
        may_answer.set()
        forwarder.stop()

    assert [each.body for each in app.received] == numbered(1)


def test_a_fault(tmp_path: Path) -> None:
    """What is not ours and goes wrong on a target's thread is reported, with what it is and where."""
    following = Following(tmp_path / "history.db")

    def fail(report: ForwardReport) -> None:
        raise LookupError(report.target.port)

    with running_app() as app:
        calls = replace(following.calls, report=fail)
        forwarder = build_forwarder(ForwardingOptions(str(app.port)), following.history_file, calls, now)
        assert forwarder is not None
        with forwarder:
            forwarder(following.record([make_delivery(0)]))
            following.wait(lambda: len(following.failures) == 1)

    (failure,) = following.failures
    assert failure.code == "worker_failed"
    assert failure.message.startswith(f"forwarding to http://localhost:{app.port}/ failed: LookupError: {app.port}")


def test_a_history_that_cannot_be_opened(tmp_path: Path) -> None:
    """Forwarding that could not be kept does not begin: that is the error, and no thread goes on."""
    (tmp_path / "history.db").write_bytes(b"no database" * 100)
    before = set(threading.enumerate())

    with pytest.raises(HistoryUnavailable), forwarding(tmp_path, ForwardingOptions("3000")):
        raise AssertionError

    assert set(threading.enumerate()) <= before
