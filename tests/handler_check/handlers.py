"""Notification handlers as developers write them: a correct one, and many that are wrong in one way each.

Each is a small real HTTP server. A broken one changes the single step of the correct one that its name tells.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

SECRET = "CRN_handler"
HEADER = "Cronofy-HMAC-SHA256"
KNOWN_TYPES = {
    *("verification", "change", "profile_disconnected", "profile_initial_sync_completed", "gdpr_requested"),
    *("conferencing_profile_disconnected", "scheduling_conversation_joined", "scheduling_conversation_updated"),
    *("smart_invite", "event_subscription", "scheduling_request_time_chosen", None),
}


class Refused(Exception):
    """Answered with a status instead of 200."""

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass
class Correct:
    """Keeps the contract: raw bytes, any digest of the list, constant time, unknown things ignored."""

    seen: set[bytes] = field(default_factory=set)
    newest: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends: nothing has to be waited for any more."""

    server_type: type[HTTPServer] = ThreadingHTTPServer

    def answer(self, headers: Message, body: bytes, /) -> tuple[int, dict[str, str]]:
        """Return the status and further headers of the answer."""
        if not self.is_signed(self.signature(headers), self.signed_bytes(body)):
            raise Refused(401, "Invalid signature")
        self.read(body)
        return 200, {}

    def signature(self, headers: Message) -> str:
        """Return the signature's header."""
        return str(headers.get(HEADER, ""))

    def signed_bytes(self, body: bytes) -> bytes:
        """Return what the digest is made of."""
        return body

    def is_signed(self, sent: str, body: bytes, /) -> bool:
        """Whether a digest in the header is ours."""
        expected = digest(body).encode()
        return any(hmac.compare_digest(part.strip().encode(), expected) for part in sent.split(","))

    def read(self, body: bytes, /) -> None:
        """Do what the notification asks for."""
        document = json.loads(body)
        self.handle(document.get("notification", {}))

    def handle(self, notification: dict[str, Any]) -> None:
        """Do what is asked for; nothing for what is not known."""


class SerialisesAgain(Correct):
    """Signs the parsed and printed JSON, as Express does after `express.json()`."""

    def signed_bytes(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()


class SerialisesForHtml(Correct):
    """Signs printed JSON too, but as Go does: `&`, `<` and `>` become escapes."""

    def signed_bytes(self, body: bytes) -> bytes:
        text = body.decode()
        for character in "&<>":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return text.encode()


class ComparesWholeHeader(Correct):
    """Does not split the list of digests, as Cronofy's own examples of 2017-22."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return hmac.compare_digest(sent.encode(), digest(body).encode())


class TakesFirstDigest(Correct):
    """Looks at the first digest only."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return super().is_signed(sent.partition(",")[0], body)


class DoesNotTrim(Correct):
    """Splits at the commas and keeps the spaces."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return digest(body) in sent.split(",")


class ComparesText(Correct):
    """Gives text to `compare_digest`, which takes only ASCII."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return any(hmac.compare_digest(part.strip(), digest(body)) for part in sent.split(","))


class LooksForSubstring(Correct):
    """Is content when what was sent occurs in the digest."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return any(part.strip() in digest(body) for part in sent.split(","))


class WantsExactHeaderName(Correct):
    """Finds the header only in its exact spelling."""

    def signature(self, headers: Message) -> str:
        return next((value for name, value in headers.items() if name == HEADER), "")


class AcceptsEverything(Correct):
    """Checks no signature."""

    def is_signed(self, *_: object) -> bool:
        return True


class AcceptsUnsigned(Correct):
    """Checks a signature only if there is one."""

    def is_signed(self, sent: str, body: bytes) -> bool:
        return not sent or super().is_signed(sent, body)


class RefusesEverything(Correct):
    """Has another application's client secret."""

    def is_signed(self, *_: object) -> bool:
        return False


@dataclass
class RefusesAfter(Correct):
    """Loses its client secret after a number of requests."""

    accepted: int = 1

    def is_signed(self, sent: str, body: bytes) -> bool:
        self.accepted -= 1
        return self.accepted >= 0 and super().is_signed(sent, body)


class StripsBody(Correct):
    """Trims the body before the digest."""

    def signed_bytes(self, body: bytes) -> bytes:
        return body.strip()


class ReadsLatin1(Correct):
    """Reads the body as Latin-1 text and signs it as UTF-8."""

    def signed_bytes(self, body: bytes) -> bytes:
        return body.decode("latin-1").encode()


class WantsKeyOrder(Correct):
    """Reads the type with a pattern instead of a parser."""

    def read(self, body: bytes) -> None:
        if re.match(rb'\s*\{\s*"(notification"\s*:\s*\{\s*"|event")', body) is None:
            raise Refused(400, "no notification")


class RefusesDuplicateKeys(Correct):
    """Has a parser that takes a key once."""

    def read(self, body: bytes) -> None:
        def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            if len(dict(pairs)) < len(pairs):
                raise Refused(400, "duplicate key")
            return dict(pairs)

        json.loads(body, object_pairs_hook=unique)


class StoresInPostgres(Correct):
    """Puts the body into a jsonb column, which takes no NUL."""

    def read(self, body: bytes) -> None:
        if b"\\u0000" in body:
            raise Refused(500, "unsupported Unicode escape sequence")


class NotFoundForUnknownType(Correct):
    """Has a route per type and none for the rest."""

    def handle(self, notification: dict[str, Any]) -> None:
        if notification.get("type") not in KNOWN_TYPES:
            raise Refused(404, "<h1>Not Found</h1>")


class NeedsNotification(Correct):
    """Reads `notification` without a look whether it is there."""

    def read(self, body: bytes) -> None:
        self.handle(json.loads(body)["notification"])


class ForbidsFurtherFields(Correct):
    """Has a strict schema of the body's outermost object."""

    def read(self, body: bytes) -> None:
        known = {"notification", "channel", "event", "smart_invite", "meeting_agent", "scheduling_request"}
        if unknown := set(json.loads(body)) - known - {"participants", "user"}:
            raise Refused(422, f"extra fields not permitted: {unknown}")


class FailsOnDuplicate(Correct):
    """Has a unique index on what it received."""

    def read(self, body: bytes) -> None:
        if body in self.seen:
            raise Refused(500, "UNIQUE constraint failed: notifications.body")
        self.seen.add(body)


class WantsOrder(Correct):
    """Refuses changes that are older than the last one."""

    def handle(self, notification: dict[str, Any]) -> None:
        since = notification.get("changes_since", self.newest)
        if since < self.newest:
            raise Refused(409, "stale")
        self.newest = since


class LimitsBody(Correct):
    """Has a proxy before it that takes 16 kB."""

    def read(self, body: bytes) -> None:
        if len(body) > 16_384:
            raise Refused(413, "request entity too large")


@dataclass
class Slow(Correct):
    """Does its work before the answer."""

    pause_s: float = 0.0

    def read(self, *_: object) -> None:
        self.ended.wait(self.pause_s)


@dataclass
class SingleThreaded(Slow):
    """Answers one after another, each after a while."""

    server_type: type[HTTPServer] = HTTPServer


class Redirects(Correct):
    """Has a login in front of every route."""

    def answer(self, *_: object) -> tuple[int, dict[str, str]]:
        return 302, {"Location": "/login"}


class HangsUp(Correct):
    """Dies of every request."""

    def answer(self, *_: object) -> tuple[int, dict[str, str]]:
        raise ConnectionAbortedError


class DiesOfFilters(RefusesEverything):
    """Refuses everything, and dies of some of it."""

    def answer(self, headers: Message, body: bytes, /) -> tuple[int, dict[str, str]]:
        if b"calendar_ids" in body:
            raise ConnectionAbortedError
        return super().answer(headers, body)


def digest(body: bytes) -> str:
    """Return the digest of a body under the handlers' client secret."""
    return b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()


@contextmanager
def serving(handler: Correct) -> Iterator[str]:
    """Serve a handler on a free port of this machine and return its address."""

    class Request(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status, headers = handler.answer(self.headers, body)
                words = ""
            except Refused as refusal:
                status, headers, words = refusal.status, {}, str(refusal)
            except (KeyError, TypeError) as error:
                status, headers, words = 500, {}, f"{type(error).__name__}: {error}"
            except ConnectionAbortedError:
                return
            self._send(status, headers, words.encode())

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            try:
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return  # The sender has stopped waiting.

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(handler.server_type):  # type: ignore[name-defined, misc]  # chosen by the handler
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Request) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        finally:
            handler.ended.set()
            server.shutdown()
            thread.join()
