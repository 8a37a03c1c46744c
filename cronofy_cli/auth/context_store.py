"""Keeping a context and its secrets together: the settings know the context, the secret store what is secret of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cronofy_cli.adapters.secrets import KEYRING_LIMIT_S, LOCK_LIMIT_S, KeyringUnusable, SecretStore, locked
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.core.accounts.client_secrets import without_removed
from cronofy_cli.core.accounts.contexts import SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from cronofy_cli.adapters.deadline import Deadline
    from cronofy_cli.adapters.secrets import Kept
    from cronofy_cli.core.accounts.contexts import Context

FIRST_LABEL = "main"
"""The label of the client secret that a sign-in brings."""


@dataclass(frozen=True)
class AccountKeeper:
    """Reads and writes what belongs to contexts."""

    user_file: Path
    environment: Mapping[str, str]
    warn: Callable[[str], None]
    agrees_to_file: Callable[[str], bool] = lambda _trouble: False
    """Whether secrets may be in a file where the keyring cannot be used; it is called with the reason."""
    in_file: bool = False
    """Put them into a file even where a keyring could be used, as the user said."""
    deadline: Deadline | None = None
    """Neither a keyring nor another process is waited for beyond it."""

    @cached_property
    def store(self) -> SecretStore:
        """The secret store."""
        return SecretStore(self.environment, warn=self.warn, limit_s=self._cut(KEYRING_LIMIT_S))

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Keep other processes away from a context's secrets."""
        return locked(name, self.environment, limit_s=self._cut(LOCK_LIMIT_S))

    def _cut(self, limit_s: float) -> float:
        return limit_s if self.deadline is None else self.deadline.cut(limit_s)

    def latest(self, context: Context) -> Context:
        """Return a context as the user's file has it now: other commands may have changed it meanwhile."""
        return read_user_file(self.user_file).contexts.get(context.name, context)

    def secrets_of(self, context: Context) -> StoredSecrets:
        """Return a context's secrets, empty ones if there are none.

        Raises:
            SecretsUnavailable: there are some, and they cannot be read.
        """
        found = self.store.load(context)
        return StoredSecrets() if found is None else found.secrets

    def settle_place(self, context: Context) -> Context:
        """Return a context with a place that can keep its secrets: asked before a browser is sent anywhere.

        Raises:
            KeyringUnusable: there is none, and the user did not agree to a file.
        """
        if context.secret_place is SecretPlace.FILE:
            return context
        in_file = context._replace(secret_place=SecretPlace.FILE, keyring_backend=None)
        if self.in_file and context.secret_place is None:
            return in_file
        try:
            self.store.check_keyring(context)
        except KeyringUnusable as trouble:
            if not self.agrees_to_file(trouble.message):
                raise
            self.warn(trouble.message)
            return in_file
        return context

    def change(self, context: Context, change: Callable[[StoredSecrets], StoredSecrets]) -> Context:
        """Keep a context, and its secrets with a change. Return it with the place that they are in.

        They are read again under the lock: another process may have renewed the tokens meanwhile.

        Raises:
            SecretsUnavailable: the secrets were not kept; the context is unchanged.
        """
        with self.lock(context.name):
            changed = change(self.secrets_of(context))
            place = SecretPlace.FILE if self.in_file else context.secret_place
            kept = self.store.save(context._replace(secret_place=place), changed, allow_file=self.agrees_to_file)
            if place is SecretPlace.FILE and context.secret_place is SecretPlace.KEYRING:
                self.store.forget_in_keyring(context)
        if place is SecretPlace.FILE:
            self.warn(f"the secrets are in {kept.where}, unencrypted and readable by you only")
        return self.note_place(context, kept)

    def note_place(self, context: Context, kept: Kept) -> Context:
        """Keep a context with the place of its secrets. Written only if something is new."""
        noted = context._replace(secret_place=kept.place, keyring_backend=kept.keyring_backend)
        if read_user_file(self.user_file).contexts.get(context.name) != noted:
            save_context(self.user_file, noted)
        return noted

    def forget(self, context: Context) -> bool:
        """Remove a context's secrets, and return whether there were any. The context stays, without its account.

        Raises:
            SecretsUnavailable: some may still be there.
        """
        with self.lock(context.name):
            removed = self.store.delete(context)
        signed_out = self.latest(context)._replace(account=None, secret_place=None, keyring_backend=None)
        save_context(self.user_file, signed_out)
        return removed

    def make_current(self, context: Context) -> None:
        """Make a context the one that commands use."""
        set_value(self.user_file, Key.CONTEXT, context.name)


def sign_in_command(context: Context) -> str:
    """Return the command that signs in to a context, for hints."""
    return f"cronofy auth login --context {context.name}"


def application_of(context: Context, secrets: StoredSecrets) -> Application:
    """Return the application that a context is signed in with.

    Raises:
        NotSignedIn: its client id or client secret is not known.
    """
    if context.client_id is None or not secrets.client_secrets:
        raise NotSignedIn(
            f"the context {context.name} does not know its application's client id and client secret",
            hint=f"{sign_in_command(context)} --client-id ID --client-secret-file FILE",
        )
    return Application(context.client_id, secrets.client_secrets[0].value)


def with_client_secret(secrets: StoredSecrets, value: str, added_at: datetime) -> StoredSecrets:
    """Return secrets with a client secret in front, the one that is used to sign in. A known one keeps its label."""
    known = next((each for each in secrets.client_secrets if each.value == value), None)
    first = known or StoredClientSecret(FIRST_LABEL, value, added_at)
    others = tuple(each for each in secrets.client_secrets if each not in {known, first} and each.label != first.label)
    return replace(without_removed(secrets, value), client_secrets=(first, *others))
