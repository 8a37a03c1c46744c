"""Other runs for the same account: told once each, and never two for one target."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cronofy_cli.adapters.journal import Journal, RunRecord
from cronofy_cli.errors import AlreadyListening
from cronofy_cli.listen.others import OtherRuns
from tests.listen.reporting import Told

API, OTHER_API = "https://api-uk.cronofy.com", "https://api.cronofy.com"
URL, OTHER_URL = "http://localhost:3000/hook", "http://localhost:4000/"
SINCE = "2026-11-22T09:24:16Z"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """An empty journal."""
    return Journal({"CRONOFY_DATA_DIR": str(tmp_path)})


def begin(journal: Journal, *, sub: str = "acc_1", api_url: str = API, targets: tuple[str, ...] = ()) -> str:
    """Write the record of a run that goes on, and return its id."""
    return journal.begin("uk", sub, api_url=api_url, targets=targets, started_at=SINCE).run_id


def rewrite(tmp_path: Path, run_id: str, **changes: object) -> None:
    """Change a record on the disk."""
    path = tmp_path / "runs" / f"{run_id}.json"
    record = msgspec.json.decode(path.read_bytes(), type=RunRecord)
    path.write_bytes(msgspec.json.encode(replace(record, **changes)))  # type: ignore[arg-type]


def who() -> str:
    """Return what is said of a run of this process."""
    return f"process {os.getpid()}, since {SINCE}, in {Path.cwd()}"


def test_each_other_run_is_told_once(journal: Journal) -> None:
    """A run learns of those of its account at its API that go on, each once, and not of itself."""
    own = begin(journal)
    begin(journal, sub="acc_2")
    begin(journal, api_url=OTHER_API)
    others, told = OtherRuns(journal, API, "acc_1", own), Told()

    others.look(told)
    assert told.remarks == []
    first = begin(journal)
    others.look(told)
    others.look(told)
    assert told.remarks == [f" another run ({who()}) receives the same notifications"]
    second = begin(journal)
    others.look(told)

    assert len(told.remarks) == 2
    assert {record.run_id for record in others.live()} == {first, second}


def test_a_run_that_has_ended(journal: Journal, tmp_path: Path) -> None:
    """What is left of a killed run is no other run."""
    own, dead = begin(journal), begin(journal)
    rewrite(tmp_path, dead, process=None)

    assert OtherRuns(journal, API, "acc_1", own).live() == []


def test_a_run_of_which_little_is_known(journal: Journal, tmp_path: Path) -> None:
    """What is not known of a run is left out, and the name of its folder cannot drive the terminal."""
    own, other = begin(journal), begin(journal)
    told = Told()
    rewrite(tmp_path, other, started_at="", folder="/home/\x1b[2J")

    OtherRuns(journal, API, "acc_1", own).look(told)

    assert told.remarks == [f" another run (process {os.getpid()}, in /home/[2J) receives the same notifications"]


def test_one_run_for_each_target(journal: Journal) -> None:
    """A target that a run forwards to is refused to another one, which learns of whom and what to do."""
    own, other = begin(journal), begin(journal, targets=(URL,))
    with ExitStack() as held, ExitStack() as stack:
        OtherRuns(journal, API, "acc_1", other).claim([URL, URL], held)

        with pytest.raises(AlreadyListening) as caught:
            OtherRuns(journal, API, "acc_1", own).claim([OTHER_URL, URL], stack)

    assert caught.value.message == f"another 'listen' for this account forwards to {URL} already: {who()}"
    assert caught.value.hint == (
        f"to see what it receives, add --follow; to take its place, end it: kill {os.getpid()}; "
        "or choose another target"
    )


def test_a_lock_without_a_record(journal: Journal) -> None:
    """Whoever holds a target without a record is not named."""
    own = begin(journal)
    with ExitStack() as held, ExitStack() as stack:
        OtherRuns(journal, API, "acc_1", "x").claim([URL], held)

        with pytest.raises(AlreadyListening) as caught:
            OtherRuns(journal, API, "acc_1", own).claim([URL], stack)

    assert caught.value.message == f"another 'listen' for this account forwards to {URL} already"
    assert "to take its place, end it; or choose" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("api_url", "sub", "target"), [(OTHER_API, "acc_1", URL), (API, "acc_2", URL), (API, "acc_1", OTHER_URL)]
)
def test_what_does_not_stand_in_the_way(api_url: str, sub: str, target: str, journal: Journal) -> None:
    """Runs at another API, for another account or another target have locks of their own."""
    with ExitStack() as held, ExitStack() as stack:
        OtherRuns(journal, API, "acc_1", "x").claim([URL], held)

        OtherRuns(journal, api_url, sub, "y").claim([target], stack)


def test_afterwards(journal: Journal) -> None:
    """With the end of a run its targets are free."""
    with ExitStack() as held:
        OtherRuns(journal, API, "acc_1", "x").claim([URL], held)

    with ExitStack() as stack:
        OtherRuns(journal, API, "acc_1", "y").claim([URL], stack)
