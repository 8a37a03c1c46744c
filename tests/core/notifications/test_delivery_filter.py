"""Which deliveries are wanted."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING, DeliveryFilter, is_own_verification
from cronofy_cli.core.notifications.where import parse_where
from tests.samples import make_delivery

OWN_PATH = "/r/own"
OWN = f"https://example.com/prefix{OWN_PATH}"


def body(type_: str, callback_url: str = OWN, channel_id: str = "chn_1") -> bytes:
    """Return a notification's body."""
    channel = {"channel_id": channel_id, "callback_url": callback_url}
    return json.dumps({"notification": {"type": type_}, "channel": channel}).encode()


@pytest.mark.parametrize(
    ("chosen", "is_wanted"),
    [
        (EVERYTHING, True),
        (DeliveryFilter(types=frozenset({"change", "smart_invite"})), True),
        (DeliveryFilter(types=frozenset({"smart_invite"})), False),
        (DeliveryFilter(channel_ids=frozenset({"chn_1"})), True),
        (DeliveryFilter(channel_ids=frozenset({"chn_2"})), False),
        (DeliveryFilter(frozenset({"change"}), frozenset({"chn_2"})), False),
    ],
)
def test_each_respect(chosen: DeliveryFilter, is_wanted: bool) -> None:
    """A delivery is wanted if it is right in every respect that was chosen."""
    assert chosen.wants(make_delivery(1, body("change"))) is is_wanted


def test_an_expression() -> None:
    """An expression is asked about the body."""
    chosen = DeliveryFilter(where=parse_where("channel.channel_id == 'chn_1'"))

    assert chosen.wants(make_delivery(1, body("change")))
    assert not chosen.wants(make_delivery(1, body("change", channel_id="chn_2")))


@pytest.mark.parametrize(
    ("raw", "is_own"),
    [
        (body("verification"), True),
        (body("verification", "https://example.com/other"), False),
        (body("change"), False),
        (b"not JSON", False),
    ],
)
def test_the_own_verification(raw: bytes, is_own: bool) -> None:
    """It is known by its type and the callback URL of the run's channel."""
    assert is_own_verification(make_delivery(1, raw), OWN_PATH) is is_own
