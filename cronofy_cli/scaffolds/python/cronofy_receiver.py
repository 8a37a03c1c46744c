"""Cronofy's push notifications: which are Cronofy's, and what has to be read because of them.

A handler gives the raw body and the header to `Receiver.take` and answers with the status that it returns. By then the
notification is on disk, in an SQLite file with the earliest `changes_since` of each channel: repeats, late ones and
bursts become one read. A thread reads the changed events, here in the process; what fails stays on disk and is tried
again, and holds nothing else up. With more than one process, or where jobs have a queue already, call `read_unread`
there instead of `start`.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
import sqlite3
import threading
import time
import urllib.parse
import urllib.request
from contextlib import closing
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=5)
"""Each read begins a little before `changes_since`; what was seen before is dropped."""
SEEN_DAYS = 30
RETRY_S = 60.0
TIMEOUT_S = 30.0


class Receiver:
    """Takes notifications, and hands every changed event to `on_event`: once, or again after a crash in between."""

    def __init__(self, on_event, environment=os.environ):
        """`on_event` gets an event as Read Events has it; a deleted one has `"deleted": true`."""
        self._on_event = on_event
        # Several while secrets are rotated. An empty one would take what anybody can sign.
        secrets = environment.get("CRONOFY_CLIENT_SECRET", "").split(",")
        self._secrets = [secret.strip().encode() for secret in secrets if secret.strip()]
        if not self._secrets:
            raise ValueError("CRONOFY_CLIENT_SECRET is not set")
        self._api_url = environment.get("CRONOFY_API_URL", "https://api.cronofy.com")
        self._environment = environment
        self._file = environment.get("CRONOFY_INBOX", "cronofy-inbox.db")
        self._wake = threading.Event()
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))  # events are nobody else's business
        with closing(self._open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS unread (channel TEXT PRIMARY KEY, since TEXT, count INTEGER)")
            database.execute("CREATE TABLE IF NOT EXISTS seen (event TEXT PRIMARY KEY, state BLOB, at INTEGER)")

    def take(self, body, signatures):
        """Return the status to answer with: 401 for what Cronofy did not sign, else 200. Never waits for Cronofy."""
        if not self._is_from_cronofy(body, signatures):
            return 401
        change = _change(body)
        if change is None:
            # Signed by Cronofy and not known here: 2xx all the same, or Cronofy sends it for 24 hours.
            log.info("a notification of a kind that is not handled")
        else:
            self._remember(*change)
        return 200

    def start(self):
        """Read what is unread, now and whenever something comes, on a thread of its own."""
        threading.Thread(target=self._work, name="cronofy-receiver", daemon=True).start()
        return self

    def read_unread(self):
        """Read the events behind all notifications that were not read yet. What fails is logged, and stays unread."""
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM seen WHERE at < ?", (time.time() - SEEN_DAYS * 86_400,))
            rows = database.execute("SELECT channel, since, count FROM unread").fetchall()
        for channel, since, count in rows:
            if self._read_channel(channel, since):
                with closing(self._open()) as database, database:
                    # Another one may have come meanwhile: then it is read once more.
                    database.execute("DELETE FROM unread WHERE channel = ? AND count = ?", (channel, count))

    def access_token(self, channel):
        """Return the token of the account that a channel belongs to. Replace this: most applications have many."""
        return self._environment["CRONOFY_ACCESS_TOKEN"]

    def _is_from_cronofy(self, body, signatures):
        # Bytes: compare_digest raises on text that is not ASCII, and anybody can send the header.
        sent = [each.strip().encode("utf-8", "surrogateescape") for each in (signatures or "").split(",")]
        known = [base64.b64encode(hmac.digest(secret, body, hashlib.sha256)) for secret in self._secrets]
        return any([hmac.compare_digest(ours, theirs) for ours in known for theirs in sent])

    def _remember(self, channel, since):
        with closing(self._open()) as database, database:
            database.execute(
                "INSERT INTO unread VALUES (?, ?, 1) ON CONFLICT (channel) "
                "DO UPDATE SET since = min(since, excluded.since), count = count + 1",
                (channel, since),
            )
        self._wake.set()

    def _work(self):
        while True:
            self._wake.clear()
            try:
                self.read_unread()
            except Exception:
                log.exception("the inbox cannot be read; tried again in %.0f s", RETRY_S)
            self._wake.wait(RETRY_S)

    def _read_channel(self, channel, since):
        """Hand on what has changed, and return whether all of it was taken."""
        try:
            return all([self._hand_on(event) for event in self._changed_events(channel, since)])
        except Exception:
            # 401: the token has ended or was revoked; `access_token` has to return another one.
            log.exception("the events of %s cannot be read; tried again in %.0f s", channel, RETRY_S)
            return False

    def _changed_events(self, channel, since):
        start = datetime.fromisoformat(since) - OVERLAP
        query = {"tzid": "Etc/UTC", "include_deleted": "true", "last_modified": start.strftime("%Y-%m-%dT%H:%M:%SZ")}
        url = f"{self._api_url}/v1/events?{urllib.parse.urlencode(query)}"
        while url:
            request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.access_token(channel)}"})
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                page = json.load(answer)
            yield from page["events"]
            url = page["pages"].get("next_page")

    def _hand_on(self, event):
        """Hand an event on, unless it was handed on in this very state, and return whether it was taken."""
        state = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).digest()
        with closing(self._open()) as database, database:
            row = database.execute("SELECT state FROM seen WHERE event = ?", (event["event_uid"],)).fetchone()
            if row == (state,):
                return True
            try:
                self._on_event(event)
            except Exception:
                log.exception("the event %s was not taken; tried again in %.0f s", event["event_uid"], RETRY_S)
                return False
            database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (event["event_uid"], state, time.time()))
        return True

    def _open(self):
        database = sqlite3.connect(self._file, timeout=4)  # Cronofy waits 5 seconds for an answer
        database.execute("PRAGMA journal_mode = WAL")
        return database


def _change(body):
    """Return the channel and `changes_since` of a change; None for everything else."""
    try:
        document = json.loads(body)
        if document["notification"]["type"] != "change":
            return None
        channel, since = document["channel"]["channel_id"], document["notification"]["changes_since"]
        datetime.fromisoformat(since)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (channel, since) if isinstance(channel, str) else None
