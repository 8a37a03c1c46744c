"""Forwarding only what was chosen: the application never sees the rest, and Cronofy is answered all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.core.signature import ClientSecret, SignatureState
from cronofy_cli.listen.forwarding.options import ForwardingOptions, build_app_ack
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.listen.forwarding.following import Following, forwarding
from tests.outbound.app import answer_of, running_app
from tests.receiver.receiving import NOW, PATH, receiving
from tests.samples import make_delivery
from tests.sender import post

if TYPE_CHECKING:
    from pathlib import Path

OURS = (ClientSecret("simulator", CLIENT_SECRET),)
EVEN = DeliveryFilter(where=parse_where("even == `true`"))


def numbered(count: int) -> list[bytes]:
    """Return bodies that can be told apart, each other one of them even."""
    return [b'{"number":%d,"even":%s}' % (number, b"true" if number % 2 == 0 else b"false") for number in range(count)]


def test_what_is_not_chosen_is_not_forwarded(tmp_path: Path) -> None:
    """Also when more wait than are held in memory: those read back from the history are chosen anew."""
    bodies = numbered(1000)
    with running_app(hangs=True) as app:
        options = ForwardingOptions(str(app.port), chosen=EVEN)
        with forwarding(tmp_path, options) as (forwarder, following):
            recorded = following.record([make_delivery(0, body) for body in bodies])
            for start in range(0, 1000, 100):
                forwarder(recorded[start : start + 100])
            app.awake.set()
            app.await_received(500)

        assert [each.body for each in app.received] == bodies[::2]


def test_what_is_not_trusted_is_not_read_back(tmp_path: Path) -> None:
    """Forged deliveries between good ones stay out, however many wait."""
    with (
        running_app(hangs=True) as app,
        forwarding(tmp_path, ForwardingOptions(str(app.port))) as (forwarder, following),
    ):
        states = [SignatureState.VALID if number % 2 == 0 else SignatureState.INVALID for number in range(1000)]
        made = [make_delivery(0, body, state) for body, state in zip(numbered(1000), states, strict=True)]
        recorded = following.record(made)
        for start in range(0, 1000, 100):
            forwarder(recorded[start : start + 100])
        app.awake.set()
        app.await_received(500)

    assert [each.body for each in app.received] == numbered(1000)[::2]


def test_the_app_does_not_answer_for_what_it_does_not_see(tmp_path: Path) -> None:
    """With --ack app the listener itself answers what was not chosen; a handed-on delivery has nobody to answer."""
    [even, odd] = numbered(2)
    following = Following(tmp_path / "history.db")
    with running_app() as app:
        app.answer = lambda _: answer_of(422, b"no")
        options = ForwardingOptions(str(app.port), chosen=EVEN)
        ack, _ = build_app_ack(options, following.history_file, following.calls, lambda: NOW)
        with receiving(tmp_path, secrets=OURS, decide=ack.decide) as receiver, ack:
            url = f"http://127.0.0.1:{receiver.port}{PATH}"
            answers = [post(url, even), post(url, odd)]
            ack.hand_on(following.record([make_delivery(0, odd), make_delivery(0, even)]))
            reports = following.await_reports(2)

    assert answers == [422, 200]
    assert [each.delivery.request.body for each in reports] == [each.body for each in app.received] == [even, even]
    assert (following.troubles, receiver.troubles) == ([], [])
