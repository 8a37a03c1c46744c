"""Which deliveries a run shows, counts and forwards."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listen.selection import Selection
from tests.samples import make_delivery

OWN_PATH = "/r/own"
OWN = f"https://example.com/prefix{OWN_PATH}"


class Chosen:
    """What passed, and how often the end was called for."""

    def __init__(self, *types: str, count: int | None = None, channel: str | None = None, where: str = "") -> None:
        self.numbers: list[int | None] = []
        self.completions = 0
        channels = frozenset() if channel is None else frozenset({channel})
        self.selection = Selection(
            DeliveryFilter(frozenset(types), channels, parse_where(where) if where else None),
            count,
            OWN_PATH,
            [lambda batch: self.numbers.extend(each.id for each in batch)],
            self._complete,
        )

    def _complete(self) -> None:
        self.completions += 1

    def take(self, *bodies: tuple[int, str | None]) -> None:
        """Pass a batch of deliveries, each a number and a type."""
        self.selection([make_delivery(number, body(type_)) for number, type_ in bodies])


def body(type_: str | None, callback_url: str = OWN, channel_id: str = "chn_1") -> bytes:
    """Return a notification's body."""
    notification = {} if type_ is None else {"notification": {"type": type_}}
    return json.dumps({**notification, "channel": {"channel_id": channel_id, "callback_url": callback_url}}).encode()


def test_everything_but_the_own_verification() -> None:
    """Without a choice all types pass, known or not; the verification of the run's own channel does not count."""
    chosen = Chosen()

    chosen.take((1, "verification"), (2, "change"), (3, "some_future_type"), (4, None))

    assert chosen.numbers == [2, 3, 4]


def test_a_verification_of_another_channel_passes() -> None:
    """What was sent for some other callback URL is not a step of this run."""
    chosen = Chosen()

    chosen.selection([make_delivery(1, body("verification", "https://example.com/other"))])

    assert chosen.numbers == [1]


def test_types() -> None:
    """With a choice only those pass, the own verification too if it is asked for."""
    chosen = Chosen("verification", "change")

    chosen.take((1, "verification"), (2, "profile_disconnected"), (3, "change"), (4, None))

    assert chosen.numbers == [1, 3]


@pytest.mark.parametrize("batches", [[5], [1, 1, 1, 1, 1], [2, 3], [3, 2]])
def test_the_count_is_exact(batches: list[int]) -> None:
    """However they come, exactly so many pass, and the end is called for once."""
    chosen = Chosen(count=3)
    numbers = iter(range(1, 6))

    for size in batches:
        chosen.take(*((next(numbers), "change") for _ in range(size)))

    assert (chosen.numbers, chosen.completions) == ([1, 2, 3], 1)


def test_only_what_passes_is_counted() -> None:
    """Other types do not use up the count."""
    chosen = Chosen("change", count=2)

    chosen.take((1, "smart_invite"), (2, "change"), (3, "smart_invite"))

    assert (chosen.numbers, chosen.completions) == ([2], 0)


def test_a_wrong_signature_passes_too() -> None:
    """What is not signed is shown like the rest: hiding it would hide the cause."""
    chosen = Chosen()

    chosen.selection([make_delivery(1, body("change"), SignatureState.INVALID, 401)])

    assert chosen.numbers == [1]


def test_a_channel() -> None:
    """With a channel only what is sent to it passes; a body that names none does not."""
    chosen = Chosen(channel="chn_2")

    chosen.selection(
        [
            make_delivery(1, body("change")),
            make_delivery(2, body("change", channel_id="chn_2")),
            make_delivery(3, b'{"event":{}}'),
        ]
    )

    assert chosen.numbers == [2]


def test_an_expression() -> None:
    """With --where only a body that is as it says passes; one that is no JSON has no fields."""
    chosen = Chosen(where="notification.type == 'change' && !(channel.channel_id == 'chn_2')")

    chosen.selection(
        [
            make_delivery(1, body("change")),
            make_delivery(2, body("change", channel_id="chn_2")),
            make_delivery(3, body("smart_invite")),
            make_delivery(4, b"not JSON"),
        ]
    )

    assert chosen.numbers == [1]


def test_all_of_it() -> None:
    """Who chooses in several respects gets what is right in each; only that is counted."""
    chosen = Chosen("change", channel="chn_1", where="notification.extra == `1`", count=1)
    right = b'{"notification":{"type":"change","extra":1},"channel":{"channel_id":"chn_1"}}'

    chosen.selection([make_delivery(1, body("change"))])
    chosen.selection([make_delivery(2, right.replace(b"chn_1", b"chn_2")), make_delivery(3, right)])

    assert (chosen.numbers, chosen.completions) == ([3], 1)
