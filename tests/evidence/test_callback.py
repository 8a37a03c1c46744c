"""Callback URLs, and going to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe import Posting, ProbeLimits
from cronofy_cli.adapters.callback_probe.posting import Response
from cronofy_cli.adapters.http import tls_context
from cronofy_cli.core.notifications.channels import parse_channel
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.evidence.callback import Callback, Prober, callbacks_of
from tests.outbound.app import OK, answer_of, running_app

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.channels import Channel
    from tests.outbound.app import Received

SECRET = ClientSecret("current", "CRN_1")


def channel(number: int, url: str) -> Channel:
    """Return a channel."""
    return parse_channel(f'{{"channel_id":"chn_{number}","callback_url":"{url}","filters":{{}}}}'.encode())


@pytest.mark.parametrize("must_be_public", [True, False])
def test_each_once(must_be_public: bool) -> None:
    """Channels that post to the same URL are one callback, in the order of the channels."""
    channels = [channel(1, "https://b.example/"), channel(2, "https://a.example/"), channel(3, "https://b.example/")]

    assert callbacks_of(channels, must_be_public=must_be_public) == (
        Callback("https://b.example/", ("chn_1", "chn_3"), must_be_public),
        Callback("https://a.example/", ("chn_2",), must_be_public),
    )
    assert callbacks_of([], must_be_public=must_be_public) == ()


def test_closing_it() -> None:
    """All of its channels are closed by one command."""
    assert Callback("https://a.example/", ("chn_1", "chn_3")).close_command == "cronofy channels close chn_1 chn_3"


@pytest.mark.parametrize(
    ("url", "is_out_of_reach"),
    [
        ("https://hooks.example.com/r", False),
        ("https://93.184.216.34/r", False),
        ("http://localhost:3000/r", True),
        ("http://10.0.0.1/r", True),
        ("https://[::1/r", True),
        ("nothing", True),
    ],
)
def test_out_of_reach(url: str, is_out_of_reach: bool) -> None:
    """Cronofy, which posts to a callback unless it is said otherwise, does not reach this machine or its network."""
    assert Callback(url).is_out_of_reach is is_out_of_reach
    assert not Callback(url, must_be_public=False).is_out_of_reach


def test_going_there() -> None:
    """What is asked for is posted, signed with the client secrets, for the channel that it is about."""

    def answer(received: Received) -> bytes:
        header = (received.value(HEADER.encode()) or b"").decode()
        return OK if judge(header, received.body, [SECRET]).state is SignatureState.VALID else answer_of(401)

    with running_app() as app:
        app.answer = answer
        prober = Prober(tls_context, lambda: datetime.now(UTC), ProbeLimits(connect_s=60, answer_s=60), (SECRET,))
        callback = Callback(f"http://127.0.0.1:{app.port}/r", must_be_public=False)
        report = prober.probe(callback, {Posting.SIGNED, Posting.UNSIGNED}, b'{"channel_id":"chn_7"}')
        made_up = prober.probe(callback, {Posting.SIGNED})

    statuses = {posting: each.status for posting, each in report.responses.items() if isinstance(each, Response)}
    assert statuses == {Posting.SIGNED: 200, Posting.UNSIGNED: 401}
    assert [b"chn_7" in each.body for each in app.received] == [True, True, False]
    assert set(made_up.responses) == {Posting.SIGNED}
