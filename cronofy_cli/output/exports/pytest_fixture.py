"""Deliveries as a pytest module: a fixture that runs a test of the user's application once for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery

_BEFORE = '''\
"""Push notifications as Cronofy sent them, exported by `cronofy deliveries export --format pytest`.

A test that takes `cronofy_delivery` runs once for each:

    def test_handler(client, cronofy_delivery):
        answer = client.post("/cronofy", data=cronofy_delivery.body, headers=dict(cronofy_delivery.headers))
        assert answer.status_code == 200
"""

from typing import NamedTuple

import pytest


class CronofyDelivery(NamedTuple):
    """A request: the body's bytes are exactly those that are signed."""

    name: str
    method: str
    target: str
    headers: tuple
    body: bytes


DELIVERIES = [
'''
_AFTER = '''\
]


@pytest.fixture(params=DELIVERIES, ids=lambda delivery: delivery.name)
def cronofy_delivery(request):
    """Each delivery in turn."""
    return request.param
'''


def pytest_module(deliveries: Iterable[Delivery]) -> Iterator[bytes]:
    """Yield the parts of the module."""
    yield _BEFORE.encode()
    for delivery in deliveries:
        yield _entry(delivery).encode("utf-8", "backslashreplace")
    yield _AFTER.encode()


def _entry(delivery: Delivery) -> str:
    request = delivery.request
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
    lines = "".join(f"            {line!a},\n" for line in headers)
    return (
        "    CronofyDelivery(\n"
        f"        name={f'{delivery.notification.label} #{delivery.id}'!a},\n"
        f"        method={request.method!a},\n"
        f"        target={request.target!a},\n"
        f"        headers=(\n{lines}        ),\n"
        f"        body={request.body!r},\n"
        "    ),\n"
    )
