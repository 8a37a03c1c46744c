"""What the accounts of one `cronofy sync` share while they are worked on at the same time."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.api.budget import ProcessBudget
from cronofy_cli.commands.sync_many import _Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.budget import Budget


@dataclass
class Requested:
    """Makes budgets, and lets something else happen meanwhile."""

    meanwhile: Callable[[], None] = lambda: None
    made: list[tuple[str, str]] = field(default_factory=list)

    def budget(self, client_id: str, data_center: str) -> Budget:
        """Return the budget of an application."""
        self.made.append((client_id, data_center))
        self.meanwhile()
        return ProcessBudget()


def account(client_id: str, data_center: str = "uk") -> Any:
    """Return an account of an application."""
    return SimpleNamespace(client_id=client_id, data_center=data_center)


def test_accounts_of_one_application_share_its_budget() -> None:
    """Each application of each data center has one, however many accounts it has."""
    requested = Requested()
    with ExitStack() as resources:
        work = _Work(SimpleNamespace(resources=resources), requested)  # type: ignore[arg-type]
        first = work._budget(account("one"))

        assert work._budget(account("one")) is first
        assert work._budget(account("one", "de")) is not first
        assert work._budget(account("two")) is not first
    assert requested.made == [("one", "uk"), ("one", "de"), ("two", "uk")]


def test_accounts_that_begin_at_once_share_it_too() -> None:
    """While one thread makes an application's budget another one waits for it."""
    requested, found = Requested(), []
    with ExitStack() as resources:
        work = _Work(SimpleNamespace(resources=resources), requested)  # type: ignore[arg-type]
        other = threading.Thread(target=lambda: found.append(work._budget(account("one"))))

        def begin_the_other() -> None:
            if len(requested.made) == 1:
                other.start()
                # As much as it would need at most; who waits is not through by then.
                other.join(0.05)

        requested.meanwhile = begin_the_other
        found.append(work._budget(account("one")))
        other.join(60)

    assert len(requested.made) == 1
    assert found[0] is found[1]
