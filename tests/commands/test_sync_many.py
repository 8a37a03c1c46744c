"""What the accounts of one `cronofy sync` share while they are worked on at the same time."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.api.budget import ProcessBudget
from cronofy_cli.commands.sync_many import _Work
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.budget import Budget
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli


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


@pytest.mark.parametrize(
    ("signed_in", "found", "message", "hint"),
    [
        (
            "acc_1",
            "acc_2",
            "the access token that Cronofy gave is that of acc_2",
            "correct what is kept or listed for acc_1",
        ),
        ("../x", "../x", "the id that Cronofy gave the account cannot be part of a file's name", None),
    ],
)
def test_whose_account_it_is(
    signed_in: str, found: str, message: str, hint: str | None, cli: Cli, cronofy: ScriptedServer
) -> None:
    """A copy is that of the account that is meant, and its file is in the folder; anything else fails."""
    (cli.folder / "token").write_text("tok_1")
    del cli.environment["CRONOFY_ACCESS_TOKEN"]
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(cli.folder / "config"), "CRONOFY_NO_KEYRING": "1"}
    cronofy.answer(json={"sub": signed_in, "email": "ada@x.test"}, only_for="GET /v1/userinfo")
    cronofy.answer(json={"channels": []})
    login = ("auth", "login", "--context", "one", "--access-token-file", cli.folder / "token", "--insecure-storage")
    assert run_main(cli, *login).exit_code == 0
    cronofy.answer(json={"sub": found, "email": "ada@x.test"}, only_for="GET /v1/userinfo")

    result = run_main(cli, "sync", "--out", cli.folder / "copies" / "{sub}.db", "--contexts", "one", "--ndjson")

    [line] = map(json.loads, result.lines)
    assert (line["error"]["message"], line["error"]["hint"]) == (message, hint)
    assert (result.exit_code, result.error["code"]) == (1, "accounts_failed")
    assert list(cli.folder.rglob("*.db")) == []
