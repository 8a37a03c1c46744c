"""Which calendars are meant: by options, by settings, by names and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.cli.calendar_choice import ids_among, note_calendar_filter
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.flags import Flags
from cronofy_cli.core.accounts.calendars import Calendar
from cronofy_cli.core.accounts.contexts import Context
from cronofy_cli.errors import WrongUsage
from tests.in_process import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support import Cli


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A user whose settings are in a folder of the test's."""
    monkeypatch.chdir(tmp_path)
    cli.environment["CRONOFY_CONFIG_DIR"] = str(tmp_path / "config")
    return cli


def noted(cli: Cli, choices: Sequence[str] | None, *, context: str | None = None, data_center: str = "uk") -> str:
    """Return what is said where these calendars are chosen."""
    stderr = Stream()
    run = AppContext(cli.environment, Stream(), Stream(), stderr, Flags(context, data_center))
    note_calendar_filter(run, choices)
    return stderr.text


def test_calendars_of_the_settings_are_said(home: Cli) -> None:
    """Where this command line does not say which calendars are read, whoever reads the output hears what does."""
    assert noted(home, None) == noted(home, ["Work"]) == ""
    file = user_file(home.environment)
    set_value(file, Key.CALENDARS, ("Work", "cal_9"))

    assert noted(home, None) == f"note: only these calendars are read, as {file} says: Work, cal_9\n"
    assert noted(home, ()) != ""
    assert noted(home, ["Home"]) == ""


def test_calendars_of_a_context(home: Cli) -> None:
    """They are those of its own account: at another data center they mean nothing."""
    save_context(user_file(home.environment), Context("acme", data_center="uk", calendar_ids=("cal_1",)))

    said = "note: only these calendars are read, as context acme says: cal_1\n"
    assert noted(home, None, context="acme") == said
    assert noted(home, None, context="acme", data_center="de") == ""


def calendar(calendar_id: str, name: str, *, deleted: bool = False) -> Calendar:
    """Return a calendar."""
    return Calendar(calendar_id, name, "google", "pro_1", "x", False, deleted, False, False, False, None, b"{}")


KNOWN = [
    calendar("cal_1", "Work"),
    calendar("cal_2", "Home"),
    calendar("cal_3", "Home", deleted=True),
    calendar("cal_4", "Gone", deleted=True),
    calendar("cal_5", "Team"),
    calendar("cal_6", "team"),
]


@pytest.mark.parametrize(
    ("choices", "ids"),
    [
        ([], ()),
        (["cal_9", "cal_1"], ("cal_9", "cal_1")),
        (["work"], ("cal_1",)),
        (["Home", "cal_9"], ("cal_2", "cal_9")),
        (["Gone"], ("cal_4",)),
    ],
)
def test_names_and_ids(choices: list[str], ids: tuple[str, ...]) -> None:
    """An id is one whether it is known or not; a name is that of a calendar that is there, else of a deleted one."""
    assert ids_among(choices, lambda: KNOWN) == ids


def test_ids_alone_ask_nobody() -> None:
    """The calendars are listed only for a name."""

    def list_them() -> list[Calendar]:
        raise AssertionError

    assert ids_among(["cal_1", "cal_2"], list_them) == ("cal_1", "cal_2")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Wrok", "no calendar is named 'Wrok'; did you mean 'Work'?"),
        ("Garden", "no calendar is named 'Garden'"),
        ("TEAM", "2 calendars are named 'TEAM'"),
    ],
)
def test_names_that_name_no_calendar(name: str, message: str) -> None:
    """The nearest name is suggested; of several with one name, which is meant is for an id to say."""
    with pytest.raises(WrongUsage) as refused:
        ids_among([name], lambda: KNOWN)

    assert refused.value.message == message
    assert refused.value.hint == "use its id; see: cronofy calendars list"
