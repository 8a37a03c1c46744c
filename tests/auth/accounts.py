"""A signed-in context on a machine without a keyring, for tests of what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.auth.account import SignedInContext
from cronofy_cli.auth.context_store import AccountKeeper
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.accounts.data_centers import data_center_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CLIENT_SECRET = "CRN_of_the_tests"
ADDED_AT = datetime(2026, 11, 22, tzinfo=UTC)
SECRETS = StoredSecrets(
    client_secrets=(StoredClientSecret("main", CLIENT_SECRET, ADDED_AT),),
    access_token="tok_old",
    refresh_token="ref_old",
    expires_at=datetime(2099, 1, 1, tzinfo=UTC),
    scope="read_events",
)
ENDED = replace(SECRETS, expires_at=datetime(2026, 1, 1, tzinfo=UTC))
"""The same with an access token that ended long ago."""


@dataclass(frozen=True)
class Account:
    """The context `acme` of a user, at a server."""

    environment: Mapping[str, str]
    url: str
    warnings: list[str]

    @property
    def keeper(self) -> AccountKeeper:
        """What a process would keep it with."""
        return AccountKeeper(user_file(self.environment), self.environment, self.warnings.append)

    @property
    def context(self) -> Context:
        """The context as the user's file has it."""
        return read_user_file(user_file(self.environment)).contexts["acme"]

    @property
    def kept(self) -> StoredSecrets | None:
        """The secrets as they are kept now."""
        found = SecretStore(self.environment, warn=self.warnings.append).load(self.context)
        return None if found is None else found.secrets

    def keep(self, secrets: StoredSecrets) -> None:
        """Replace the secrets, as another process may."""
        SecretStore(self.environment, warn=self.warnings.append).save(self.context, secrets)

    def in_use(self) -> SignedInContext:
        """The context as a process that starts now uses it."""
        return SignedInContext(self.context, data_center_at(self.url), self.keeper)


def make_account(folder: Path, url: str, secrets: StoredSecrets = SECRETS) -> Account:
    """Make the context, its secrets in a file."""
    environment = {"CRONOFY_CONFIG_DIR": str(folder / "config"), "CRONOFY_NO_KEYRING": "1"}
    context = Context(
        "acme",
        data_center=url,
        client_id="client",
        account=ContextAccount("acc_1", "janed@company.com"),
        secret_place=SecretPlace.FILE,
    )
    save_context(user_file(environment), context)
    account = Account(environment, url, [])
    account.keep(secrets)
    return account
