"""The application's tests. `cronofy_simulator` comes with cronofy-cli: a Cronofy of this test's own."""

import httpx
import pytest
from meetings import Cronofy, create_app


@pytest.fixture
def work(cronofy_simulator):
    """Somebody's calendar, whose changes the application is notified of."""
    return cronofy_simulator.account().calendar("Work")


@pytest.fixture
def handler(cronofy_simulator):
    """The application, served, with a channel to its handler."""
    world = cronofy_simulator
    app = create_app(Cronofy(world.url, world.client_secret, world.access_token))
    return world.handler(app, "/cronofy")


def meetings(handler):
    """What the application shows."""
    return httpx.get(handler.url.replace("/cronofy", "/meetings")).json()


def test_a_meeting_is_listed_and_renamed(handler, work):
    """What somebody adds to a calendar is listed after the notification; so is its new title."""
    lunch = work.add_event("Lunch")
    handler.wait_for_delivery("change", status=200)
    assert meetings(handler) == ["Lunch"]

    lunch.change(summary="Long lunch")
    handler.wait_for_delivery("change", status=200)
    assert meetings(handler) == ["Long lunch"]


def test_a_deleted_meeting_is_gone(handler, work):
    """A deletion reaches the list."""
    lunch = work.add_event("Lunch")
    handler.wait_for_delivery("change", status=200)

    lunch.delete()
    handler.wait_for_delivery("change", status=200)

    assert meetings(handler) == []


def test_cronofy_is_down_for_a_moment(cronofy_simulator, handler, work):
    """When events cannot be read the handler fails, and Cronofy's next attempt makes up for it."""
    handler.wait_for_delivery("verification")
    cronofy_simulator.fail("/v1/events", status=503)

    work.add_event("Lunch")
    handler.wait_for_delivery("change", status=500)
    cronofy_simulator.advance(minutes=1)

    assert handler.wait_for_delivery("change", status=200).attempt == 2
    assert meetings(handler) == ["Lunch"]


def test_everything_is_forgotten_on_demand(cronofy_simulator, handler, work):
    """After `gdpr_requested` nothing is kept."""
    work.add_event("Lunch")
    handler.wait_for_delivery("change", status=200)

    cronofy_simulator.deliver("gdpr_requested")
    handler.wait_for_delivery("gdpr_requested", status=200)

    assert meetings(handler) == []


def test_a_forged_notification_is_refused(handler):
    """Without Cronofy's signature nothing is taken."""
    answer = httpx.post(handler.url, json={"notification": {"type": "change"}}, headers={"Cronofy-HMAC-SHA256": "x"})

    assert answer.status_code == 401
