"""What has happened in a history: one of everything that the inspector shows."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.history import Forward, Gap, Moments, open_history
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import HEADER, SignatureState, Verdict, sign
from cronofy_cli.listen.changes.read_request import ChangeRead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace

TOTAL = 38
"""How many deliveries there are when it is told."""
SECRET = "s3cret"
CHANNEL = "chn_54cf7c7cb4ad4c1027000001"
SINCE = "2026-11-23T12:04:16Z"
NAMES = {"cal_work": "Work", "cal_home": "Home"}
HOSTILE = (
    "<img src=https://evil.example/x onerror=alert(1)><script>alert(2)</script> "
    "\u202egnp.exe\u202c \x1b[31mred \x9b2J \u200b"
)
"""What the page must show as text: markup, what turns directions around, and what drives a terminal."""
Change = tuple[bytes | None, bytes]
_TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY = _TODAY - timedelta(days=_TODAY.weekday())
"""Of this week, which may end while a test is under way."""


def body_of(kind: str, **more: Any) -> bytes:
    """Return a notification's body."""
    channel = {"channel_id": CHANNEL, "callback_url": "https://ab12.example/r/k3v9", "filters": {}}
    return json.dumps({"notification": {"type": kind, **more}, "channel": channel}, separators=(",", ":")).encode()


CHANGE = body_of("change", changes_since=SINCE)


def event(uid: str, title: str, day: int, hour: float, hours: float = 1, **more: Any) -> bytes:
    """Return an event of this week: day 0 is Monday."""
    start = MONDAY + timedelta(days=day, hours=hour)
    times = {
        name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in (("start", start), ("end", start + timedelta(hours=hours)))
    }
    fields = {"event_uid": uid, "calendar_id": "cal_work", "summary": title, "created": "2026-01-01T00:00:00Z"}
    return json.dumps({**fields, **times, **more}).encode()


class Story:
    """Writes what happens into a history."""

    def __init__(self, place: HistoryPlace) -> None:
        self.place = place
        self._telling: History | None = None

    @property
    def file(self) -> Path:
        """The history's file."""
        assert isinstance(self.place, Path)
        return self.place

    @contextmanager
    def _open(self) -> Iterator[History]:
        if self._telling is not None:
            yield self._telling
            return
        # No test cuts the power.
        with open_history(self.place, survives_power_cut=False) as history:
            yield history

    def arrives(
        self,
        body: bytes = CHANGE,
        state: SignatureState = SignatureState.VALID,
        *,
        ago_s: float = 0,
        headers: Sequence[tuple[bytes, bytes]] = (),
        reconstructed: bool = False,
    ) -> int:
        """Record a delivery, and return its number."""
        digest = {
            SignatureState.VALID: sign(body, [SECRET]),
            SignatureState.INVALID: "wEKJV7MjQvFLnMlGPrHXsTRQyDTmXCK9EMY=",
        }
        lines = [(b"Host", b"ab12.example"), (b"Content-Type", b"application/json"), *headers]
        if state in digest:
            lines.append((HEADER.encode(), digest[state].encode()))
        moment = datetime.now(UTC) - timedelta(seconds=ago_s)
        is_valid = state is SignatureState.VALID
        made = Delivery(
            ReceivedRequest(moment, "POST", "/r/k3v9?user_id=42", tuple(lines), body),
            Verdict(state, "current" if is_valid else None),
            parse_notification(body),
            200 if is_valid else 401,
            "simulator",
        )
        with self._open() as history:
            [recorded] = history.record([made], are_reconstructed=reconstructed)
            number = recorded.id or 0
            answered = moment + timedelta(milliseconds=4)
            history.moments.keep([Moments(number, number, moment + timedelta(milliseconds=3), answered)])
        return number

    def burst(self, count: int) -> None:
        """Record many deliveries at once."""
        with self._open() as history:
            newest = history.latest(1)
            history.record([newest[0]._replace(id=None) for _ in range(count)])

    def reads(self, number: int, *changes: Change, others: Sequence[bytes] = ()) -> None:
        """Keep the events that were read because of a delivery."""
        found = tuple(change for each in changes if (change := compare(*each, "2026-11-20T00:00:00Z")) is not None)
        read = ChangeRead((number,), SINCE, (*(after for _, after in changes), *others), found)
        with self._open() as history:
            history.attach_events([number], read.payload(NAMES), read_at=datetime.now(UTC))

    def forwards(
        self, number: int, target: str, status: int | None = 200, *, ms: float = 23, body: bytes = b"ok"
    ) -> None:
        """Keep an attempt to forward a delivery."""
        attempt = Attempt(
            started_at=datetime.now(UTC),
            duration=timedelta(milliseconds=ms),
            address=None if status is None else "127.0.0.1:3000",
            status=status,
            failure=Failure.CONNECTION_REFUSED if status is None else None,
            reason="connection refused" if status is None else None,
            answer_head=b"" if status is None else b"HTTP/1.1 %d X\r\nContent-Type: text/plain\r\n\r\n" % status,
            answer_body=b"" if status is None else body,
        )
        with self._open() as history:
            history.forwards.record([Forward(number, target, 1, attempt)])

    def tell(self, target: str) -> None:
        """Let one of everything happen, the newest last."""
        with self._open() as self._telling:
            self._tell(target)
        self._telling = None

    def _tell(self, target: str) -> None:
        for number in range(30):
            self.forwards(self.arrives(ago_s=9000 - number * 60), target)
        self.forwards(self.arrives(body_of("verification"), ago_s=3000), target, ms=8)
        self.arrives(json.dumps({"comment": HOSTILE}).encode(), SignatureState.UNSIGNED, ago_s=2000)
        late = self.arrives(ago_s=1800)
        self.forwards(late, target, ms=6214)
        self.reads(
            late, (event("r", "Release", 2, 14, status="tentative"), event("r", "Release", 2, 14, status="confirmed"))
        )
        with self._open() as history:
            now = datetime.now(UTC)
            history.mark_gap(Gap(now - timedelta(seconds=1400), now - timedelta(seconds=1046), "the tunnel ended"))
        self.arrives(ago_s=1046, reconstructed=True)
        self.arrives(json.dumps(json.loads(CHANGE), indent=1).encode(), SignatureState.INVALID, ago_s=700)
        broken = self.arrives(ago_s=400)
        self.forwards(broken, target, 500, ms=812, body=b"NoMethodError in CronofyController#hook")
        self.reads(
            broken,
            (
                event("d", "Design review", 3, 15, location={"description": "Room 4.2"}),
                event("d", "Design review", 3, 15, location={"description": "Room 1.1"}),
            ),
        )
        with self._open() as history:
            history.tags.put("broken", broken)
        refused = self.arrives(ago_s=300)
        self.forwards(refused, target, None, ms=1)
        self.reads(
            refused, (None, event("t", HOSTILE, 4, 16, 2.5, calendar_id="cal_home", created="2026-11-28T00:00:00Z"))
        )
        newest = self.arrives(ago_s=60)
        self.forwards(newest, target)
        self.reads(
            newest,
            (event("s", "Sales call", 1, 10), event("s", "Sales call", 2, 11)),
            (None, event("l", "Lunch", 3, 12, calendar_id="cal_home", created="2026-11-28T00:00:00Z")),
            (event("o", "Old stand-up", 0, 9.5, 0.25), event("o", "Old stand-up", 0, 9.5, 0.25, deleted=True)),
            others=[event("c", "Workshop", 3, 10, 1.5)],
        )
