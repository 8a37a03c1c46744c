"""The status line."""

from __future__ import annotations

import re

import pytest

from cronofy_cli.listen.live.status import AppHealth, State, Status, duration, status_line
from cronofy_cli.output.terminal.cells import width
from tests.golden_files import check_golden

STATUSES = {
    "starting": Status(State.STARTING, 1.2),
    "ready": Status(State.READY, 8640, 1204, 3, 2, 0, (AppHealth(":3000", "ok", is_well=True),), "ngrok"),
    "app down": Status(
        State.READY,
        64,
        1204,
        3,
        2,
        17,
        (AppHealth(":3000", "ok", is_well=True), AppHealth(":3001", "connection_refused", is_well=False)),
    ),
    "nothing is forwarded": Status(State.READY, 4, 5, 0),
    "paused": Status(State.READY, 90, 1207, 3, 2, 3, (AppHealth(":3000", "500", is_well=False),), is_paused=True),
    "lost": Status(State.LOST, 130, 1204, 3, 2, 0, (AppHealth(":3000", "ok", is_well=True),), "ngrok"),
    "lost, and why": Status(State.LOST, 130, 1204, 3, reason="the tunnel's agent ended"),
    "channel gone": Status(
        State.LOST, 4, 5, reason="the channel chn_54cf7c7cb4ad4c1027000001 is gone: Cronofy closed it"
    ),
    "not recorded": Status(
        State.UNRECORDED, 64, 1204, 3, 2, 17, tunnel="ngrok", reason="the history cannot grow: the disk is full"
    ),
    "question": Status(State.READY, 4, question="212 deliveries wait for http://localhost:3000/. Send them now?"),
    "ending": Status(State.ENDING, 0, 5, 0),
}


def test_the_line_is_as_it_was_drawn() -> None:
    """Each state at 110, 80, 60 and 50 columns, and with ASCII alone."""
    drawn = []
    for name, status in STATUSES.items():
        drawn.append(f"== {name}")
        drawn += [status_line(status, columns).rstrip() for columns in (110, 80, 60, 50)]
        drawn.append(status_line(status, 80, has_unicode=False).rstrip())

    check_golden("status-line.txt", ("\n".join(drawn) + "\n").encode())


@pytest.mark.parametrize("columns", range(60, 130, 7))
@pytest.mark.parametrize("name", [name for name in STATUSES if name != "question"])
def test_the_line_fits_and_names_the_way_to_the_keys(name: str, columns: int) -> None:
    """At every width the state is there, and `?` as long as anything fits."""
    line = status_line(STATUSES[name], columns)

    assert width(line) < columns
    assert "?" in line


def test_a_line_that_just_fits() -> None:
    """One space between the state and the keys is enough; with a column less, fewer keys are named."""
    text, keys = re.split(r" {9,}", status_line(STATUSES["ready"], 500).strip())
    columns = width(text) + width(keys) + 4

    assert status_line(STATUSES["ready"], columns) == f" {text} {keys} "
    narrower = status_line(STATUSES["ready"], columns - 1)
    assert narrower.startswith(f" {text} ")
    assert keys not in narrower


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (8640, "2 h 24 min"),
        (86400, "1 d 0 h"),
        (90000, "1 d 1 h"),
    ],
)
def test_times_have_two_units_at_most(seconds: float, text: str) -> None:
    """A time is as exact as it is of use."""
    assert duration(seconds) == text


def test_facts_stay_longer_than_keys() -> None:
    """At a narrow terminal the counts are what is left, and a question begins with how to answer it."""
    narrow = status_line(STATUSES["app down"], 50)
    question = status_line(STATUSES["question"], 30)

    assert "1,204 signed  2 failed" in narrow
    assert question.startswith(" ? [y/N] 212 deliveries")
