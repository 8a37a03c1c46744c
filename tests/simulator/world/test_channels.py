"""The open channels of a world."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cronofy_cli.errors import InvalidRequest, NotFound
from cronofy_cli.simulator.world.channels import Channels
from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import Channel
from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.simulator.worlds import NOW

LATER = NOW + timedelta(minutes=5)


def test_an_identical_channel_is_the_same_channel() -> None:
    """One URL with the same filters, in whatever order, gives the open channel; anything else gives a new one."""
    channels = Channels((), Identifiers())
    wanted = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(HOME, WORK))
    channel = channels.open(wanted, NOW)

    assert channel.channel_id.startswith("chn_")
    same = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(WORK, HOME), only_managed=False)
    assert channels.open(same, LATER) == channel
    other = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(WORK,))
    assert channels.open(other, LATER).channel_id != channel.channel_id


def test_a_closed_channel_is_gone() -> None:
    """Closing is final: the same wanted gives a new id, and closing twice is an error."""
    channels = Channels((), Identifiers())
    wanted = Channel(channel_id="", callback_url="http://x.test/")
    channel_id = channels.open(wanted, NOW).channel_id

    channels.close(channel_id)

    assert channels.all == ()
    with pytest.raises(NotFound):
        channels.close(channel_id)
    assert channels.open(wanted, NOW).channel_id != channel_id


def test_there_are_at_most_128_channels() -> None:
    """The 129th channel is refused, an identical one is not."""
    channels = Channels((), Identifiers())
    wanted = [Channel(channel_id="", callback_url=f"http://x.test/{number}") for number in range(129)]
    for one in wanted[:128]:
        channels.open(one, NOW)

    assert channels.open(wanted[0], NOW) == channels.all[0]
    with pytest.raises(InvalidRequest) as refusal:
        channels.open(wanted[128], NOW)
    assert refusal.value.fields["base"][0][0] == "errors.too_many_channels"
