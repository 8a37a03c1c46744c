"""Where a context's secrets are kept: the keyring, else a private file that the user agreed to.

The environment comes before both and is read by adapters.credentials. A context remembers where its secrets are, so
that reading them does not have to search.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.paths import config_folder
from cronofy_cli.adapters.secrets.failures import KeyringUnusable, SecretsUnavailable
from cronofy_cli.adapters.secrets.keyring_entry import KEYRING_LIMIT_S, KeyringEntries
from cronofy_cli.adapters.secrets.secret_file import SecretFile
from cronofy_cli.adapters.settings.locks import file_lock
from cronofy_cli.core.accounts.contexts import SECRETS_LIMIT, SecretPlace, check_context_name, decode_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.core.accounts.contexts import Context, StoredSecrets

LOCK_LIMIT_S = 60.0
"""Longer than twenty processes need that each refresh a token."""


class Kept(NamedTuple):
    """Where secrets are. Goes into the context, as `secret_place` and `keyring_backend`."""

    place: SecretPlace
    where: str
    """For people: the keyring's back end, or the file's path."""
    keyring_backend: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A context's secrets, and where they are."""

    secrets: StoredSecrets = field(repr=False)
    kept: Kept


class SecretStore:
    """Reads, keeps and removes the secrets of contexts.

    `warn` is called with a sentence each time the next place had to be taken: that never happens silently.
    """

    def __init__(
        self, environment: Mapping[str, str], *, warn: Callable[[str], None], limit_s: float = KEYRING_LIMIT_S
    ) -> None:
        self._environment = environment
        self._warn = warn
        self._limit_s = limit_s

    def load(self, context: Context) -> Found | None:
        """Return a context's secrets, None if there are none.

        Raises:
            SecretsUnavailable: there are some, and they cannot be read.
        """
        if context.secret_place is SecretPlace.FILE:
            return self._from_file(context)
        try:
            entry = self._keyring(context).read(context.name)
        except KeyringUnusable as trouble:
            return self._without_keyring(context, trouble)
        if entry is None:
            return self._from_file(context)
        return Found(_decoded(entry.text, context, "keyring"), _in_keyring(entry.backend))

    def check_keyring(self, context: Context) -> None:
        """Ask the keyring for a context's secrets, whether there are any or not, to know that it can be used.

        Raises:
            KeyringUnusable: it cannot; the hint names the file as a way out.
        """
        try:
            self._keyring(context).read(context.name)
        except KeyringUnusable as trouble:
            raise KeyringUnusable(trouble.message, hint=_ways_out(context, trouble)) from trouble

    def save(
        self, context: Context, secrets: StoredSecrets, *, allow_file: bool | Callable[[str], bool] = False
    ) -> Kept:
        """Keep a context's secrets and return where.

        `allow_file` answers whether a file may be used if the keyring cannot, and is called with the reason. A context
        that has its secrets in a file already keeps them there: its user agreed before.

        Raises:
            SecretsUnavailable: they were not kept.
        """
        file, text = self._file(context), secrets.encode()
        if context.secret_place is SecretPlace.FILE:
            file.write(text)
            return Kept(SecretPlace.FILE, str(file.path))
        try:
            backend = self._keyring(context).write(context.name, secrets.encode(SECRETS_LIMIT))
        except KeyringUnusable as trouble:
            if not (allow_file(trouble.message) if callable(allow_file) else allow_file):
                raise KeyringUnusable(trouble.message, hint=_ways_out(context, trouble)) from trouble
            file.write(text)
            self._warn(f"{trouble.message}; the secrets are in {file.path}, unencrypted and readable by you only")
            return Kept(SecretPlace.FILE, str(file.path))
        file.remove()
        return _in_keyring(backend)

    def delete(self, context: Context) -> bool:
        """Remove a context's secrets from every place, and return whether there were any.

        Raises:
            SecretsUnavailable: some may still be there.
        """
        was_in_file = self._file(context).remove()
        keyring = self._keyring(context)
        try:
            return keyring.remove(context.name) or was_in_file
        except KeyringUnusable as trouble:
            if context.secret_place is not SecretPlace.KEYRING:
                return was_in_file
            if not keyring.is_switched_off:
                raise
            self._warn(f"{trouble.message}: the secrets of context {context.name} stay in it")
            return was_in_file

    def forget_in_keyring(self, context: Context) -> None:
        """Remove the copy in the keyring of secrets that are in a file now. A keyring that cannot is warned of."""
        try:
            self._keyring(context).remove(context.name)
        except KeyringUnusable as trouble:
            self._warn(f"{trouble.message}: an older copy of the secrets of context {context.name} stays in it")

    def _without_keyring(self, context: Context, trouble: KeyringUnusable) -> Found | None:
        found = self._from_file(context)
        if found is None and context.secret_place is SecretPlace.KEYRING:
            raise trouble
        if not self._keyring(context).is_switched_off:
            self._warn(f"{trouble.message}; looked for the secrets of context {context.name} in a file instead")
        return found

    def _from_file(self, context: Context) -> Found | None:
        file = self._file(context)
        text = file.read()
        if text is None:
            return None
        return Found(_decoded(text, context, str(file.path)), Kept(SecretPlace.FILE, str(file.path)))

    def _keyring(self, context: Context) -> KeyringEntries:
        return KeyringEntries(self._environment, context.keyring_backend, self._limit_s)

    def _file(self, context: Context) -> SecretFile:
        return SecretFile(secret_path(context.name, self._environment))


def secret_path(name: str, environment: Mapping[str, str]) -> Path:
    """Return the file of a context's secrets. It need not exist."""
    # The prefix keeps names that Windows reserves, such as `con`, out of its way.
    return config_folder(environment) / "secrets" / f"context-{check_context_name(name)}.json"


def locked(name: str, environment: Mapping[str, str], *, limit_s: float = LOCK_LIMIT_S) -> AbstractContextManager[None]:
    """Hold a context's secrets against other processes: read them again inside, then refresh, then save. Not reentrant.

    Raises:
        LockBusy: another process did not free them within the limit.
    """
    return file_lock(config_folder(environment) / "locks" / f"context-{check_context_name(name)}.lock", limit_s)


def _ways_out(context: Context, trouble: KeyringUnusable) -> str:
    in_file = f"keep them in a private file: cronofy auth login --context {context.name} --insecure-storage"
    return f"{trouble.hint}, or {in_file}" if trouble.hint else in_file


def _in_keyring(backend: str) -> Kept:
    return Kept(SecretPlace.KEYRING, f"keyring ({backend.removeprefix('keyring.backends.')})", backend)


def _decoded(text: str, context: Context, where: str) -> StoredSecrets:
    try:
        return decode_secrets(text)
    except ValueError as error:
        raise SecretsUnavailable(
            f"the secrets of context {context.name} cannot be understood ({where}): {error}",
            hint=f"remove them and sign in again: cronofy context remove {context.name}",
        ) from None
