"""A delivery: what was received, and what was answered."""

from __future__ import annotations

import pytest

from cronofy_cli.core.notifications.deliveries import Arrival, find_header
from tests.samples import make_delivery


def test_an_arrival_that_is_read() -> None:
    """It becomes the delivery with everything that was known, and what its body says."""
    delivery = make_delivery(7)
    arrival = Arrival(delivery.request, delivery.verdict, 503, "uk")

    read = arrival.read(7)

    assert read == delivery._replace(answer_status=503, context="uk")
    assert arrival.read().id is None
    assert read.notification.type == "change"


@pytest.mark.parametrize(
    ("status", "answer", "is_accepted"),
    [(None, "none", False), (199, "199", False), (200, "200", True), (299, "299", True), (300, "300", False)],
)
def test_what_cronofy_was_answered(status: int | None, answer: str, is_accepted: bool) -> None:
    """2xx takes a notification as delivered; without an answer in time there is none."""
    delivery = make_delivery(1)._replace(answer_status=status)

    assert (delivery.answer, delivery.is_accepted) == (answer, is_accepted)


def test_a_header() -> None:
    """Its spelling does not matter, several lines are joined, and odd bytes stay."""
    headers = ((b"X-A", b"1"), (b"x-a", b"2"), (b"Other", b"\xff"))

    assert find_header(headers, "X-a") == "1,2"
    assert find_header(headers, "other") == "\udcff"
    assert find_header(headers, "none") is None
