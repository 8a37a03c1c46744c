"""What `auth login` chooses where an option says it, and where none does."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets.failures import KeyringUnusable
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.flags import Flags
from cronofy_cli.commands.auth.prompts import (
    LoginOptions,
    again_command,
    ask,
    choose_client_id,
    choose_context,
    choose_scope,
    choose_sign_in,
    keeper_of,
    known_client_secret,
    naming_private_file,
    server_of,
)
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace
from cronofy_cli.errors import WrongUsage
from tests.in_process import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Cli

ADA = ContextAccount("acc_ada", "ada@company.com")


def run_of(cli: Cli, **flags: Any) -> AppContext:
    """Return a run with such shared options, where nobody can be asked."""
    return AppContext(cli.environment, Stream(), Stream(), Stream(), Flags(**flags))


@contextmanager
def at_terminal(cli: Cli, typed: str) -> Iterator[tuple[AppContext, Stream]]:
    """A run at a terminal at which this is typed, and what is asked there."""
    stdin, stderr = Stream(typed.encode(), is_terminal=True), Stream(is_terminal=True)
    with patch("sys.stdin", stdin):
        yield AppContext(cli.environment, stdin, Stream(is_terminal=True), stderr, Flags()), stderr


@pytest.mark.parametrize(
    ("flags", "options", "rest", "expected"),
    [
        ({}, LoginOptions(), ({}, None, None), "cronofy auth login"),
        (
            {"context": "acme", "data_center": "uk"},
            LoginOptions("id", "a file", 7778, "read_events", "google"),
            ({"--no-browser": True, "--start": False}, None, None),
            (
                "cronofy auth login --data-center uk --context acme --client-id id --client-secret-file 'a file' "
                "--port 7778 --scope read_events --provider google --no-browser"
            ),
        ),
        ({}, LoginOptions(), ({}, "token", None), "cronofy auth login --access-token-file token"),
        ({}, LoginOptions(), ({}, None, "http://localhost/?code=secret"), "cronofy auth login --complete -"),
    ],
)
def test_the_users_own_command(
    flags: dict[str, str], options: LoginOptions, rest: tuple[Any, ...], expected: str, home: Cli
) -> None:
    """A hint repeats what was typed, and nothing that is the default; a code is never in it."""
    found = again_command(run_of(home, **flags), options, *rest)

    assert sorted(found.split()) == sorted(expected.split())
    assert found.startswith("cronofy auth login")


@pytest.mark.parametrize(
    ("flags", "port", "again"),
    [
        ({"data_center": "uk"}, 7777, "cronofy auth login --data-center uk"),
        (
            {"context": "acme", "data_center": "de"},
            7778,
            "cronofy auth login --context acme --data-center de --port 7778",
        ),
    ],
)
def test_how_to_sign_in_once_more(flags: dict[str, str], port: int, again: str, home: Cli) -> None:
    """The server knows the command that signs in there again."""
    server = server_of(run_of(home, **flags), LoginOptions(port=port))

    assert (server.again, server.data_center.name) == (again, flags["data_center"])


def test_a_keyring_that_cannot_be_used() -> None:
    """The hint names the private file, after what would make the keyring work, if that is known."""
    for cause, hint in (
        (KeyringUnusable("it is locked", hint="unlock it"), "unlock it, or store them in a private file: AGAIN"),
        (KeyringUnusable("it is locked"), "store them in a private file: AGAIN"),
        (ValueError("no"), "store them in a private file: AGAIN"),
    ):
        with pytest.raises(KeyringUnusable) as refused, naming_private_file("AGAIN"):
            raise KeyringUnusable("the keyring cannot be used") from cause

        assert (refused.value.message, refused.value.hint) == (
            "the keyring cannot be used",
            f"{hint} --insecure-storage",
        )


@pytest.mark.parametrize(
    ("typed", "insecure", "agreed", "asked"), [("y", False, True, 1), ("n", False, False, 1), ("n", True, True, 0)]
)
def test_a_private_file_is_agreed_to_once(typed: str, insecure: bool, agreed: bool, asked: int, home: Cli) -> None:
    """A person is asked, once; an option is an answer."""
    with at_terminal(home, f"{typed}\nx\n") as (run, stderr):
        keeper = keeper_of(run, insecure_storage=insecure)
        answers = [keeper.agrees_to_file("The keyring is locked") for _ in range(2)]

    question = "The keyring is locked. Keep the secrets in a private file, unencrypted (--insecure-storage)?"
    assert answers == [agreed, agreed]
    assert stderr.text.count(question) == asked
    assert keeper.in_file is insecure


def test_nobody_can_agree(home: Cli) -> None:
    """Without a terminal the answer is no."""
    assert not keeper_of(run_of(home)).agrees_to_file("The keyring is locked")


@pytest.mark.parametrize(
    ("data_center", "current", "flag", "name"),
    [
        ("uk", None, None, "default"),
        ("simulator", None, None, "simulator"),
        ("http://127.0.0.1:7080", None, None, "127-0-0-1-7080"),
        ("uk", "acme", None, "acme"),
        ("de", "acme", None, "de"),
        ("simulator", "acme", None, "simulator"),
        ("de", "acme", "new", "new"),
    ],
)
def test_which_context(data_center: str, current: str | None, flag: str | None, name: str, home: Cli) -> None:
    """The one that is named, else the current one, unless that is of another data center: then one of its own."""
    home.environment["CRONOFY_SIMULATOR_URL"] = "http://127.0.0.1:7080"
    file = user_file(home.environment)
    if current is not None:
        save_context(file, Context(current, data_center="uk", account=ADA, secret_place=SecretPlace.FILE))
        set_value(file, Key.CONTEXT, current)
    run = run_of(home, data_center=data_center, context=flag)

    chosen = choose_context(run, keeper_of(run, insecure_storage=True))

    assert (chosen.name, chosen.data_center, run.flags.context) == (name, data_center, name)
    assert chosen.secret_place is SecretPlace.FILE


def test_a_context_that_is_signed_in_elsewhere(home: Cli) -> None:
    """Its tokens are not overwritten: another name is needed, or signing out."""
    save_context(user_file(home.environment), Context("acme", data_center="uk", account=ADA))
    run = run_of(home, data_center="de", context="acme")

    with pytest.raises(WrongUsage) as refused:
        choose_context(run, keeper_of(run, insecure_storage=True))

    assert refused.value.message == "the context acme is signed in to data center uk, not de"
    assert refused.value.hint == (
        "choose another name: cronofy auth login --context NAME --data-center de; or sign this one out: cronofy auth "
        "logout --context acme"
    )


def test_whose_application(home: Cli) -> None:
    """Given, else of the environment, else of the context if that is of the same data center."""
    context = Context("acme", data_center="uk", client_id="kept")
    save_context(user_file(home.environment), context)
    run = run_of(home, data_center="uk", context="acme")

    assert choose_client_id(run, context, LoginOptions("given")) == "given"
    assert choose_client_id(run, context, LoginOptions()) == "kept"
    home.environment["CRONOFY_CLIENT_ID"] = " of_the_environment "
    assert choose_client_id(run_of(home, context="acme"), context, LoginOptions()) == "of_the_environment"
    del home.environment["CRONOFY_CLIENT_ID"]
    with pytest.raises(WrongUsage) as refused:
        choose_client_id(run, context._replace(data_center="de"), LoginOptions())
    assert refused.value.message == "the application's client id is needed, and there is no terminal to ask for it"
    assert refused.value.hint == "add --client-id ID"


def test_which_client_secret(home: Cli) -> None:
    """That of the file, else of the environment; nobody is asked while one is known."""
    (home.folder / "secret").write_text("CRN_of_the_file\n")
    home.environment["CRONOFY_CLIENT_SECRET"] = "CRN_first, CRN_second"
    run = run_of(home, data_center="uk")
    keeper, context = keeper_of(run), Context("acme", data_center="uk", client_id="id")

    found = [
        known_client_secret(run, keeper, context, LoginOptions(client_secret_file=each))
        for each in (str(home.folder / "secret"), None)
    ]

    assert found == ["CRN_of_the_file", "CRN_first"]
    del home.environment["CRONOFY_CLIENT_SECRET"]
    assert known_client_secret(run_of(home, data_center="uk"), keeper, context, LoginOptions()) is None


def test_which_scope(home: Cli) -> None:
    """That of the option, else of the settings, else the one that everything here needs."""
    assert choose_scope(run_of(home), LoginOptions(scope="read_events")) == "read_events"
    usual = choose_scope(run_of(home), LoginOptions())
    home.environment["CRONOFY_CONFIG_DIR"] = str(home.folder / "other")
    set_value(user_file(home.environment), Key.SCOPE, "list_calendars")

    assert choose_scope(run_of(home), LoginOptions()) == "list_calendars"
    assert "read_events" in usual.split()


@pytest.mark.parametrize(("given", "kept"), [("read_events", "read_events"), (None, "list_calendars")])
def test_a_scope_stays_with_its_context(given: str | None, kept: str, home: Cli) -> None:
    """What was asked for once is asked for the next time; what is given takes its place."""
    home.environment |= {"CRONOFY_CLIENT_ID": "id", "CRONOFY_CLIENT_SECRET": "CRN_secret"}
    save_context(user_file(home.environment), Context("acme", data_center="uk", scope="list_calendars"))
    run = run_of(home, data_center="uk", context="acme")

    chosen = choose_sign_in(run, keeper_of(run, insecure_storage=True), LoginOptions(scope=given))

    assert (chosen.scope, chosen.context.scope) == (kept, kept)


def test_nothing_is_answered(home: Cli) -> None:
    """An empty answer is none, and the option is named; what is answered counts."""
    with (
        at_terminal(home, "\n") as (run, _),
        pytest.raises(WrongUsage, match=r"^the thing is needed$") as refused,
    ):
        ask(run, "The thing", option="--thing X")
    assert refused.value.hint == "add --thing X"
    with at_terminal(home, "said\n") as (run, stderr):
        assert ask(run, "The thing", option="--thing X") == "said"
    assert "The thing (--thing X):" in stderr.text
