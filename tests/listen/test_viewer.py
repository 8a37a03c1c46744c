"""`listen --follow`: what another run receives, looked at in the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.callback_paths import remember_path
from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.notifications.delivery_filter import EVERYTHING
from cronofy_cli.errors import ExitCode
from cronofy_cli.listen.viewer import view_other
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

MINE, FORMER, OTHERS = "/r/mine", "/r/former", "/r/others"


@dataclass
class Following:
    """A viewer, and another run whose deliveries are recorded between two looks."""

    environment: dict[str, str]
    file: Path
    arrivals: list[Callable[[History], object]] = field(default_factory=list)
    """What happens before each further look."""
    looks_until_gone: int = 1_000_000
    looks: int = 0
    is_enough: bool = False
    ends_with: int | None = None
    """With which exit code the end is asked for when nothing more arrives."""
    shown: list[int | None] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def view(self, *, count: int | None = None, limit_s: float | None = None) -> int:
        """Look until the end, and return the exit code."""
        run: Any = SimpleNamespace(
            surroundings=SimpleNamespace(
                data_center="uk", environment=self.environment, open_history=lambda: open_history(self.file)
            ),
            options=SimpleNamespace(chosen=EVERYTHING, count=count),
            account=SimpleNamespace(sub="acc_1"),
            live=SimpleNamespace(deliveries=self._show, remark=self.remarks.append),
            others=SimpleNamespace(live=lambda: self.looks < self.looks_until_gone),
        )
        stop: Any = SimpleNamespace(wait=self._wait, ask=self._enough)
        return view_other(run, stop, limit_s)

    def _show(self, deliveries: list[Delivery]) -> None:
        self.shown += [each.id for each in deliveries]

    def _enough(self) -> None:
        self.is_enough = True

    def _wait(self, _seconds: float) -> int:
        self.looks += 1
        assert self.looks < 10_000, "it does not end"
        if self.is_enough:
            return ExitCode.DONE
        if self.arrivals:
            with open_history(self.file) as history:
                self.arrivals.pop(0)(history)
            return ExitCode.TIME_LIMIT
        return ExitCode.TIME_LIMIT if self.ends_with is None else self.ends_with


@pytest.fixture
def following(tmp_path: Path) -> Following:
    """A viewer of the account acc_1, whose runs had two paths; one delivery is there from before."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    remember_path("uk", "acc_1", FORMER, environment)
    remember_path("uk", "acc_1", MINE, environment)
    remember_path("uk", "acc_2", OTHERS, environment)
    made = Following(environment, tmp_path / "deliveries.db")
    with open_history(made.file) as history:
        history.record([received()])
    return made


def received(target: str = MINE, data_center: str = "uk") -> Delivery:
    """Return what was received at a path, for a data center."""
    return make_delivery(0, target=target, context=data_center)


def test_only_what_comes_for_the_account(following: Following) -> None:
    """It shows what arrives from now on at any path of the account, and nothing of other accounts or data centers."""
    following.arrivals = [
        lambda history: history.record([received(), received(OTHERS), received(FORMER)]),
        lambda history: history.record([received(data_center="de"), received("/elsewhere")]),
        lambda history: history.record([received(f"{MINE}?user=1")]),
    ]
    following.ends_with = 130

    assert following.view() == 130
    assert following.shown == [2, 4, 7]
    assert following.remarks == [" Following what the other run receives. Ctrl-C ends only this view."]


def test_as_many_as_were_wanted(following: Following) -> None:
    """With --count it ends by itself after so many."""
    following.arrivals = [lambda history: history.record([received()]) for _ in range(3)]

    assert following.view(count=2) == 0
    assert following.shown == [2, 3]


def test_its_time_limit(following: Following) -> None:
    """At the limit it ends with 124, whether anything came or not."""
    assert following.view(limit_s=0) == 124
    assert following.looks <= 1


def test_within_its_time_limit(following: Following) -> None:
    """What asks for the end before the limit decides the exit code."""
    following.ends_with = 130

    assert following.view(limit_s=3600) == 130


def test_the_other_run_ends(following: Following) -> None:
    """Once the other run is gone nothing can arrive: it says so and ends with 3, and not before."""
    following.looks_until_gone = 50
    following.arrivals = [lambda history: history.record([received()]) for _ in range(30)]

    assert following.view() == 3
    assert len(following.shown) == 30
    assert following.looks >= 50
    assert following.remarks[1:] == [" the other run has ended: nothing arrives any more"]
