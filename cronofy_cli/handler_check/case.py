"""What a case is: the posts, what a handler must make of them, and why.

Pure: cases are data, and nothing here sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.samples import encode_body, find_sample, with_fields
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.outbound.request import Post

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.sample_bodies import Body, Setting
    from cronofy_cli.outbound.signing_keys import SigningKeys

DOCS_SITE: Final = "https://docs.cronofy.com"
DELIVERY_RULES: Final = "/developers/push-notifications/"
AUTHENTICATION: Final = "/developers/push-notifications/authentication/"
TYPES: Final = "/developers/api/push-notifications/"


class Importance(StrEnum):
    """How bad it is to fail."""

    MUST = "must"
    """Cronofy sends this, or anybody can: notifications are lost, or forged ones believed."""
    SHOULD = "should"
    """It may happen, and a handler that survives it is the better one."""


class Moment(IntEnum):
    """When the changes of each group happened, in seconds after the first; a group has those up to the next one's.

    So a handler that fails on repeated or late changes fails in the cases about that, and in no other one.
    """

    TIMING = 0
    TYPES = 10
    SIGNATURES = 20
    BYTES = 40
    DELIVERY = 50
    LAST = 60


class Expectation(StrEnum):
    """What a handler must answer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUICKLY_ACCEPTED = "quickly_accepted"

    @property
    def words(self) -> str:
        """What is expected, for people."""
        return _EXPECTED[self]


_EXPECTED: Final = {
    Expectation.ACCEPTED: "200-299 within the limit",
    Expectation.REFUSED: "400-499: refused, without an error of the server's own",
    Expectation.QUICKLY_ACCEPTED: "200-299 within half the limit",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case matters, and what is wrong with most handlers that fail it."""

    why: str
    usual_cause: str
    docs: str
    """The path of the page that says so."""
    is_about_time: bool = False
    """Whether only a handler that takes too long fails for it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a handler is tried with."""

    id: str
    """Its group and its name, `signatures.wrong`: stable, for programs."""
    importance: Importance
    sent: str
    """What is sent, for people."""
    expectation: Expectation
    reason: Reason
    posts: tuple[Post, ...]
    at_once: bool = False
    """Whether the posts go out together, rather than each when the one before is answered."""

    @property
    def group(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What posts are made of: the sample bodies' setting, and the keys."""

    setting: Setting
    keys: SigningKeys

    def body(self, name: str, *assignments: str) -> Body:
        """Return a sample body with some fields set."""
        return with_fields(find_sample(name).make(self.setting), assignments)

    def change(self, moment: int, *assignments: str) -> Body:
        """Return a `change` of some `Moment`, with some fields set."""
        since = to_utc_seconds(self.setting.now - timedelta(seconds=Moment.LAST - moment))
        return self.body("change", f"notification.changes_since={since}", *assignments)

    def signed(self, body: Body) -> Post:
        """Return a body as a correctly signed post."""
        return self.signed_bytes(encode_body(body))

    def signed_bytes(self, body: bytes) -> Post:
        """Return raw bytes as a correctly signed post."""
        return Post(body, self.keys.right(body))
