"""`cronofy context`: listing, switching, renaming and removing, with the secrets that belong to a context."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore, locked, secret_path
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace, StoredSecrets
from tests.held_locks import wait_behind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli, Result

    Command = Callable[..., Result]

ACME = Context(
    "acme",
    data_center="uk",
    client_id="client",
    account=ContextAccount("acc_1", "janed@company.com"),
    calendar_ids=("cal_1", "cal_2"),
    secret_place=SecretPlace.FILE,
)
SECRETS = StoredSecrets(access_token="tok_of_acme", refresh_token="ref_of_acme")


@pytest.fixture
def environment(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home without a keyring, two contexts in it, the first one's secrets in a file."""
    monkeypatch.chdir(tmp_path)
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    made = cli.environment
    save_context(user_file(made), ACME)
    save_context(user_file(made), Context("other"))
    SecretStore(made, warn=pytest.fail).save(ACME, SECRETS)
    return made


@pytest.fixture
def command(environment: dict[str, str], run: Run) -> Command:
    """`cronofy context`."""
    return partial(run, "context")


def test_a_list_in_a_pipe(command: Command) -> None:
    """Piped, each context is a line of tabs, the current one marked."""
    command("use", "other")

    listed = command("list")

    assert (listed.exit_code, listed.stderr) == (0, "")
    assert listed.lines == ["-\tacme\tuk\tjaned@company.com\tclient\tfile", "*\tother\t-\t-\t-\t-"]


def test_a_list_for_programs(command: Command) -> None:
    """--json gives every part of each context, and no secret."""
    command("use", "acme")

    listed = command("list", "--json")

    assert [(each["name"], each["current"]) for each in listed.json] == [("acme", True), ("other", False)]
    assert listed.json[0] == {
        "name": "acme",
        "current": True,
        "data_center": "uk",
        "client_id": "client",
        "account": {"sub": "acc_1", "email": "janed@company.com"},
        "scope": None,
        "calendars": ["cal_1", "cal_2"],
        "tunnel": None,
        "tunnel_domain": None,
        "ssh_host": None,
        "forward": [],
        "secret_place": "file",
    }
    assert len(command("list", "--ndjson").lines) == 2


def test_showing_one(command: Command) -> None:
    """A context is shown by its name, or the current one; what it does not set is a dash."""
    named = command("show", "acme")
    command("use", "acme")

    assert "calendars\tcal_1, cal_2" in named.lines
    assert "current\tno" in named.lines
    assert command("show").stdout == named.stdout.replace("current\tno", "current\tyes")
    assert "tok_" not in named.stdout


def test_showing_the_current_one_when_none_is(command: Command) -> None:
    """Without a choice there is nothing to show, and the list is named."""
    shown = command("show")

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr == "error: no context is in use\nhint: name one; see: cronofy context list\n"


@pytest.mark.parametrize("arguments", [("use", "x"), ("show", "x"), ("rename", "x", "y"), ("remove", "x", "--yes")])
def test_a_context_that_is_not_there(command: Command, arguments: tuple[str, ...]) -> None:
    """Every command says that there is no such context."""
    done = command(*arguments)

    assert (done.exit_code, done.stderr) == (1, "error: there is no context 'x'\nhint: cronofy context list\n")


def test_using_one_that_something_else_overrides(command: Command, environment: dict[str, str]) -> None:
    """A switch that has no effect here says why."""
    environment["CRONOFY_CONTEXT"] = "other"

    used = command("use", "acme")

    assert used.stderr == "warning: CRONOFY_CONTEXT takes precedence here: 'other'\n"
    assert read_user_file(user_file(environment)).defaults == {"context": "acme"}


def test_renaming_moves_the_secrets(command: Command, environment: dict[str, str]) -> None:
    """Under its new name a context is still current and still signed in, and nothing stays under the old one."""
    command("use", "acme")

    renamed = command("rename", "acme", "acme-dev", "--json")

    assert (renamed.json["name"], renamed.json["current"]) == ("acme-dev", True)
    found = SecretStore(environment, warn=pytest.fail).load(Context("acme-dev", secret_place=SecretPlace.FILE))
    assert found is not None
    assert found.secrets == SECRETS
    assert not secret_path("acme", environment).exists()


@pytest.mark.parametrize("name", ["other", "Other", "acme", "../x"])
def test_renaming_to_what_cannot_be_a_name(command: Command, environment: dict[str, str], name: str) -> None:
    """A name that is taken, or is none, changes nothing."""
    before = user_file(environment).read_bytes()

    assert command("rename", "acme", name).exit_code == 2
    assert user_file(environment).read_bytes() == before
    assert secret_path("acme", environment).exists()


def test_removing(command: Command, environment: dict[str, str]) -> None:
    """A context goes with its secrets; if it was the current one, none is."""
    command("use", "acme")

    removed = command("remove", "acme", "--yes", "--json")

    assert removed.json == {"name": "acme", "secrets_removed": True}
    assert not secret_path("acme", environment).exists()
    assert [line.split("\t")[:2] for line in command("list").lines] == [["-", "other"]]


def test_removing_asks_first(command: Command, environment: dict[str, str]) -> None:
    """Without a terminal to ask at, the option is named and nothing is removed."""
    asked = command("remove", "acme")

    assert asked.exit_code == 2
    assert asked.stderr.endswith("hint: add --yes\n")
    assert secret_path("acme", environment).exists()


def test_secrets_that_cannot_be_removed_keep_the_context(command: Command, environment: dict[str, str]) -> None:
    """A context is not forgotten while its secrets are still somewhere."""
    secret_path("acme", environment).unlink()
    secret_path("acme", environment).mkdir()

    removed = command("remove", "acme", "--yes")

    assert removed.exit_code == 4
    assert "acme" in read_user_file(user_file(environment)).contexts


def test_no_command_brings_a_secret_into_the_settings(command: Command, environment: dict[str, str]) -> None:
    """After every change, no file beside the secrets' own holds a secret."""
    for arguments in (("use", "acme"), ("rename", "acme", "new"), ("show", "new"), ("list",)):
        assert command(*arguments).exit_code == 0

    folder = user_file(environment).parent
    holding = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and b"_of_acme" in path.read_bytes()
    ]
    assert holding == [f"secrets{os.sep}context-new.json".replace(os.sep, "/")]


def keep(environment: dict[str, str], secrets: StoredSecrets) -> None:
    """Keep the first one's secrets, as another process may."""
    SecretStore(environment, warn=pytest.fail).save(ACME, secrets)


@pytest.mark.parametrize("held", ["acme", "acme-dev"])
def test_renaming_waits_for_a_renewal(
    held: str, command: Command, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens that another process renews at the same moment move too; the new name's lock is waited for as well."""
    renewed = replace(SECRETS, access_token="tok_renewed")

    renamed = wait_behind(
        locked(held, environment),
        lambda: command("rename", "acme", "acme-dev"),
        partial(keep, environment, renewed),
        monkeypatch,
    )

    found = SecretStore(environment, warn=pytest.fail).load(Context("acme-dev", secret_place=SecretPlace.FILE))
    assert (renamed.exit_code, found and found.secrets) == (0, renewed)


def test_removing_waits_for_a_renewal(
    command: Command, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens that another process renews at the same moment do not stay behind."""
    removed = wait_behind(
        locked("acme", environment),
        lambda: command("remove", "acme", "--yes"),
        partial(keep, environment, SECRETS),
        monkeypatch,
    )

    assert (removed.exit_code, secret_path("acme", environment).exists()) == (0, False)


def test_a_name_with_a_typo(command: Command) -> None:
    """A context that is not there is answered with the nearest one that is."""
    result = command("use", "acmee")

    assert result.exit_code == 1
    assert result.stderr == "error: there is no context 'acmee'; did you mean 'acme'?\nhint: cronofy context list\n"


@pytest.mark.parametrize(("answered", "exit_code"), [(b"y\n", 0), (b"n\n", 2), (b"\n", 2)])
def test_removing_is_asked_for(answered: bytes, exit_code: int, command: Command, environment: dict[str, str]) -> None:
    """At a terminal yes removes, and anything else removes nothing and says so."""
    asked = command("remove", "acme", stdin=answered, terminal=True)

    assert (asked.exit_code, "Remove context acme and its secrets?" in asked.stderr) == (exit_code, True)
    assert ("nothing was removed" in asked.stderr) is bool(exit_code)
    assert secret_path("acme", environment).exists() is bool(exit_code)
    assert ("acme" in read_user_file(user_file(environment)).contexts) is bool(exit_code)


def test_what_was_removed(command: Command) -> None:
    """It says whether there were secrets."""
    with_secrets, without = (command("remove", name, "--yes") for name in ("acme", "other"))

    assert with_secrets.lines == ["removed\tacme", "secrets\tremoved"]
    assert without.lines == ["removed\tother", "secrets\t-"]
