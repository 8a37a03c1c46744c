"""`--ack app`: Cronofy is answered what the application says, after the delivery is on disk."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_app_ack
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.listen.forwarding.following import Following
from tests.outbound.app import OK, answer_of, running_app
from tests.ports import free_port
from tests.receiver.receiving import NOW, PATH, receiving
from tests.samples import CHANGE
from tests.sender import Burst, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.outbound.app import Received

OURS = (ClientSecret("simulator", CLIENT_SECRET),)


@contextmanager
def asking(
    folder: Path, target: str, timeout: str = "10s", took: timedelta = timedelta()
) -> Iterator[tuple[str, Following, list[Delivery]]]:
    """Run a listener whose answers an app decides: its address, what was told, what was handed on.

    By the clocks, each answer comes `took` after its request.
    """
    following = Following(folder / "history.db")
    ack, others = build_app_ack(
        ForwardingOptions(target, timeout=timeout), following.history_file, following.calls, lambda: NOW + took
    )
    assert others is None
    with receiving(folder, secrets=OURS, decide=ack.decide) as receiver, ack:
        yield f"http://127.0.0.1:{receiver.port}{PATH}", following, receiver.recorded
    assert (following.troubles, receiver.troubles) == ([], [])


def test_a_history_that_cannot_be_opened(tmp_path: Path) -> None:
    """Answers that could not be kept are not asked for: that is the error, and no thread goes on."""
    (tmp_path / "history.db").write_bytes(b"no database" * 100)
    before = set(threading.enumerate())
    following = Following(tmp_path / "history.db")
    ack, _ = build_app_ack(ForwardingOptions("3000"), following.history_file, following.calls, lambda: NOW)

    with pytest.raises(HistoryUnavailable), ack:
        pytest.fail("it cannot be used")

    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("status", [200, 204, 302, 422, 500])
def test_the_apps_status(status: int, tmp_path: Path) -> None:
    """It is what Cronofy gets, what is kept, and what is shown."""
    with running_app() as app:
        app.answer = lambda _: answer_of(status, b"" if status == 204 else b"why")
        with asking(tmp_path, str(app.port)) as (url, following, handed_on):
            assert post(url, CHANGE) == status
            following.await_reports(1)

    assert [each.answer_status for each in handed_on] == [status]
    with open_history(tmp_path / "history.db", read_only=True) as history:
        found = history.get(1)
        assert found is not None
        assert (found.answer_status, [each.attempt.status for each in history.forwards.of(1)]) == (status, [status])


def test_an_answer_that_comes_too_late(tmp_path: Path) -> None:
    """After five seconds Cronofy has seen no answer, so that is what is kept and handed on, beside the app's own."""
    with (
        running_app() as app,
        asking(tmp_path, str(app.port), took=timedelta(seconds=5.1)) as (url, following, handed_on),
    ):
        assert post(url, CHANGE) == 504
        following.await_reports(1)

    assert [(each.answer_status, each.answer) for each in handed_on] == [(None, "none")]
    with open_history(tmp_path / "history.db", read_only=True) as history:
        assert [each.id for each in history.latest(10, Criteria(answered=(0, 0)))] == [1]
        assert [each.attempt.status for each in history.forwards.of(1)] == [200]


def test_recorded_before_it_is_forwarded(tmp_path: Path) -> None:
    """When the app sees a delivery, it is on disk already."""
    on_disk: list[bytes] = []

    def answer(received: Received) -> bytes:
        with open_history(tmp_path / "history.db", read_only=True) as history:
            on_disk.extend(each.request.body for each in history.latest(10))
        return OK

    with running_app() as app, asking(tmp_path, str(app.port)) as (url, _, _):
        app.answer = answer
        assert post(url, CHANGE) == 200

    assert on_disk == [CHANGE]


def test_no_app(tmp_path: Path) -> None:
    """An app that is down is answered for with 502, one that hangs with 504; Cronofy will send it again."""
    with asking(tmp_path, str(free_port())) as (url, following, _):
        assert post(url, CHANGE) == 502
        assert following.await_reports(1)[0].forward.attempt.failure == "connection_refused"
    with running_app(hangs=True) as app, asking(tmp_path, str(app.port), "0.2s") as (url, _, _):
        assert post(url, CHANGE) == 504
        app.awake.set()


def test_a_wrong_signature_is_not_asked_about(tmp_path: Path) -> None:
    """It is answered 401 without the app, and handed on all the same."""
    with running_app() as app, asking(tmp_path, str(app.port)) as (url, _, handed_on):
        assert post(url, CHANGE, secret="wrong") == 401

    assert [each.answer_status for each in handed_on] == [401]
    assert app.received == []


def test_several_at_once(tmp_path: Path) -> None:
    """A delivery does not wait for the one before it: eight are with the app at the same time."""
    together = threading.Barrier(8, timeout=60)

    def answer(received: Received) -> bytes:
        together.wait()
        return OK

    with running_app() as app, asking(tmp_path, str(app.port), "60s") as (url, following, handed_on):
        app.answer = answer
        burst = Burst(url, 64, connections=8, on_answer=lambda _: None)
        burst.send()
        following.await_reports(64)

    assert sorted(burst.answered) == list(range(64))
    assert set(burst.answered.values()) == {200}
    assert sorted(each.id or 0 for each in handed_on) == list(range(1, 65))
