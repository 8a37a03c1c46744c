"""What `why` is given to look with, from the settings, secrets and environment of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import KeyringUnusable, SecretStore
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.evidence_sources import sources_of
from cronofy_cli.cli.flags import Flags
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace, StoredSecrets
from cronofy_cli.errors import NotSignedIn
from tests.in_process import Stream

if TYPE_CHECKING:
    from cronofy_cli.why.collect import Sources
    from tests.support import Cli

TOKEN = StoredSecrets(access_token="tok_kept")
ADA = ContextAccount("acc_ada", "ada@company.com")


def keep(
    cli: Cli,
    name: str,
    place: SecretPlace = SecretPlace.FILE,
    *,
    data_center: str | None = "uk",
    secrets: StoredSecrets = TOKEN,
) -> None:
    """Sign in to a context; only one with a file has its secrets there."""
    context = Context(name, data_center=data_center, account=ADA, secret_place=place)
    save_context(user_file(cli.environment), context)
    if place is SecretPlace.FILE:
        SecretStore(cli.environment, warn=pytest.fail).save(context, secrets)


def sources(cli: Cli, *, context: str | None = None, data_center: str | None = None, probes: bool = False) -> Sources:
    """Return what `why` gets with such options."""
    run = AppContext(cli.environment, Stream(), Stream(), Stream(), Flags(context, data_center))
    return sources_of(run, probes=probes)


def test_signed_in_to_a_context(home: Cli) -> None:
    """The context's own token, account and data center, and the options for commands in hints."""
    keep(home, "acme")

    found = sources(home, context="acme")

    access = found.access
    assert (access.place.data_center.name, access.place.origin) == ("uk", "context acme")
    assert (access.token_source, access.options) == ("context acme", ("--context", "acme"))
    assert (access.context, access.context_data_center, access.context_account) == ("acme", None, ADA)
    assert (access.has_client_secret, access.is_behind_proxy, found.prober) == (False, False, None)


def test_a_context_of_another_data_center(home: Cli) -> None:
    """Its token is not used there, and the error is part of what is found."""
    keep(home, "acme")

    found = sources(home, context="acme", data_center="de")

    access = found.access
    assert (access.place.data_center.name, access.place.origin, access.token_source) == ("de", "--data-center", None)
    assert (access.context, access.context_data_center, access.context_account) == ("acme", "uk", None)
    assert access.options == ("--data-center", "de", "--context", "acme")
    assert isinstance(found.open_client, NotSignedIn)


def test_a_token_of_the_environment(home: Cli) -> None:
    """The variable is named as its source, and the secret is used for probes."""
    home.environment |= {"CRONOFY_ACCESS_TOKEN": "tok_1", "CRONOFY_CLIENT_SECRET": "CRN_1", "CRONOFY_DATA_CENTER": "au"}

    found = sources(home, probes=True)

    access = found.access
    assert (access.place.data_center.name, access.place.origin) == ("au", "CRONOFY_DATA_CENTER")
    assert (access.token_source, access.context, access.has_client_secret) == ("CRONOFY_ACCESS_TOKEN", None, True)
    assert found.prober is not None
    assert [secret.value for secret in found.prober.client_secrets] == ["CRN_1"]
    assert found.client_secrets == found.prober.client_secrets


@pytest.mark.parametrize(
    "variable", ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy", "NO_PROXY"]
)
def test_a_proxy(variable: str, home: Cli) -> None:
    """Whether this machine reaches the internet through a proxy is known by any of the usual variables."""
    home.environment[variable] = "http://proxy.example:3128"

    assert sources(home).access.is_behind_proxy is (variable != "NO_PROXY")


def test_the_other_contexts(home: Cli) -> None:
    """Those whose secrets are in a file can be asked; the one in use is none, and no keyring is opened for another."""
    for name in ("acme", "other"):
        keep(home, name)
    keep(home, "locked", SecretPlace.KEYRING)
    keep(home, "lost", data_center="simulator")
    keep(home, "plain", data_center=None)

    found = sources(home, context="acme").other_contexts

    assert [(each.name, each.data_center) for each in found] == [("other", "uk"), ("plain", "us")]
    with found[0].open_client() as client:
        assert client.data_center.name == "uk"


def test_the_other_contexts_of_an_open_keyring(home: Cli) -> None:
    """When the context in use has its secrets in the keyring, that is open already."""
    keep(home, "acme", SecretPlace.KEYRING)
    keep(home, "locked", SecretPlace.KEYRING)

    found = sources(home, context="acme").other_contexts

    assert [each.name for each in found] == ["locked"]
    with pytest.raises(KeyringUnusable):
        found[0].open_client()


def test_another_context_without_a_token(home: Cli) -> None:
    """It says how to sign in to it."""
    keep(home, "acme", secrets=StoredSecrets())

    (found,) = sources(home).other_contexts
    with pytest.raises(NotSignedIn, match="acme"):
        found.open_client()


def test_with_a_token_of_the_environment_every_context_is_another(home: Cli) -> None:
    """What is secret does not come from the context then."""
    keep(home, "acme")
    home.environment["CRONOFY_ACCESS_TOKEN"] = "tok_1"

    assert [each.name for each in sources(home, context="acme").other_contexts] == ["acme"]
