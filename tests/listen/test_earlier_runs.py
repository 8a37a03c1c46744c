"""What a run takes over from the runs before it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.callback_paths import known_paths, remember_path
from cronofy_cli.adapters.history import open_history
from cronofy_cli.listen.changes.read_request import ChangeRead
from cronofy_cli.listen.earlier_runs import callback_path, last_good, missed_since, reported_events
from tests.listen.reporting import Told
from tests.samples import make_delivery, make_event

if TYPE_CHECKING:
    from pathlib import Path

READ_SINCE = "2026-11-22T09:24:16Z"
"""What the deliveries of the samples say."""


@pytest.fixture
def around(tmp_path: Path) -> Any:
    """The surroundings of a run."""
    return SimpleNamespace(
        data_center="uk",
        environment={"CRONOFY_DATA_DIR": str(tmp_path)},
        open_history=lambda: open_history(tmp_path / "deliveries.db"),
    )


def receive(around: Any, sub: str, path: str, data_center: str = "uk") -> None:
    """Let an account's run have received a change at a path."""
    remember_path(data_center, sub, path, around.environment)
    with around.open_history() as history:
        history.record([make_delivery(0, target=f"/prefix{path}?user=1", context=data_center)])


def test_the_moment_of_the_run_before(around: Any) -> None:
    """`last` is the moment of the account's own newest change, and it is said."""
    told = Told()
    receive(around, "acc_1", "/r/mine")

    assert missed_since(around, "last", "acc_1", told) == READ_SINCE
    assert told == Told(remarks=[f" catching up: reading what changed since {READ_SINCE}"])


@pytest.mark.parametrize(("sub", "data_center"), [("acc_2", "uk"), ("acc_1", "de")])
def test_no_run_before(sub: str, data_center: str, around: Any) -> None:
    """What others have received does not count; where there was nothing that is said, and nothing is read."""
    told = Told()
    receive(around, sub, "/r/others", data_center)

    assert missed_since(around, "last", "acc_1", told) is None
    assert told == Told(remarks=[" nothing was received for this account before: there is nothing to catch up on"])
    assert last_good(around, "acc_1") is None


def test_a_moment_that_is_named(around: Any) -> None:
    """A moment is taken as it is."""
    told = Told()

    assert missed_since(around, "2026-11-01T00:00:00Z", "acc_1", told) == "2026-11-01T00:00:00Z"
    assert told == Told(remarks=[" catching up: reading what changed since 2026-11-01T00:00:00Z"])


def test_nothing_is_asked_for(around: Any) -> None:
    """Without --since nothing is read and nothing said."""
    told = Told()
    receive(around, "acc_1", "/r/mine")

    assert (missed_since(around, None, "acc_1", told), told) == (None, Told())


def test_what_others_have_reported(around: Any) -> None:
    """The events of the account's newest read, whoever made it; an account of which nothing was read has none."""
    receive(around, "acc_1", "/r/mine")
    receive(around, "acc_1", "/r/mine")
    events = (make_event(1), make_event(2))
    with around.open_history() as history:
        history.attach_events([1], ChangeRead((1,), READ_SINCE, events).payload({}))

    assert reported_events(around, "acc_1") == list(events)
    assert reported_events(around, "acc_2") == []


def test_a_new_path_each_time(around: Any) -> None:
    """Each run has a secret path of its own, which is kept for the next one."""
    paths = [callback_path(around, "acc_1", reuse=False) for _ in range(2)]

    assert len(set(paths)) == 2
    assert all(path.startswith("/") and len(path) > 16 for path in paths)
    assert known_paths("uk", "acc_1", around.environment) == (paths[1], paths[0])


def test_the_path_of_the_run_before(around: Any) -> None:
    """With --reuse it is that of the account's last run; a first run has a new one, which the next one can reuse."""
    receive(around, "acc_2", "/r/others")

    first = callback_path(around, "acc_1", reuse=True)
    again = callback_path(around, "acc_1", reuse=True)

    assert first == again
    assert first != "/r/others"
    assert known_paths("uk", "acc_1", around.environment) == (first,)
