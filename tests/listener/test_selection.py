"""Which deliveries a run prints and counts."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listener.selection import Selection
from tests.samples import make_delivery

OWN_PATH = "/r/own"
OWN = f"https://example.com/prefix{OWN_PATH}"


class Chosen:
    """What passed, and how often the end was called for."""

    def __init__(self, *types: str, count: int | None = None) -> None:
        self.numbers: list[int | None] = []
        self.completions = 0
        self.selection = Selection(
            types, count, OWN_PATH, [lambda batch: self.numbers.extend(each.id for each in batch)], self._complete
        )

    def _complete(self) -> None:
        self.completions += 1

    def take(self, *bodies: tuple[int, str | None]) -> None:
        """Pass a batch of deliveries, each a number and a type."""
        self.selection([make_delivery(number, body(type_)) for number, type_ in bodies])


def body(type_: str | None, callback_url: str = OWN) -> bytes:
    """Return a notification's body."""
    notification = {} if type_ is None else {"notification": {"type": type_}}
    return json.dumps({**notification, "channel": {"callback_url": callback_url}}).encode()


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
