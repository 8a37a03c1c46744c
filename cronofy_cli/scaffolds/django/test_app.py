"""The handler, against a simulated Cronofy: cronofy simulator exec -- python -m pytest"""

import queue
import threading
from wsgiref.simple_server import make_server

import pytest
from app import create_application
from cronofy_receiver import Receiver
from cronofy_trial import Owner


@pytest.fixture
def owner(tmp_path, monkeypatch):
    """Somebody whose calendar the application watches."""
    monkeypatch.setenv("CRONOFY_INBOX", str(tmp_path / "inbox.db"))
    events = queue.Queue()
    receiver = Receiver(events.put).start()
    with make_server("127.0.0.1", 0, create_application(receiver)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield Owner(f"http://127.0.0.1:{server.server_port}/cronofy/hook", events)
        server.shutdown()


def test_a_new_event_arrives(owner):
    """What somebody adds to a calendar is handed to the application."""
    owner.add_event("Lunch with Ada")

    assert not owner.wait_for("Lunch with Ada").get("deleted")


def test_a_deleted_event_arrives(owner):
    """A deletion is handed on as well."""
    lunch = owner.add_event("Coffee with Ada")
    owner.wait_for("Coffee with Ada")
    owner.delete_event(lunch)

    assert owner.wait_for("Coffee with Ada")["deleted"]
