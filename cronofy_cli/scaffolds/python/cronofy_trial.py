"""What the tests do as the owner of a calendar. `cronofy simulator exec` sets the variables."""

import json
import os
import urllib.request


class Owner:
    """Somebody whose calendar is simulated, with a notification channel to a handler."""

    def __init__(self, callback_url, events):
        """`events` is the queue of what the application was handed."""
        self._call("POST", f"{os.environ['CRONOFY_API_URL']}/v1/channels", {"callback_url": callback_url})
        self._events = events

    def add_event(self, summary):
        """Add an event, and return it."""
        return self._call("POST", f"{os.environ['CRONOFY_SIMULATOR_URL']}/events", {"summary": summary})["event"]

    def delete_event(self, event):
        """Delete an event."""
        self._call("DELETE", f"{os.environ['CRONOFY_SIMULATOR_URL']}/events/{event['event_uid']}")

    def wait_for(self, summary):
        """Return the first event of this title that the application is handed."""
        while (event := self._events.get(timeout=60)).get("summary") != summary:
            pass
        return event

    def _call(self, method, url, body=None):
        headers = {
            "Authorization": f"Bearer {os.environ['CRONOFY_ACCESS_TOKEN']}",
            "Content-Type": "application/json",
        }
        content = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, content, headers, method=method), timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None
