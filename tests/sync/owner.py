"""Random acts of a calendar's owner and of the application, and how a simulated account takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from cronofy_cli.simulator.world.seed import HOME

if TYPE_CHECKING:
    from tests.sync.keeping import Keeping

DISTANCES = (-300, -44, -43, -42, -41, -40, -1, 0, 1, 30, 193, 194, 200, 201, 202, 208, 300)
"""Days from today: around both edges of the window, inside and far outside."""


class Act(StrEnum):
    """What an owner does."""

    ADD = "add"
    ADD_ALL_DAY = "add_all_day"
    MOVE = "move"
    CHANGE = "change"
    DELETE = "delete"
    UNDELETE = "undelete"
    MOVE_SERIES = "move_series"


class Fate(StrEnum):
    """What becomes of the notification of a burst of edits."""

    ARRIVES = "arrives"
    TWICE = "twice"
    LATE = "late"
    """It is answered, and worked on only after later ones."""
    LOST = "lost"
    """It is not answered with 2xx; Cronofy tells of it with the next one."""


@dataclass(frozen=True)
class Edit:
    """One act: on which event, and where to."""

    act: Act
    index: int
    distance: int
    hour: int


@dataclass(frozen=True)
class Burst:
    """Edits so close together that they share a notification."""

    edits: list[Edit]
    fate: Fate


@dataclass(frozen=True)
class Write:
    """The application writes, or erases, one of its own events: never notified."""

    number: int
    distance: int
    erases: bool


@dataclass(frozen=True)
class Turn:
    """Time passes."""

    days: int
    seconds: int


@dataclass(frozen=True)
class Sync:
    """The copy is brought up to date."""


Step = Burst | Write | Turn | Sync

_INDEXES = st.integers(0, 40)
_HOURS = st.integers(0, 22)
_EDITS = st.builds(Edit, st.sampled_from(Act), _INDEXES, st.sampled_from(DISTANCES), _HOURS)
_BURSTS = st.builds(Burst, st.lists(_EDITS, min_size=1, max_size=4), st.sampled_from(Fate))
_WRITES = st.builds(Write, st.integers(0, 1), st.sampled_from(DISTANCES), st.booleans())
_TURNS = st.builds(Turn, st.sampled_from([0, 0, 1, 2, 7, 45]), st.integers(0, 86_399))
STEPS = st.lists(st.one_of(_BURSTS, _BURSTS, _WRITES, _TURNS, st.builds(Sync)), min_size=6, max_size=20)


@dataclass
class Owner:
    """The owner of a simulated account, who knows a few of its events: before, in and after the window."""

    account: Keeping
    uids: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    series: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        answer = self.account.http.get("/simulator/events", params={"search": "", "limit": "9999"})
        events: list[dict[str, Any]] = answer.json()["events"]
        self.uids = [event["event_uid"] for event in events[::50]]
        by_series: dict[str, list[str]] = {}
        for event in events:
            if "series_identifier" in event:
                by_series.setdefault(event["series_identifier"], []).append(event["event_uid"])
        self.series = list(by_series.values())

    def does(self, edit: Edit) -> None:
        """Carry out an act; one that makes no sense, such as moving what is deleted, is refused and changes nothing."""
        at, day = self.account.at(edit.distance, edit.hour), self.account.day(edit.distance)
        uid = self.uids[edit.index % len(self.uids)]
        match edit.act:
            case Act.ADD:
                end = self.account.at(edit.distance, edit.hour + 1)
                self.uids.append(self.account.add(summary=f"Added {edit.index}", start=at, end=end))
            case Act.ADD_ALL_DAY:
                end = self.account.day(edit.distance + 1 + edit.index % 3)
                self.uids.append(self.account.add(summary="Whole day", start=day, end=end))
            case Act.MOVE:
                self.account.edit(uid, start=day if edit.hour % 3 == 0 else at)
            case Act.CHANGE:
                self.account.edit(uid, summary=f"Changed {edit.hour}", description="" if edit.hour % 2 else "More")
            case Act.DELETE:
                if self.account.delete(uid) == 200:
                    self.deleted.append(uid)
            case Act.UNDELETE:
                if self.deleted:
                    self.account.undelete(self.deleted[edit.index % len(self.deleted)])
            case Act.MOVE_SERIES:
                occurrences = self.series[edit.index % len(self.series)]
                for number, occurrence in enumerate(occurrences[:: max(1, len(occurrences) // 4)]):
                    self.account.edit(occurrence, start=self.account.at(edit.distance + number, edit.hour))

    def writes(self, write: Write) -> None:
        """Carry out an act of the application."""
        event_id = f"own-{write.number}"
        if write.erases:
            path = f"/v1/calendars/{HOME}/events"
            answer = self.account.http.request("DELETE", path, json={"event_id": event_id})
            assert answer.status_code == 202, answer.text
        else:
            start, end = self.account.at(write.distance), self.account.at(write.distance, 13)
            self.account.write(HOME, event_id, summary=f"Own {write.distance}", start=start, end=end)
