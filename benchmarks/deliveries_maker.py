"""A history of many deliveries, made through the product's own store.

    python deliveries_maker.py PLACE COUNT

PLACE is a file or the address of a PostgreSQL database. Prints the seconds that it took as JSON, and the file's bytes.
The deliveries are of four types and fifty channels, with the headers and bodies of real ones, each with digits of its
own for a signature; every hundredth holds COMMON_TEXT. Needs the package installed.
"""

from __future__ import annotations

import json
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.history_place import parse_place
from cronofy_cli.core.notifications.deliveries import Arrival, ReceivedRequest
from cronofy_cli.core.signature import SignatureState, Verdict

if TYPE_CHECKING:
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.notifications.deliveries import Delivery

COMMON_TEXT = "quarterly-planning"
AT_ONCE = 5_000
CHANNELS = 50
_TYPES = ("change", "change", "change", "change", "verification", "profile_disconnected", "smart_invite")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_VERDICT = Verdict(SignatureState.VALID, "CRONOFY_CLIENT_SECRET")
_HEADERS = (
    (b"Host", b"ab12.ngrok.app"),
    (b"User-Agent", b"Cronofy-Notifier/1.0"),
    (b"Content-Type", b"application/json; charset=utf-8"),
    (b"Accept-Encoding", b"gzip"),
    (b"X-Forwarded-For", b"203.0.113.7"),
    (b"X-Forwarded-Proto", b"https"),
)


def main(place: HistoryPlace, count: int) -> None:
    """Record so many deliveries in a new history."""
    begun = time.perf_counter()
    # Nothing is lost with this file when the power goes.
    with open_history(place, survives_power_cut=False) as history:
        for first in range(0, count, AT_ONCE):
            history.record([_delivery(number) for number in range(first, min(first + AT_ONCE, count))])
    took_s = time.perf_counter() - begun
    sys.stdout.write(
        json.dumps({"seconds": took_s, "bytes": place.stat().st_size if isinstance(place, Path) else None})
    )


def _delivery(number: int) -> Delivery:
    received = _START + timedelta(seconds=7 * number, microseconds=number % 1_000_000)
    body = _body(number, received)
    signature = b64encode(sha256(body).digest())
    headers = (*_HEADERS, (b"Cronofy-HMAC-SHA256", signature), (b"Content-Length", b"%d" % len(body)))
    request = ReceivedRequest(received, "POST", f"/r/k3v9?user_id={number % 1000}", headers, body)
    return Arrival(request, _VERDICT, 200, "us").read()


def _body(number: int, received: datetime) -> bytes:
    channel = number % CHANNELS
    remark = COMMON_TEXT if number % 100 == 0 else "none"
    document = {
        "notification": {
            "type": _TYPES[number % len(_TYPES)],
            "changes_since": f"{received - timedelta(seconds=15):%Y-%m-%dT%H:%M:%SZ}",
        },
        "channel": {
            "channel_id": f"chn_54cf7c7cb4ad4c10270{channel:05d}",
            "callback_url": f"https://example.com/cronofy?user={channel}&remark={remark}",
            "filters": {"calendar_ids": [f"cal_U9uuErStTG@EAAAB_{channel:04d}-{each}" for each in range(2)]},
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()


if __name__ == "__main__":
    main(parse_place(sys.argv[1]), int(sys.argv[2]))
