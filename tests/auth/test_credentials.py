"""Credentials that need no sign-in: those of the environment and of a simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.resolution import Origin, OriginKind, Resolved
from cronofy_cli.adapters.simulator.running import RunningSimulator
from cronofy_cli.auth.account import no_token_for
from cronofy_cli.auth.credentials import from_environment, of_simulator, split_secrets
from cronofy_cli.core.accounts.contexts import Context
from cronofy_cli.core.signature import ClientSecret

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("environment", "token", "secrets"),
    [
        ({}, None, ()),
        ({"CRONOFY_ACCESS_TOKEN": " tok_1\n", "CRONOFY_CLIENT_SECRET": " "}, "tok_1", ()),
        ({"CRONOFY_ACCESS_TOKEN": " "}, None, ()),
        (
            {"CRONOFY_CLIENT_SECRET": "CRN_new, CRN_old"},
            None,
            (
                ClientSecret("CRONOFY_CLIENT_SECRET #1", "CRN_new"),
                ClientSecret("CRONOFY_CLIENT_SECRET #2", "CRN_old"),
            ),
        ),
    ],
)
def test_the_environment(environment: Mapping[str, str], token: str | None, secrets: tuple[ClientSecret, ...]) -> None:
    """Blank is as good as not set; several client secrets are numbered, the first one first."""
    found = from_environment("uk", environment)

    assert (found.data_center_name, found.token, found.client_secrets) == ("uk", token, secrets)


def test_a_simulator() -> None:
    """A simulator's own, and nothing of the environment."""
    found = of_simulator(RunningSimulator("http://127.0.0.1:7080", "client", ("new", "old"), "tok_simulator", 1))

    assert (found.data_center_name, found.token) == ("simulator", "tok_simulator")
    assert found.client_secrets == (ClientSecret("simulator", "new"), ClientSecret("simulator #2", "old"))


@pytest.mark.parametrize(
    ("text", "values"),
    [("a", ["a"]), (" a ,, b,", ["a", "b"]), ("\ufeffa\n", ["a"]), ("", []), (" , ", [])],
)
def test_a_list_of_secrets(text: str, values: list[str]) -> None:
    """Blanks, empty parts and a byte order mark do not belong to a secret."""
    found = split_secrets(text, label="label")

    assert [each.value for each in found] == values
    assert [each.label for each in found] == (
        ["label"] if len(values) == 1 else ["label #1", "label #2"][: len(values)]
    )


def test_secrets_are_not_in_a_repr() -> None:
    """Neither tokens nor secrets are shown by what carries them."""
    found = from_environment("uk", {"CRONOFY_ACCESS_TOKEN": "tok_1", "CRONOFY_CLIENT_SECRET": "CRN_1"})

    assert (found.token, found.client_secrets[0].value) == ("tok_1", "CRN_1")
    assert "tok_1" not in repr(found)
    assert "CRN_1" not in repr(found)


def chosen(data_center: str) -> Resolved:
    """Return a data center that an option chose."""
    return Resolved(Key.DATA_CENTER, data_center, Origin(OriginKind.FLAG, "--data-center"))


def test_who_is_not_signed_in() -> None:
    """The error names the data center and every way to go on."""
    error = no_token_for(None, chosen("a b"))

    assert error.message == "not signed in to data center a b"
    assert (error.hint or "").startswith("cronofy auth login --data-center 'a b', set CRONOFY_ACCESS_TOKEN, or try ")


def test_who_is_signed_in_somewhere_else() -> None:
    """A context's token is not sent to another data center; the error names both and what chose the other one."""
    elsewhere = no_token_for(Context("acme", data_center="uk"), chosen("de"))
    there = no_token_for(Context("acme", data_center="uk"), chosen("uk"))

    assert elsewhere.message == "the context acme is of data center uk: its access token is not sent to de"
    assert elsewhere.hint == ("leave out --data-center, or sign in there too: cronofy auth login --data-center de")
    assert (there.message, there.hint) == (
        "the context acme is not signed in",
        "cronofy auth login --context acme",
    )
