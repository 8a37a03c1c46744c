"""Pages of the inspector that are open: each follows the events, and asks again for what is in sight, as the page does.

    python page_watchers.py URL PAGES

Prints a line when all follow, and ends with its stdin.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

IN_SIGHT = 20
PAUSES_S = (0.35, 2.0)
"""Before what has changed is asked for: of single ones, and in a burst."""
MANY = 20


class Page(threading.Thread):
    """One page."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port
        self._headers = {"X-Cronofy-Token": parts.fragment.removeprefix("token=")}
        self.follows = threading.Event()

    def run(self) -> None:
        """Follow the events."""
        connection = http.client.HTTPConnection(*self._address)
        connection.request("GET", "/api/stream", headers=self._headers)
        response = connection.getresponse()
        asked = http.client.HTTPConnection(*self._address)
        due_s = 0.0
        for line in response:
            if line.startswith(b"event: state"):
                self.follows.set()
            if not line.startswith(b"data: "):
                continue
            document = json.loads(line[6:])
            burst = bool(document) and document.get("fitting", 0) > MANY
            if time.monotonic() >= due_s and document and document.get("rows"):
                due_s = time.monotonic() + PAUSES_S[burst]
                ids = ",".join(str(row["id"]) for row in document["rows"][:IN_SIGHT])
                for path in (f"rows?ids={ids}", f"deliveries/{document['rows'][0]['id']}"):
                    asked.request("GET", f"/api/{path}", headers=self._headers)
                    asked.getresponse().read()


def main(url: str, count: int) -> None:
    """Open so many pages."""
    pages = [Page(url) for _ in range(count)]
    for page in pages:
        page.start()
    for page in pages:
        page.follows.wait()
    sys.stdout.write("following\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
