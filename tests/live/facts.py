"""What Cronofy's documentation leaves open, and what was seen of it.

A report holds names, numbers, statuses and times; never a token, a secret, or anything of a calendar: it can be pasted
into a public issue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Mark(Enum):
    """How much is known of a fact without having seen it."""

    UNKNOWN = "unknown"
    """Looked for and not found; the simulator chose."""
    INFERRED = "inferred"
    """Concluded from other facts."""


class Fact(NamedTuple):
    """Something that Cronofy does."""

    about: str
    mark: Mark
    assumed: str
    """What this tool, and its simulator, take it for."""


FACTS = {
    "refresh_token": Fact("the refresh token after a refresh", Mark.INFERRED, "the same"),
    "unauthorized": Fact("the answer to a wrong access token", Mark.INFERRED, "401, empty body, Bearer"),
    "answer_headers": Fact("headers of answers for request ids and limits", Mark.UNKNOWN, "none"),
    "no_tzid": Fact("Read Events without tzid", Mark.INFERRED, "422, tzid: errors.required"),
    "date_only": Fact("last_modified that is only a date", Mark.UNKNOWN, "200, accepted"),
    "beyond_window": Fact("Read Events beyond the sync window", Mark.UNKNOWN, "200, accepted, 0 events"),
    "page": Fact("the size of a page of events", Mark.UNKNOWN, "100 events"),
    "order": Fact("the order of events", Mark.UNKNOWN, "by start"),
    "event_fields": Fact("fields of events that are not documented", Mark.UNKNOWN, "none"),
    "no_callback_url": Fact("a channel without a callback URL", Mark.UNKNOWN, "422, callback_url: errors.required"),
    "unknown_calendar": Fact(
        "a channel for an unknown calendar", Mark.UNKNOWN, "422, calendar_ids: errors.not_recognized"
    ),
    "loopback_url": Fact("a callback URL on localhost", Mark.UNKNOWN, "200, accepted"),
    "long_url": Fact("a callback URL of more than 128 characters", Mark.UNKNOWN, "200, accepted"),
    "channel_fields": Fact("fields of a channel", Mark.INFERRED, "scheduling_conversations beside the documented ones"),
    "identical": Fact("a second channel that is identical", Mark.UNKNOWN, "200, the same id, verified again"),
    "headers": Fact("headers of a notification", Mark.UNKNOWN, "User-Agent besides the documented ones"),
    "layout": Fact("the bytes of a notification's body", Mark.UNKNOWN, "compact, notification before channel"),
    "source": Fact("the address that notifications come from", Mark.UNKNOWN, "not known"),
    "delay": Fact("from an edit to its notification", Mark.UNKNOWN, "depends on the provider"),
    "folding": Fact("notifications for one edit", Mark.INFERRED, "1"),
    "changes_since": Fact("changes_since before the arrival", Mark.INFERRED, "about the time of the edit"),
    "retry": Fact("the second attempt after a 500", Mark.UNKNOWN, "after 15 s, with the same body"),
    "rotation": Fact("digests while two client secrets are active", Mark.UNKNOWN, "2: the first, the second"),
    "closed_twice": Fact("closing a channel that is closed", Mark.UNKNOWN, "404"),
    "closed_listed": Fact("a closed channel in the list", Mark.INFERRED, "not listed"),
}
NOT_SEEN = "not seen"


@dataclass
class Report:
    """What a walk saw, and what it could not do."""

    seen: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def note(self, key: str, what: str) -> None:
        """Take down what was seen of a fact."""
        assert key in FACTS, key
        self.seen[key] = " ".join(what.split())

    def expect(self, condition: bool, problem: str) -> None:
        """Take down something that has to be so and is not; the walk goes on."""
        if not condition:
            self.problems.append(problem)

    def markdown(self) -> str:
        """Return the table for an issue."""
        rows = [
            (fact.about, fact.mark.value, fact.assumed, self.seen.get(key, NOT_SEEN)) for key, fact in FACTS.items()
        ]
        lines = [("fact", "so far", "assumed", "seen"), ("---",) * 4, *rows]
        table = "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
        problems = "".join(f"\n* {each}" for each in self.problems) or " none"
        return f"{table}\n\nProblems:{problems}\n"
